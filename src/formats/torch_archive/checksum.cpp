#include "formats/torch_archive/checksum.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

// The end record of an archive without a comment: 22 bytes, the comment's length (0) the last two of them.
constexpr std::size_t kEndRecord = 22;
constexpr std::string_view kEndSignature = "PK\5\6";
constexpr std::string_view kLabel = "xxh3-128 ";
constexpr std::size_t kComment = 9 + 32;  // the label and 32 hexadecimal digits

}  // namespace

void ChecksummedArchive::pass_on(std::string_view part) {
  hasher_.add(part);
  put_(part);
}

void ChecksummedArchive::write(std::string_view part) {
  if (part.size() >= kEndRecord) {  // no copy of a part that may be half a gigabyte
    pass_on(tail_);
    pass_on(part.substr(0, part.size() - kEndRecord));
    tail_ = part.substr(part.size() - kEndRecord);
    return;
  }
  tail_ += part;
  if (tail_.size() <= kEndRecord) return;
  const std::size_t done = tail_.size() - kEndRecord;
  pass_on(std::string_view(tail_).substr(0, done));
  tail_.erase(0, done);
}

void ChecksummedArchive::finish() {
  if (!tail_.starts_with(kEndSignature) || !tail_.ends_with(std::string_view("\0\0", 2))) {
    throw Error(ErrorKind::unsupported, "model file", "LibTorch's archive does not end as ZIP archives do");
  }
  tail_.resize(kEndRecord - 2);
  tail_ += static_cast<char>(kComment);
  tail_ += '\0';
  tail_ += kLabel;
  pass_on(tail_);
  put_(hasher_.hash());
}

std::string with_checksum(std::string_view archive) {
  std::string out;
  ChecksummedArchive file([&](std::string_view part) { out += part; });
  file.write(archive);
  file.finish();
  return out;
}

void verify_checksum(const std::filesystem::path& file) {
  std::ifstream bytes(file, std::ios::binary | std::ios::ate);
  if (!bytes) throw Error(ErrorKind::io, file.string(), std::string("cannot open: ") + std::strerror(errno));
  const auto size = static_cast<std::size_t>(bytes.tellg());
  std::string end(std::min(size, kEndRecord + kComment), '\0');
  bytes.seekg(static_cast<std::streamoff>(size - end.size()));
  bytes.read(end.data(), static_cast<std::streamsize>(end.size()));
  const std::size_t record = end.rfind(kEndSignature);
  const bool has_no_comment =
      record != std::string::npos && record + kEndRecord == end.size() && end.ends_with(std::string_view("\0\0", 2));
  if (has_no_comment) return;  // written by an older version
  const std::string_view comment = std::string_view(end).substr(std::min(end.size(), kEndRecord));
  // Either the end record or the label says that there is a checksum: damage to one does not hide it.
  if (record == std::string::npos && !comment.starts_with(kLabel)) return;  // no archive: its reader will say so
  ContentHasher hasher;
  std::vector<char> block(1 << 20);
  bytes.seekg(0);
  for (std::size_t left = size - std::min<std::size_t>(size, 32); left > 0;) {
    const std::size_t now = std::min(left, block.size());
    bytes.read(block.data(), static_cast<std::streamsize>(now));
    if (!bytes) throw Error(ErrorKind::io, file.string(), "cannot be read");
    hasher.add({block.data(), now});
    left -= now;
  }
  if (!comment.starts_with(kLabel) || hasher.hash() != comment.substr(kLabel.size())) {
    throw Error(ErrorKind::data, file.string(), "is damaged: its content does not match its checksum");
  }
}

}  // namespace beatbench
