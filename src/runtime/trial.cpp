#include "runtime/trial.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

[[noreturn]] void act(int answer, int processor_seconds, const std::function<void()>& action) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0}, time{static_cast<rlim_t>(processor_seconds), static_cast<rlim_t>(processor_seconds) + 1};
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_CPU, &time);
  std::signal(SIGXCPU, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  std::string text;
  try {
    action();
  } catch (const Error& error) {
    text = static_cast<char>('0' + static_cast<int>(error.kind())) + std::string(error.what());
  } catch (const std::exception& error) {
    text = static_cast<char>('0' + static_cast<int>(ErrorKind::data)) + std::string(error.what());
  }
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t put = ::write(answer, rest.data(), rest.size());
    if (put < 0 && errno != EINTR) break;
    if (put > 0) rest.remove_prefix(static_cast<std::size_t>(put));
  }
  ::_exit(0);  // what this process would do at its end is not the copy's to do
}

std::string read_all(int pipe_end) {
  std::string text;
  std::array<char, 4096> part;
  while (true) {
    const ssize_t got = ::read(pipe_end, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

void try_in_copy(const std::string& where, int processor_seconds, const std::function<void()>& action) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(ErrorKind::io, where, std::strerror(errno));
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error(ErrorKind::io, where, std::string("cannot start a process: ") + std::strerror(errno));
  }
  if (child == 0) act(ends[1], processor_seconds, action);
  ::close(ends[1]);
  const std::string text = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!text.empty()) throw Error(static_cast<ErrorKind>(text.front() - '0'), "", text.substr(1));
  if (WIFEXITED(status)) return;
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU || signal == SIGKILL) {
    throw Error(ErrorKind::data, where,
                "takes more than " + std::to_string(processor_seconds) + " s to be opened and to answer once");
  }
  throw Error(ErrorKind::data, where,
              std::string("cannot be opened and run: it ends the process (") + ::strsignal(signal) + ")");
}

}  // namespace beatbench
