#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "beatbench/core/error.h"

namespace beatbench::tests {

/// An empty folder that is removed with all it holds.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "beatbench-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error(ErrorKind::io, pattern, "cannot make a test folder");
    path_ = pattern;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  void put(const std::string& name, std::string_view content) const {
    std::filesystem::remove(path_ / name);  // some file systems write out a file at once if it is cut to nothing
    std::ofstream(path_ / name, std::ios::binary) << content;
  }

  std::size_t file_count() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::recursive_directory_iterator(path_)) ++count;
    return count;
  }

 private:
  std::filesystem::path path_;
};

/// Kind and text of the Error that `action` throws; the text is empty if it throws none.
struct Caught {
  ErrorKind kind = ErrorKind::usage;
  std::string text;
};

template <typename Action>
Caught caught(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
  return {};
}

}  // namespace beatbench::tests

/// Expects that `action` throws an Error of this kind whose text contains each of the texts after it.
#define EXPECT_ERROR(action, expected_kind, ...)                                                     \
  {                                                                                                  \
    const auto found = beatbench::tests::caught([&] { action; });                                    \
    EXPECT_EQ(found.kind, expected_kind) << found.text;                                              \
    for (const std::string& part : {__VA_ARGS__}) EXPECT_THAT(found.text, testing::HasSubstr(part)); \
  }
