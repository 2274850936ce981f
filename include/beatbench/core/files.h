#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// Whole content of a file. @throws Error(io) naming the file and the system's reason.
std::string read_text_file(const std::filesystem::path& path);
std::vector<unsigned char> read_binary_file(const std::filesystem::path& path);

/// Writes `content` under a temporary name beside `path`, flushes it to the disk and renames it, so that `path`
/// holds either what it held before or all of `content`. @throws Error(io); nothing is left behind then.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// A folder that is filled under a temporary name and takes its own name when `commit` is called; the destructor
/// removes it otherwise. @throws Error(usage) if `path` exists, Error(io) if it cannot be made.
class AtomicFolder {
 public:
  explicit AtomicFolder(std::filesystem::path path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::filesystem::path& temporary() const { return temporary_; }
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

}  // namespace beatbench
