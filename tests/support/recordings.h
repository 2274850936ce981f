#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "support/need.h"

namespace beatbench::tests {

/// The folder `name` below the one that an environment variable names, if it is there.
inline std::optional<std::filesystem::path> folder_below(const char* variable, const std::string& name) {
  const char* root = std::getenv(variable);
  if (root == nullptr) return std::nullopt;
  const std::filesystem::path folder = std::filesystem::path(root) / name;
  return std::filesystem::is_directory(folder) ? std::optional(folder) : std::nullopt;
}

/// The folder $BEATBENCH_DATA/<database>, if it is there.
inline std::optional<std::filesystem::path> database_folder(const std::string& database) {
  return folder_below("BEATBENCH_DATA", database);
}

/// The folder $BEATBENCH_CASES/<name>, if it is there: "field" holds files of kinds that people meet, "hostile" damaged
/// and malicious ones.
inline std::optional<std::filesystem::path> cases_folder(const std::string& name) {
  return folder_below("BEATBENCH_CASES", name);
}

}  // namespace beatbench::tests

/// Declares `folder`, the place of a real database; see BEATBENCH_NEED where it is missing.
#define BEATBENCH_NEED_DATABASE(folder, database)                                                              \
  const auto folder##_found = beatbench::tests::database_folder(database);                                     \
  BEATBENCH_NEED(folder##_found,                                                                               \
                 "the recordings of " + std::string(database) + ", $BEATBENCH_DATA/" + std::string(database)); \
  const std::filesystem::path folder = *folder##_found

/// Declares `folder`, the place of a folder of cases, likewise.
#define BEATBENCH_NEED_CASES(folder, name)                                              \
  const auto folder##_found = beatbench::tests::cases_folder(name);                     \
  BEATBENCH_NEED(folder##_found, "the cases of $BEATBENCH_CASES/" + std::string(name)); \
  const std::filesystem::path folder = *folder##_found
