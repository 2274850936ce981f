#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace beatbench::tests {

/// The folder $BEATBENCH_DATA/<database>, if it is there.
inline std::optional<std::filesystem::path> database_folder(const std::string& database) {
  const char* root = std::getenv("BEATBENCH_DATA");
  if (root == nullptr) return std::nullopt;
  const std::filesystem::path folder = std::filesystem::path(root) / database;
  return std::filesystem::is_directory(folder) ? std::optional(folder) : std::nullopt;
}

}  // namespace beatbench::tests

/// Declares `folder`, the place of a real database. Where it is missing the test fails if BEATBENCH_REQUIRE_DATA is
/// 1, and is reported as skipped, with what to set, otherwise.
#define BEATBENCH_NEED_DATABASE(folder, database)                                                              \
  const auto folder##_found = beatbench::tests::database_folder(database);                                     \
  if (!folder##_found) {                                                                                       \
    const char* required = std::getenv("BEATBENCH_REQUIRE_DATA");                                              \
    if (required != nullptr && std::string(required) == "1") {                                                 \
      FAIL() << "BEATBENCH_REQUIRE_DATA=1, but $BEATBENCH_DATA/" << (database) << " is not there";             \
    }                                                                                                          \
    GTEST_SKIP() << "needs the recordings of " << (database) << ": set BEATBENCH_DATA to the folder above it"; \
  }                                                                                                            \
  const std::filesystem::path folder = *folder##_found
