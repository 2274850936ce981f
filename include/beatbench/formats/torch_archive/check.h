#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace beatbench {

/// How a model file is taken that somebody else may have made. Such a file is a program: LibTorch runs what is in it.
enum class Trust {
  by_looking,  ///< whatever a saved network does not need is refused before LibTorch opens it
  given,       ///< the user knows where it is from, and only its structure and checksums are looked at
};

/// Looks through an archive of LibTorch (a checkpoint or a TorchScript file) before LibTorch opens it, which runs what
/// code is in it and believes what it says of itself. Everything must be sound and of the kind that a saved, traced
/// network needs:
/// - the ZIP archive: its structure, the CRC-32 of every entry, and our own checksum where it has one
/// - its entries: no others than such files have
/// - its pickles: opcodes, callables and classes from a list, tensors within their storages, objects with the
///   attributes that the code declares and of the types it declares, nothing nested deeply or held without end, and
///   tables of sources (`.debug_pkl`) that lead nowhere else
/// - its code: classes of modules whose methods call tensor operators from a list and each other's, without branches,
///   loops, recursion, deep nesting, default arguments and `__setstate__`, and no more than 300,000 operations (calls,
///   indices, literals, ...) in one run
/// - their size: 4 MiB of code, 16 MiB and 1,000,000 values of pickles, 64 MiB unpacked, each in all; the check itself
///   takes no more than 200 MB
/// What remains possible: wrong answers, and as much time and memory as such operators can take.
/// @throws Error(io), Error(data) naming the file, the entry and what is wrong in it.
void check_archive(const std::filesystem::path& file, Trust trust);

/// The content of an entry, by its name below the archive's top folder ("extra/beatbench.json"); nullopt where there is
/// none, or where the file is no sound archive.
std::optional<std::string> archive_entry(const std::filesystem::path& file, const std::string& name);

}  // namespace beatbench
