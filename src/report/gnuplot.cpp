#include "report/gnuplot.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "beatbench/core/error.h"

namespace beatbench::gnuplot {
namespace {

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorKind::unsupported, "gnuplot", message + "; pictures need gnuplot 5.4 or newer (gnuplot-nox)");
}

// A file in memory. The three of them need no reader beside the child, so that nothing can block or break a pipe.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : fd_(::memfd_create(name, MFD_CLOEXEC)) {
    if (fd_ < 0) fail(std::string("no memory for its ") + name + ": " + std::strerror(errno));
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t put = ::write(fd_, text.data(), text.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) fail(std::string("cannot pass the script: ") + std::strerror(errno));
      text.remove_prefix(static_cast<std::size_t>(put));
    }
    ::lseek(fd_, 0, SEEK_SET);
  }

  std::string content() const {
    std::string text;
    std::array<char, 1 << 16> block{};
    for (off_t at = 0;;) {
      const ssize_t got = ::pread(fd_, block.data(), block.size(), at);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return text;
      text.append(block.data(), static_cast<std::size_t>(got));
      at += got;
    }
  }

 private:
  int fd_;
};

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void redirect(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail(std::string("lost: ") + std::strerror(errno));
  }
  return status;
}

std::string first_line_of(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  return begin == std::string::npos ? "it said nothing" : text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20 || byte == 0x7F)
      out += ' ';
    else
      out += c == '`' ? '\'' : c;
  }
  return out + '"';
}

std::string terminal_line(PlotFormat format, Size size) {
  // pngcairo counts font sizes in points of 1/72 inch at 96 dots per inch, svg in pixels.
  const std::string terminal = format == PlotFormat::svg ? "svg" : "pngcairo fontscale 0.75";
  return "set encoding utf8\nset terminal " + terminal + " size " + std::to_string(size.width) + "," +
         std::to_string(size.height) + " noenhanced background rgb '#ffffff' font 'sans-serif,12'\n";
}

std::string run(const std::string& script) {
  const MemoryFile input("input");
  const MemoryFile output("output");
  const MemoryFile messages("messages");
  input.write(script);
  FileActions actions;
  actions.redirect(input.fd(), STDIN_FILENO);
  actions.redirect(output.fd(), STDOUT_FILENO);
  actions.redirect(messages.fd(), STDERR_FILENO);
  std::string name = "gnuplot";
  std::string option = "--default-settings";  // the user's own start-up file must not change our pictures
  const std::array<char*, 3> arguments = {name.data(), option.data(), nullptr};
  pid_t child = 0;
  const int reason = ::posix_spawnp(&child, name.c_str(), actions.get(), nullptr, arguments.data(), environ);
  if (reason != 0) fail(std::string("cannot be started: ") + std::strerror(reason));
  const int status = wait_for(child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("failed: " + first_line_of(messages.content()));
  std::string picture = output.content();
  if (picture.empty()) fail("drew nothing: " + first_line_of(messages.content()));
  return picture;
}

}  // namespace beatbench::gnuplot
