#include "runtime/saved_states.h"

#include <map>
#include <system_error>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

fs::path state_path(const fs::path& checkpoints, int age) {
  return checkpoints / (age == 0 ? std::string("last.pt") : "last-" + std::to_string(age) + ".pt");
}

void move(const fs::path& from, const fs::path& to) {
  std::error_code reason;
  fs::rename(from, to, reason);
  if (reason) throw Error(ErrorKind::io, to.string(), "cannot write: " + reason.message());
}

}  // namespace

std::vector<fs::path> saved_states(const fs::path& checkpoints) {
  constexpr int kMost = 100;
  std::vector<fs::path> states;
  std::error_code ignored;
  for (int age = 0; age < kMost; ++age) {
    if (fs::exists(state_path(checkpoints, age), ignored)) states.push_back(state_path(checkpoints, age));
  }
  return states;
}

void make_room_for_state(const fs::path& checkpoints, int keep) {
  std::error_code ignored;
  for (int age = keep - 2; age >= 1; --age) {
    if (fs::exists(state_path(checkpoints, age), ignored)) {
      move(state_path(checkpoints, age), state_path(checkpoints, age + 1));
    }
  }
  if (keep < 2 || !fs::exists(state_path(checkpoints, 0), ignored)) return;
  const fs::path linked = checkpoints / ".last-1.pt.partial-link";
  fs::remove(linked, ignored);
  std::error_code reason;
  fs::create_hard_link(state_path(checkpoints, 0), linked, reason);
  move(reason ? state_path(checkpoints, 0) : linked, state_path(checkpoints, 1));  // no links on this file system
}

}  // namespace beatbench
