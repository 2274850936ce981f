#pragma once

#include <filesystem>
#include <functional>
#include <optional>
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

/// The same for content that comes in parts and is never in memory as a whole: `write` hands each part to the function
/// that it is given.
using ContentWriter = std::function<void(const std::function<void(std::string_view)>&)>;
void write_file_atomically(const std::filesystem::path& path, const ContentWriter& write);

/// A path's extension in lower case, with its dot: ".csv" of "A.CSV".
std::string lower_extension(const std::filesystem::path& path);

/// Writes a file without that care, for the many files of an AtomicFolder. @throws Error(io).
void write_file(const std::filesystem::path& path, std::string_view content);

/// Makes a folder, which may be there already or be "", and the parents that it lacks. Those of them that are still
/// empty when this ends are removed again.
/// @throws Error(io) naming the folder.
class MadeFolder {
 public:
  explicit MadeFolder(const std::filesystem::path& path);
  ~MadeFolder();
  MadeFolder(const MadeFolder&) = delete;
  MadeFolder& operator=(const MadeFolder&) = delete;

 private:
  void remove_empty();

  std::vector<std::filesystem::path> made_;  ///< the innermost last
};

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
  std::optional<MadeFolder> parent_;
  bool committed_ = false;
};

}  // namespace beatbench
