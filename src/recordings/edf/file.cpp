#include "recordings/edf/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "beatbench/core/error.h"

namespace beatbench::edf {

EdfFile::EdfFile(const std::filesystem::path& path) : where_(path.string()) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // a pipe without a writer does not wait
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    const int reason = errno;
    if (descriptor_ >= 0) ::close(descriptor_);
    fail("cannot read: " + std::generic_category().message(reason));
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    fail("cannot read: it is a folder, a pipe or a device; allowed: a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

EdfFile::~EdfFile() { ::close(descriptor_); }

std::string_view EdfFile::at(std::uint64_t offset, std::size_t size, std::size_t at_once) {
  const bool is_held = offset >= held_from_ && offset + size <= held_from_ + held_.size();
  if (!is_held) {
    held_.resize(std::max<std::uint64_t>(size, std::min<std::uint64_t>(at_once, size_ - offset)));
    held_from_ = offset;
    for (std::size_t done = 0; done < held_.size();) {
      const ssize_t got =
          ::pread(descriptor_, held_.data() + done, held_.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("cannot read: " + std::generic_category().message(errno));
      if (got == 0) fail("cannot read its byte " + std::to_string(offset + done) + "; it became shorter meanwhile");
      done += static_cast<std::size_t>(got);
    }
  }
  return std::string_view(held_).substr(offset - held_from_, size);
}

void EdfFile::fail(const std::string& what) const { throw Error(ErrorKind::io, where_, what); }

}  // namespace beatbench::edf
