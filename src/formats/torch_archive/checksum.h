#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "beatbench/core/hash.h"

namespace beatbench {

/// Puts a content hash into a ZIP archive (as LibTorch's files are) that is written in parts: as the archive's comment,
/// its last bytes, so that every reader of such files still reads it (PKWARE's APPNOTE.TXT, 4.3.16).
class ChecksummedArchive {
 public:
  using Put = std::function<void(std::string_view)>;
  explicit ChecksummedArchive(Put put) : put_(std::move(put)) {}
  void write(std::string_view part);
  /// Writes the comment. What was written must be an archive without one.
  void finish();

 private:
  void pass_on(std::string_view part);

  Put put_;
  ContentHasher hasher_;
  std::string tail_;  ///< the last bytes so far, which may be the archive's end record
};

/// An archive that is whole already, with its checksum.
std::string with_checksum(std::string_view archive);

/// Compares an archive with its checksum. One without a checksum passes.
/// @throws Error(data) if they differ, Error(io).
void verify_checksum(const std::filesystem::path& file);

}  // namespace beatbench
