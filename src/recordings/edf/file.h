#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace beatbench::edf {

/// The bytes of a regular file, of which a stretch is held at a time.
class EdfFile {
 public:
  /// @throws Error(io) if it cannot be opened or is a folder, a pipe or a device.
  explicit EdfFile(const std::filesystem::path& path);
  ~EdfFile();
  EdfFile(const EdfFile&) = delete;
  EdfFile& operator=(const EdfFile&) = delete;

  const std::string& where() const { return where_; }
  std::uint64_t size() const { return size_; }

  /// `size` bytes from `offset` on, which the file must have; good until the next call. At least `at_once` are fetched
  /// where they are not held yet.
  /// @throws Error(io) if the file has become shorter or cannot be read.
  std::string_view at(std::uint64_t offset, std::size_t size, std::size_t at_once = 0);

 private:
  [[noreturn]] void fail(const std::string& what) const;

  std::string where_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::string held_;
  std::uint64_t held_from_ = 0;
};

}  // namespace beatbench::edf
