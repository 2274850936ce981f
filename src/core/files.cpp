#include "beatbench/core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what, int reason) {
  throw Error(ErrorKind::io, path.string(), what + ": " + std::strerror(reason));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

template <typename Container>
Container read_whole(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail(path, "cannot open", errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail(path, "cannot read", errno);
  if (S_ISDIR(status.st_mode)) fail(path, "cannot read", EISDIR);
  Container content(static_cast<std::size_t>(status.st_size), 0);
  std::size_t filled = 0;
  while (true) {
    if (filled == content.size()) content.resize(filled + (filled ? 1 : 4096));  // also reads files that report no size
    const ssize_t got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "cannot read", errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

fs::path temporary_beside(const fs::path& path) {
  return path.parent_path() / ("." + path.filename().string() + ".partial-" + std::to_string(::getpid()));
}

void write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(path, "cannot write", errno);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace

std::string read_text_file(const fs::path& path) { return read_whole<std::string>(path); }
std::vector<unsigned char> read_binary_file(const fs::path& path) {
  return read_whole<std::vector<unsigned char>>(path);
}

std::string lower_extension(const fs::path& path) { return lower_case(path.extension().string()); }

void write_file(const fs::path& path, std::string_view content) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get() < 0) fail(path, "cannot write", errno);
  write_all(file.get(), content, path);
  if (::close(file.release()) != 0) fail(path, "cannot write", errno);
}

void write_file_atomically(const fs::path& path, const ContentWriter& write) {
  const fs::path temporary = temporary_beside(path);
  FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get() < 0) fail(path, "cannot write", errno);
  try {
    write([&](std::string_view part) { write_all(file.get(), part, path); });
    if (::fsync(file.get()) != 0) fail(path, "cannot write", errno);
    if (::close(file.release()) != 0) fail(path, "cannot write", errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "cannot write", errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  write_file_atomically(path, [&](const auto& put) { put(content); });
}

MadeFolder::MadeFolder(const fs::path& path) {
  if (path.empty()) return;
  fs::path missing = fs::absolute(path).lexically_normal();
  if (!missing.has_filename()) missing = missing.parent_path();  // "models/"
  std::error_code ignored, reason;
  for (; !fs::exists(missing, ignored); missing = missing.parent_path()) made_.insert(made_.begin(), missing);
  fs::create_directories(path, reason);
  if (!reason) return;
  remove_empty();
  throw Error(ErrorKind::io, path.string(), "cannot make the folder: " + reason.message());
}

MadeFolder::~MadeFolder() { remove_empty(); }

void MadeFolder::remove_empty() {
  std::error_code ignored;
  for (; !made_.empty(); made_.pop_back()) fs::remove(made_.back(), ignored);  // refuses a folder that holds something
}

AtomicFolder::AtomicFolder(fs::path path) : path_(std::move(path)) {
  if (!path_.has_filename()) path_ = path_.parent_path();  // "runs/r1/"
  if (path_.empty()) throw Error(ErrorKind::usage, "", "a folder to make has no name");
  std::error_code reason;
  if (fs::exists(path_, reason)) {
    throw Error(ErrorKind::usage, path_.string(), "already exists; choose another name");
  }
  temporary_ = temporary_beside(path_);
  parent_.emplace(path_.parent_path());
  fs::create_directory(temporary_, reason);
  if (reason) throw Error(ErrorKind::io, path_.string(), "cannot make the folder: " + reason.message());
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  std::error_code reason;
  fs::rename(temporary_, path_, reason);
  if (reason) throw Error(ErrorKind::io, path_.string(), "cannot make the folder: " + reason.message());
  committed_ = true;
}

}  // namespace beatbench
