#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>

#include "beatbench/core/error.h"

namespace beatbench::fuzz {

/// A folder of this process, in memory where the machine has /dev/shm, for readers that take a path.
inline const std::filesystem::path& scratch_folder() {
  static const std::filesystem::path folder = [] {
    const bool has_memory = std::filesystem::is_directory("/dev/shm");
    const std::filesystem::path parent = has_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "beatbench-fuzz-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    static std::string made = pattern;
    std::atexit([] {
      std::error_code ignored;
      std::filesystem::remove_all(made, ignored);
    });
    return std::filesystem::path(pattern);
  }();
  return folder;
}

/// Writes a file there and returns its path.
inline std::filesystem::path put(const std::string& name, std::span<const unsigned char> bytes) {
  const std::filesystem::path path = scratch_folder() / name;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) throw std::runtime_error("cannot write " + path.string());
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
  return path;
}

/// Ends the process, which libFuzzer takes for a finding.
inline void expect(bool holds) {
  if (!holds) std::abort();
}

/// Whatever the bytes are, the result is a value or an Error; any other exception is a finding.
template <typename Action>
int value_or_error(Action&& action) {
  try {
    action();
  } catch (const Error&) {
    return 0;
  }
  return 0;
}

}  // namespace beatbench::fuzz
