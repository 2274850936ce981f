#include "beatbench/core/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
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
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
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

constexpr std::string_view kPartial = ".partial-";

// The pattern of a temporary name, for mkstemp and mkdtemp.
std::string temporary_pattern(const fs::path& path) {
  return (path.parent_path() / ("." + path.filename().string() + std::string(kPartial) + "XXXXXX")).string();
}

// Locked from the moment that others can see it, so that nobody takes it for a leftover. One who locked it in between
// has removed it, and there is another try.
struct Temporary {
  FileDescriptor file;
  fs::path path;
};

constexpr int kGone = -2;  // what was made has been removed before it could be opened

template <typename Make>
Temporary make_locked(const fs::path& path, const Make& make) {
  while (true) {
    std::string name = temporary_pattern(path);
    const int fd = make(name.data());
    if (fd == kGone) continue;
    if (fd < 0) fail(path, "cannot write", errno);
    Temporary made{FileDescriptor(fd), name};
    ::flock(fd, LOCK_EX);
    struct stat here {
    }, there{};
    if (::fstat(fd, &here) == 0 && ::stat(name.c_str(), &there) == 0 && here.st_ino == there.st_ino) return made;
  }
}

int make_temporary_file(char* name) { return ::mkostemp(name, O_CLOEXEC); }

// A folder is made and opened in two steps, and may be taken for a leftover between them.
int make_temporary_folder(char* name) {
  if (::mkdtemp(name) == nullptr) return -1;
  const int fd = ::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 && errno == ENOENT ? kGone : fd;
}

// What a new file may be to whom, as open(2) makes it; mkstemp makes it private.
void set_usual_mode(int fd, mode_t mode) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd, mode & ~mask);
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

void check_ordinary_file(const fs::path& path) {
  std::error_code reason;
  const fs::file_status status = fs::status(path, reason);
  if (reason || status.type() == fs::file_type::not_found || fs::is_regular_file(status)) return;  // open() says why
  throw Error(ErrorKind::io, path.string(), "is not an ordinary file");
}

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

namespace {

// Writes a whole file under a temporary name and hands that to `publish`, which renames it or returns false.
template <typename Publish>
bool write_and_publish(const fs::path& path, const ContentWriter& write, const Publish& publish) {
  Temporary temporary = make_locked(path, make_temporary_file);
  try {
    set_usual_mode(temporary.file.get(), 0666);
    write([&](std::string_view part) { write_all(temporary.file.get(), part, path); });
    if (::fsync(temporary.file.get()) != 0) fail(path, "cannot write", errno);
    const bool published = publish(temporary.path);
    if (!published) ::unlink(temporary.path.c_str());
    if (::close(temporary.file.release()) != 0) fail(path, "cannot write", errno);
    return published;
  } catch (...) {
    ::unlink(temporary.path.c_str());
    throw;
  }
}

}  // namespace

void write_file_atomically(const fs::path& path, const ContentWriter& write) {
  write_and_publish(path, write, [&](const fs::path& temporary) {
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "cannot write", errno);
    return true;
  });
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  write_file_atomically(path, [&](const auto& put) { put(content); });
}

bool write_new_file_atomically(const fs::path& path, std::string_view content) {
  return write_and_publish(
      path, [&](const auto& put) { put(content); },
      [&](const fs::path& temporary) { return rename_to_new(temporary, path); });
}

bool rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS) fail(to, "cannot write", errno);
  // A file system that cannot: a second name for a file is refused where it is taken, too; a folder must do without.
  if (fs::is_directory(from)) {
    if (fs::exists(to)) return false;
    if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "cannot write", errno);
    return true;
  }
  if (::link(from.c_str(), to.c_str()) != 0) {
    if (errno == EEXIST) return false;
    fail(to, "cannot write", errno);
  }
  ::unlink(from.c_str());
  return true;
}

void move_to_new_names(const fs::path& from, const fs::path& to) {
  std::vector<fs::path> placed;
  const auto take_back = [&] {
    std::error_code ignored;
    for (const fs::path& file : placed) fs::remove(file, ignored);
  };
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path place = to / entry.path().filename();
    try {
      if (!rename_to_new(entry.path(), place)) {
        throw Error(ErrorKind::usage, place.string(), "already exists; choose another name");
      }
    } catch (...) {
      take_back();
      throw;
    }
    placed.push_back(place);
  }
}

bool is_temporary_name(std::string_view name, std::string_view of) {
  constexpr std::size_t letters = 6;  // of mkstemp
  const std::size_t at = name.rfind(kPartial);
  if (!name.starts_with('.') || at == std::string_view::npos || at < 2) return false;
  const std::string_view end = name.substr(at + kPartial.size());
  const auto is_digit = [](unsigned char c) { return c >= '0' && c <= '9'; };
  const bool is_number = !end.empty() && std::ranges::all_of(end, is_digit);
  const bool is_made =
      end.size() == letters && std::ranges::all_of(end, [](unsigned char c) { return std::isalnum(c); });
  return (is_number || is_made) && (of.empty() || name.substr(1, at - 1) == of);
}

void remove_leftovers(const fs::path& folder, std::string_view of) {
  std::error_code ignored;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored)) {
    struct stat status {};
    const bool is_own = ::lstat(entry.path().c_str(), &status) == 0 && status.st_uid == ::geteuid();
    if (is_own && is_temporary_name(entry.path().filename().string(), of)) leftovers.push_back(entry.path());
  }
  for (const fs::path& path : leftovers) {
    try {
      if (const auto lock = FileLock::try_lock(path); lock && lock->is_held()) fs::remove_all(path, ignored);
    } catch (const Error&) {  // gone meanwhile, or not ours to remove
    }
  }
}

std::optional<FileLock> FileLock::try_lock(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail(path, "cannot open", errno);
  FileLock lock(fd, true);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    lock.is_held_ = false;
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), is_held_(other.is_held_) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(is_held_, other.is_held_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

CreatedDirectory::CreatedDirectory(const fs::path& path) {
  if (path.empty()) return;
  fs::path whole = fs::absolute(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // "models/"
  fs::path missing = whole;
  std::error_code ignored, reason;
  while (!fs::exists(fs::symlink_status(missing, ignored))) {  // a link to nowhere is the user's own
    made_.insert(made_.begin(), missing);
    missing = missing.parent_path();
  }
  is_new_ = fs::create_directories(whole, reason);
  if (!reason) return;
  remove_empty();
  throw Error(ErrorKind::io, path.string(), "cannot make the folder: " + reason.message());
}

CreatedDirectory::~CreatedDirectory() { remove_empty(); }

void CreatedDirectory::remove_empty() {
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
  parent_.emplace(path_.parent_path());
  remove_leftovers(path_.parent_path(), path_.filename().string());
  Temporary temporary = make_locked(path_, make_temporary_folder);
  set_usual_mode(temporary.file.get(), 0777);
  temporary_ = temporary.path;
  lock_ = FileLock::adopt(temporary.file.release());
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  if (!rename_to_new(temporary_, path_)) {
    throw Error(ErrorKind::io, path_.string(), "cannot make the folder: something of that name has appeared meanwhile");
  }
  committed_ = true;
  lock_ = {};
}

}  // namespace beatbench
