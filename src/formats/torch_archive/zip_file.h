#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench::archive {

/// One file in a ZIP archive.
struct ZipEntry {
  std::string name;
  std::uint64_t offset = 0;       ///< of its bytes in the archive
  std::uint64_t stored_size = 0;  ///< as it stands there
  std::uint64_t size = 0;         ///< of its content
  std::uint32_t crc = 0;          ///< CRC-32 of its content
  bool deflated = false;
};

/// A ZIP archive as LibTorch writes and reads them (PKWARE's APPNOTE.TXT 6.3.9): one disk, nothing encrypted, entries
/// stored or deflated, with the records of ZIP64 or without. It must be sound in every byte that a reader goes by, so
/// that no two readers can take it for different things: no bytes before the first entry, none between entries but
/// descriptions of them, none between the directory and its end record, no two names that are equal but for case, no
/// entries that overlap, local headers that say what the directory says, and no mark of another format of LibTorch.
class ZipFile {
 public:
  enum class Check { structure, content };

  /// Opens the archive and checks its structure and, for Check::content, the CRC-32 of every entry.
  /// @throws Error(io) if it cannot be read, Error(data) naming what is wrong in it.
  explicit ZipFile(const std::filesystem::path& path, Check check = Check::content);

  std::span<const ZipEntry> entries() const { return entries_; }
  const std::string& path() const { return path_; }

  /// The whole content of an entry.
  /// @throws Error(data) where it is larger than `most` bytes.
  std::string content(const ZipEntry& entry, std::uint64_t most);

 private:
  void find_directory();
  void read_directory();
  struct Stretch {
    std::uint64_t begin, end, entry;
  };
  void check_stretches(std::vector<Stretch> stretches);
  bool is_description(const ZipEntry& entry, std::uint64_t offset, std::uint64_t size);
  std::uint64_t check_local_header(const ZipEntry& entry, std::string_view record, std::uint64_t offset);
  void check_crc(const ZipEntry& entry);
  std::string bytes_at(std::uint64_t offset, std::uint64_t count);
  [[noreturn]] void fail(const std::string& what) const;

  std::string path_;
  std::ifstream file_;
  std::uint64_t size_ = 0;
  std::uint64_t directory_offset_ = 0, directory_size_ = 0, entry_count_ = 0;
  std::vector<ZipEntry> entries_;
};

}  // namespace beatbench::archive
