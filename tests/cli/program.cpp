#include "cli/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace beatbench::tests {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 5;
constexpr int kCannotStart = 127;  // as a shell has it

class Pipe {
 public:
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    ::close(read_end);
    close_write_end();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write_end() {
    if (write_end >= 0) ::close(write_end);
    write_end = -1;
  }

  int read_end = -1, write_end = -1;
};

// Everything the child needs, made before the fork: after it, only system calls are safe.
struct ChildPlan {
  std::vector<std::string> arguments, environment;
  std::vector<char*> argv, envp;
};

std::map<std::string, std::string> environment_of(const RunOptions& options) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    variables[text.substr(0, equals)] = equals == std::string::npos ? "" : text.substr(equals + 1);
  }
  variables.erase("BEATBENCH_DATA");
  variables.erase("SOURCE_DATE_EPOCH");
  variables["OMP_NUM_THREADS"] = "1";
  variables["OMP_WAIT_POLICY"] = "passive";
#if defined(__x86_64__)
  variables["OPENBLAS_CORETYPE"] = "Prescott";  // any x86-64 can do it, and nothing is restarted for a better one
#endif
  for (const auto& [name, value] : options.environment) variables[name] = value;
  std::erase_if(variables, [](const auto& variable) { return variable.second.empty(); });
  return variables;
}

ChildPlan plan_child(const std::string& program, const std::vector<std::string>& arguments, const RunOptions& options) {
  ChildPlan plan;
  plan.arguments.push_back(program.front() == '/' ? program : BEATBENCH_BINARY_DIR "/bin/" + program);
  plan.arguments.insert(plan.arguments.end(), arguments.begin(), arguments.end());
  for (const auto& [name, value] : environment_of(options)) plan.environment.push_back(name + "=" + value);
  for (std::string& text : plan.arguments) plan.argv.push_back(text.data());
  for (std::string& text : plan.environment) plan.envp.push_back(text.data());
  plan.argv.push_back(nullptr);
  plan.envp.push_back(nullptr);
  return plan;
}

[[noreturn]] void become_program(const ChildPlan& plan, const RunOptions& options, const Pipe& out, const Pipe& err) {
  if (options.file_size_limit_bytes) {
    const auto size = static_cast<rlim_t>(*options.file_size_limit_bytes);
    const rlimit limit{size, size};
    ::signal(SIGXFSZ, SIG_IGN);  // write() then fails with EFBIG
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(kCannotStart);
  }
  ::signal(SIGINT, SIG_DFL);  // a shell ignores it for what it starts in the background
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out.write_end, STDOUT_FILENO);
  ::dup2(err.write_end, STDERR_FILENO);
  if (!options.cwd.empty() && ::chdir(options.cwd.c_str()) != 0) ::_exit(kCannotStart);
  ::execve(plan.argv.front(), plan.argv.data(), plan.envp.data());
  ::_exit(kCannotStart);
}

// False at the end of the stream.
bool read_some(int fd, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR;
  text.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

void collect_output(pid_t child, const RunOptions& options, const Pipe& out, const Pipe& err, Finished& finished) {
  const auto start = Clock::now();
  bool told = false;
  std::array<pollfd, 2> streams = {{{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}}};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    ::poll(streams.data(), streams.size(), kPollMs);
    if (streams[0].revents != 0 && !read_some(out.read_end, finished.out)) streams[0].fd = -1;
    if (streams[1].revents != 0 && !read_some(err.read_end, finished.err)) streams[1].fd = -1;
    if (!told && options.interrupt_when && options.interrupt_when(finished.err))
      told = ::kill(child, options.signal) == 0;
    if (std::chrono::duration<double>(Clock::now() - start).count() > options.timeout_s) ::kill(child, SIGKILL);
  }
}

}  // namespace

Finished run_program(const std::string& program, const std::vector<std::string>& arguments, const RunOptions& options) {
  Finished finished;
  finished.command = program;
  for (const std::string& argument : arguments) finished.command += " " + argument;
  const ChildPlan plan = plan_child(program, arguments, options);
  Pipe out, err;
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (child == 0) become_program(plan, options, out, err);
  out.close_write_end();
  err.close_write_end();
  collect_output(child, options, out, err, finished);
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  finished.status = WIFEXITED(state) ? WEXITSTATUS(state) : -WTERMSIG(state);
  return finished;
}

}  // namespace beatbench::tests
