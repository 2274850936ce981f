#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "support/test_folder.h"

namespace beatbench::tests {

using Words = std::vector<std::string>;

/// Every file and folder below `folder` by its relative path, with its content (folders: "folder").
std::map<std::string, std::string> contents_of(const std::filesystem::path& folder);

nlohmann::json read_json(const std::filesystem::path& file);

/// Writes the first `count` simulated patients, each of a minute, as WFDB records with a RECORDS file.
void write_recordings(const std::filesystem::path& folder, int count);

/// log.csv without its column of seconds, which no two runs share.
std::string metrics_of_log(const std::filesystem::path& run_folder);

/// `words` and then `more`; an option of `words` that `more` has too is left out with its value.
Words with(Words words, const Words& more);

/// The smallest trainings there are, with `more` options.
Words tiny_lstm(const Words& more);
Words tiny_resnet1d(const Words& more);

/// A folder with what one training leaves, made once for all tests of a process: recordings/, run/ (the run folder of
/// a tiny resnet1d on them) and run.out (its report, as --json printed it).
const std::filesystem::path& trained_once();

/// A test of a command in an empty folder, which is the command's working directory.
class CommandTest : public testing::Test {
 protected:
  Finished run(const std::string& program, const Words& arguments, RunOptions options = {}) const {
    if (options.cwd.empty()) options.cwd = folder_.path();
    return run_program(program, arguments, options);
  }

  /// The same, expecting status 0.
  Finished succeed(const std::string& program, const Words& arguments, const RunOptions& options = {}) const {
    Finished finished = run(program, arguments, options);
    EXPECT_EQ(finished.status, 0) << finished.command << "\n" << finished.err;
    return finished;
  }

  /// Expects that a command ends with `status`, says why in one line that has each of `parts`, prints nothing on
  /// stdout, and leaves every file of the test's folder as it was. Returns what it printed.
  Finished refuse(int status, const std::string& program, const Words& arguments,
                  std::initializer_list<std::string> parts, const RunOptions& options = {}) const;

  TestFolder folder_;
};

}  // namespace beatbench::tests
