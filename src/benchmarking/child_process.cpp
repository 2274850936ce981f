#include "benchmarking/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "beatbench/core/error.h"

extern char** environ;

namespace beatbench {
namespace {

[[noreturn]] void fail_to_start(int reason) {
  throw Error(ErrorKind::io, "", std::string("cannot start another process of this program: ") + std::strerror(reason));
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& arguments, const std::function<bool()>& should_stop) {
  std::array<int, 2> pipe_ends{};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) fail_to_start(errno);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  std::vector<char*> words;
  std::string name = "/proc/self/exe";
  words.push_back(name.data());
  std::vector<std::string> copies = arguments;
  for (std::string& word : copies) words.push_back(word.data());
  words.push_back(nullptr);
  pid_t child = 0;
  posix_spawnattr_t attributes;  // a process group of its own: a terminal's Ctrl-C reaches it once, through here
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const int failed = ::posix_spawn(&child, name.c_str(), &actions, &attributes, words.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  if (failed != 0) {
    ::close(pipe_ends[0]);
    fail_to_start(failed);
  }
  ChildResult result;
  std::array<char, 65536> part;
  bool told = false;
  while (true) {
    constexpr int kLookUp_ms = 200;
    if (!told && should_stop && should_stop()) {
      ::kill(child, SIGINT);
      told = true;
    }
    pollfd wanted{pipe_ends[0], POLLIN, 0};
    if (::poll(&wanted, 1, kLookUp_ms) <= 0) continue;
    const ssize_t got = ::read(pipe_ends[0], part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    result.out.append(part.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return result;
}

}  // namespace beatbench
