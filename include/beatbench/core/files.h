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

/// @throws Error(io) naming the file if it is there and something else than a file that can be read as a whole: a
/// folder, a pipe, a device.
void check_ordinary_file(const std::filesystem::path& path);

/// Writes `content` under a temporary name beside `path`, flushes it to the disk and renames it, so that `path`
/// holds either what it held before or all of `content`. @throws Error(io); nothing is left behind then.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// The same for content that comes in parts and is never in memory as a whole: `write` hands each part to the function
/// that it is given.
using ContentWriter = std::function<void(const std::function<void(std::string_view)>&)>;
void write_file_atomically(const std::filesystem::path& path, const ContentWriter& write);

/// The same, but `path` must be new: of several processes that write a file of one name, one has it. Returns whether
/// that was this one; nothing was written otherwise.
bool write_new_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Gives a file or folder a new name in the same file system. Returns whether it could: not where that name was taken.
/// @throws Error(io).
bool rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to);

/// Moves the files of a folder into another one in the same file system: all of them, or none where one of their names
/// is taken there.
/// @throws Error(usage) naming the one that is, Error(io).
void move_to_new_names(const std::filesystem::path& from, const std::filesystem::path& to);

/// Whether a file's or folder's name is a temporary one of ours: ".NAME.partial-" and six letters and digits, or, as
/// older versions had it, a number. `of`: of that NAME alone.
bool is_temporary_name(std::string_view name, std::string_view of = "");

/// Removes the temporary files and folders of this user in a folder (see is_temporary_name) that no living process is
/// filling, as a process leaves them that was killed. Does nothing where there is no such folder.
void remove_leftovers(const std::filesystem::path& folder, std::string_view of = "");

/// A path's extension in lower case, with its dot: ".csv" of "A.CSV".
std::string lower_extension(const std::filesystem::path& path);

/// Writes a file without that care, for the many files of an AtomicFolder. @throws Error(io).
void write_file(const std::filesystem::path& path, std::string_view content);

/// Makes a folder, which may be there already or be "", and the parents that it lacks. Those of them that are still
/// empty when this ends are removed again.
/// @throws Error(io) naming the folder.
class CreatedDirectory {
 public:
  explicit CreatedDirectory(const std::filesystem::path& path);
  ~CreatedDirectory();
  bool is_new() const { return is_new_; }  ///< whether it was this that made the folder
  void keep() { made_.clear(); }           ///< removes nothing: others may be at it
  CreatedDirectory(const CreatedDirectory&) = delete;
  CreatedDirectory& operator=(const CreatedDirectory&) = delete;

 private:
  void remove_empty();

  std::vector<std::filesystem::path> made_;  ///< the innermost last
  bool is_new_ = false;
};

/// Holds a lock on a file or folder for as long as it lives; it ends with the process, however that ends.
class FileLock {
 public:
  FileLock() = default;
  /// Opens `path`, a file or folder that is there, and locks it. nullopt: another process or FileLock has it locked.
  /// Where the file system knows no locks, `is_held` is false.
  /// @throws Error(io) if it cannot be opened.
  static std::optional<FileLock> try_lock(const std::filesystem::path& path);
  /// Takes over a descriptor that holds a lock already (flock).
  static FileLock adopt(int descriptor) { return FileLock(descriptor, true); }
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();
  bool is_held() const { return is_held_; }

 private:
  FileLock(int fd, bool is_held) : fd_(fd), is_held_(is_held) {}

  int fd_ = -1;
  bool is_held_ = false;
};

/// A folder that is filled under a temporary name and takes its own name when `commit` is called; the destructor
/// removes it otherwise. What others left of that name is removed first, see remove_leftovers.
/// @throws Error(usage) if `path` exists, Error(io) if it cannot be made.
class AtomicFolder {
 public:
  explicit AtomicFolder(std::filesystem::path path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::filesystem::path& temporary() const { return temporary_; }
  /// @throws Error(io), also if something of that name has appeared meanwhile.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::optional<CreatedDirectory> parent_;
  FileLock lock_;
  bool committed_ = false;
};

}  // namespace beatbench
