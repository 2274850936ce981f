#include "formats/torch_archive/zip_file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

namespace beatbench::archive {
namespace {

constexpr std::uint64_t kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20, kEntrySize = 46, kLocalSize = 30;
constexpr std::uint64_t kMostComment = 0xFFFF;
constexpr std::uint64_t kMostDeflated = std::uint64_t{64} << 20;  // in all: code and its debug tables, no tensors
constexpr std::uint64_t kMostEntries = 0xFFFF;
constexpr std::uint32_t kSaturated = 0xFFFFFFFF;
constexpr int kNewestVersion = 45;                // of what ZIP64 needs
constexpr int kDescribed = 8, kNamedIn8 = 0x800;  // flags: sizes behind the content, a name in UTF-8

std::uint64_t number_at(std::string_view bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

std::uint32_t u32(std::string_view bytes, std::size_t offset) {
  return static_cast<std::uint32_t>(number_at(bytes, offset, 4));
}

std::uint16_t u16(std::string_view bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(number_at(bytes, offset, 2));
}

// The content of extra field 1, in which ZIP64 keeps what does not fit into 32 bits.
std::string_view zip64_field(std::string_view extra) {
  while (extra.size() >= 4) {
    const std::size_t size = u16(extra, 2);
    if (size > extra.size() - 4) break;
    if (u16(extra, 0) == 1) return extra.substr(4, size);
    extra.remove_prefix(4 + size);
  }
  return {};
}

// A field that is in the ZIP64 field where it does not fit; those come there in their order.
std::uint64_t wide_field(std::uint32_t value, std::string_view& wide) {
  if (value != kSaturated || wide.size() < 8) return value;
  const std::uint64_t whole = number_at(wide, 0, 8);
  wide.remove_prefix(8);
  return whole;
}

struct Inflater {
  z_stream stream{};
  Inflater() { ::inflateInit2(&stream, -MAX_WBITS); }
  ~Inflater() { ::inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

}  // namespace

ZipFile::ZipFile(const std::filesystem::path& path, Check check) : path_(path.string()) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) throw Error(ErrorKind::io, path_, "is no regular file");
  file_.open(path, std::ios::binary | std::ios::ate);
  if (!file_) throw Error(ErrorKind::io, path_, std::string("cannot open: ") + std::strerror(errno));
  size_ = static_cast<std::uint64_t>(file_.tellg());
  // LibTorch looks for the mark of another format before it looks for the mark of ZIP, and runs what it finds there.
  if (size_ >= 8 && bytes_at(4, 4) == "PTMF") fail("is a flatbuffer of LibTorch, not a ZIP archive");
  find_directory();
  read_directory();
  if (check == Check::structure) return;
  for (const ZipEntry& entry : entries_) check_crc(entry);
}

void ZipFile::fail(const std::string& what) const { throw Error(ErrorKind::data, path_, what); }

std::string ZipFile::bytes_at(std::uint64_t offset, std::uint64_t count) {
  if (offset > size_ || count > size_ - offset) fail("is damaged: its records lead beyond its end");
  std::string bytes(static_cast<std::size_t>(count), '\0');
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(bytes.data(), static_cast<std::streamsize>(count));
  if (!file_) throw Error(ErrorKind::io, path_, "cannot be read");
  return bytes;
}

// The end record is the last thing but for a comment, whose length it says; ZIP64's own end record and the place of
// that stand right before it.
void ZipFile::find_directory() {
  const std::uint64_t tail_size = std::min(size_, kEndSize + kMostComment);
  const std::string tail = bytes_at(size_ - tail_size, tail_size);
  const std::size_t found = tail.rfind(std::string_view("PK\5\6", 4));
  if (found == std::string::npos || tail.size() - found < kEndSize)
    fail("is no ZIP archive, as models of LibTorch are");
  const std::string_view end = std::string_view(tail).substr(found);
  if (u16(end, 20) != end.size() - kEndSize) fail("is damaged: its end record does not end the file");
  if (u16(end, 4) != 0 || u16(end, 6) != 0 || u16(end, 8) != u16(end, 10)) fail("is an archive of several disks");
  entry_count_ = u16(end, 10);
  directory_size_ = u32(end, 12);
  directory_offset_ = u32(end, 16);
  std::uint64_t end_offset = size_ - end.size();

  if (end_offset >= kLocatorSize + kEnd64Size) {
    const std::string locator = bytes_at(end_offset - kLocatorSize, kLocatorSize);
    if (locator.starts_with(std::string_view("PK\6\7", 4))) {
      const std::uint64_t end64_offset = number_at(locator, 8, 8);
      if (end64_offset != end_offset - kLocatorSize - kEnd64Size) fail("is damaged: its ZIP64 locator is wrong");
      const std::string end64 = bytes_at(end64_offset, kEnd64Size);
      if (!end64.starts_with(std::string_view("PK\6\6", 4)) || number_at(end64, 4, 8) != kEnd64Size - 12) {
        fail("is damaged: its ZIP64 end record is wrong");
      }
      const auto agree = [&](std::uint64_t narrow, std::uint64_t saturated, std::uint64_t wide) {
        if (narrow != saturated && narrow != wide) fail("is damaged: its two end records contradict each other");
        return wide;
      };
      if (number_at(end64, 24, 8) != number_at(end64, 32, 8)) fail("is an archive of several disks");
      entry_count_ = agree(entry_count_, 0xFFFF, number_at(end64, 32, 8));
      directory_size_ = agree(directory_size_, kSaturated, number_at(end64, 40, 8));
      directory_offset_ = agree(directory_offset_, kSaturated, number_at(end64, 48, 8));
      end_offset = end64_offset;
    }
  }
  if (directory_size_ > end_offset || directory_offset_ != end_offset - directory_size_) {
    fail("is damaged: its directory does not end where its end record begins");
  }
}

void ZipFile::read_directory() {
  const std::string directory = bytes_at(directory_offset_, directory_size_);
  if (entry_count_ > directory.size() / kEntrySize) fail("is damaged: its directory is too short");
  if (entry_count_ > kMostEntries) fail("has more than 65535 entries");
  std::set<std::string> names;
  std::vector<Stretch> stretches;
  std::size_t at = 0;
  std::uint64_t deflated = 0;
  for (std::uint64_t i = 0; i < entry_count_; ++i) {
    if (directory.size() - at < kEntrySize || directory.compare(at, 4, std::string_view("PK\1\2", 4)) != 0) {
      fail("is damaged: entry " + std::to_string(i + 1) + " of its directory is wrong");
    }
    const std::string_view record = std::string_view(directory).substr(at);
    const std::size_t name_size = u16(record, 28), extra_size = u16(record, 30), comment_size = u16(record, 32);
    if (record.size() - kEntrySize < name_size + extra_size + comment_size) {
      fail("is damaged: its directory ends within an entry");
    }
    ZipEntry entry;
    entry.name = record.substr(kEntrySize, name_size);
    std::string_view wide = zip64_field(record.substr(kEntrySize + name_size, extra_size));
    entry.size = wide_field(u32(record, 24), wide);
    entry.stored_size = wide_field(u32(record, 20), wide);
    const std::uint64_t header_offset = wide_field(u32(record, 42), wide);
    entry.crc = u32(record, 16);
    const int method = u16(record, 10);
    entry.deflated = method == 8;
    const std::string where = "entry '" + entry.name + "' ";
    if (method != 0 && method != 8) fail(where + "is packed by method " + std::to_string(method));
    if ((u16(record, 8) & 0x2041) != 0) fail(where + "is encrypted");
    if ((u16(record, 8) & ~(kDescribed | kNamedIn8)) != 0 || u16(record, 6) > kNewestVersion) {
      fail(where + "needs another version of ZIP");
    }
    if (u16(record, 34) != 0 || comment_size > 0) fail(where + "is damaged");
    if (!entry.deflated && entry.size != entry.stored_size) fail(where + "has two sizes");
    deflated += entry.deflated ? std::min(entry.size, kMostDeflated + 1) : 0;
    if (deflated > kMostDeflated) fail("has packed entries of more than 64 MiB in all");
    if (!names.insert(lower_case(entry.name)).second) fail(where + "is there twice");
    entry.offset = check_local_header(entry, record, header_offset);
    if (entry.offset > directory_offset_ || entry.stored_size > directory_offset_ - entry.offset) {
      fail(where + "leads beyond the archive's entries");
    }
    stretches.push_back({header_offset, entry.offset + entry.stored_size, i});
    entries_.push_back(std::move(entry));
    at += kEntrySize + name_size + extra_size + comment_size;
  }
  if (at != directory.size()) fail("is damaged: its directory is longer than its entries");
  check_stretches(std::move(stretches));
}

// The entries fill the archive up to its directory, each with nothing behind it but a description of itself.
void ZipFile::check_stretches(std::vector<Stretch> stretches) {
  std::ranges::sort(stretches, {}, &Stretch::begin);
  if (!stretches.empty() && stretches.front().begin != 0) fail("does not begin with an entry of the archive");
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const std::uint64_t end = stretches[i].end;
    const std::uint64_t next = i + 1 < stretches.size() ? stretches[i + 1].begin : directory_offset_;
    const ZipEntry& entry = entries_[stretches[i].entry];
    if (next < end) fail("is damaged: two of its entries overlap");
    if (next > end && !is_description(entry, end, next - end)) {
      fail("is damaged: there are bytes behind entry '" + entry.name + "'");
    }
  }
}

// 4.3.9 of the note, with the signature that every writer puts there.
bool ZipFile::is_description(const ZipEntry& entry, std::uint64_t offset, std::uint64_t size) {
  if (size != 16 && size != 24) return false;
  const std::string bytes = bytes_at(offset, size);
  const std::size_t width = size == 16 ? 4 : 8;
  return bytes.starts_with(std::string_view("PK\7\10", 4)) && u32(bytes, 4) == entry.crc &&
         number_at(bytes, 8, width) == entry.stored_size && number_at(bytes, 8 + width, width) == entry.size;
}

// Everything in the header of an entry that its record in the directory has too must be the same there. Returns where
// the content begins.
std::uint64_t ZipFile::check_local_header(const ZipEntry& entry, std::string_view record, std::uint64_t offset) {
  const std::string local = bytes_at(offset, kLocalSize);
  const std::uint64_t name_size = entry.name.size(), extra_size = u16(local, 28);
  const bool fits = local.starts_with(std::string_view("PK\3\4", 4)) && u16(local, 4) <= u16(record, 6) &&
                    u16(local, 6) == u16(record, 8) && u16(local, 8) == u16(record, 10) &&
                    u16(local, 26) == name_size && bytes_at(offset + kLocalSize, name_size) == entry.name;
  const auto refuse = [&] { fail("is damaged: the header of entry '" + entry.name + "' does not fit the directory"); };
  if (!fits) refuse();
  const std::uint64_t begin = offset + kLocalSize + name_size + extra_size;
  // A writer that did not know CRC and sizes (12 bytes) yet left zeros, and says them behind the content.
  const bool is_described =
      (u16(local, 6) & kDescribed) != 0 && number_at(local, 14, 6) == 0 && number_at(local, 20, 6) == 0;
  if (is_described) return begin;
  const std::string extra = bytes_at(begin - extra_size, extra_size);
  std::string_view wide = zip64_field(extra);
  const std::uint64_t size = wide_field(u32(local, 22), wide), stored_size = wide_field(u32(local, 18), wide);
  if (u32(local, 14) != entry.crc || size != entry.size || stored_size != entry.stored_size) refuse();
  return begin;
}

void ZipFile::check_crc(const ZipEntry& entry) {
  uLong crc = ::crc32(0, nullptr, 0);
  if (entry.deflated) {
    const std::string whole = content(entry, kMostDeflated);
    crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(whole.data()), whole.size());
  } else {
    constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;
    for (std::uint64_t done = 0; done < entry.size; done += kBlock) {
      const std::string block = bytes_at(entry.offset + done, std::min(kBlock, entry.size - done));
      crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(block.data()), block.size());
    }
  }
  if (crc != entry.crc) fail("is damaged: the content of entry '" + entry.name + "' does not match its CRC-32");
}

std::string ZipFile::content(const ZipEntry& entry, std::uint64_t most) {
  if (entry.size > most) {
    fail("entry '" + entry.name + "' has " + std::to_string(entry.size) + " bytes; allowed: " + std::to_string(most));
  }
  std::string stored = bytes_at(entry.offset, entry.stored_size);
  if (!entry.deflated) return stored;
  std::string content(static_cast<std::size_t>(entry.size), '\0');
  Inflater inflater;
  inflater.stream.next_in = reinterpret_cast<Bytef*>(stored.data());
  inflater.stream.avail_in = static_cast<uInt>(stored.size());
  inflater.stream.next_out = reinterpret_cast<Bytef*>(content.data());
  inflater.stream.avail_out = static_cast<uInt>(content.size());
  const int status = ::inflate(&inflater.stream, Z_FINISH);
  const bool whole = inflater.stream.avail_in == 0 && inflater.stream.avail_out == 0 &&
                     (status == Z_STREAM_END || (status == Z_BUF_ERROR && content.empty()));
  if (!whole) fail("is damaged: entry '" + entry.name + "' cannot be unpacked");
  return content;
}

}  // namespace beatbench::archive
