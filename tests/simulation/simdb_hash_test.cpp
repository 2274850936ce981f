#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/simulation/simdb.h"
#include "beatbench/simulation/simdb12.h"
#include "support/test_folder.h"

// The simulated databases are the same files with every compiler: this program is built by GCC with the other tests,
// and by Clang, with sanitizers, by simdb_under_clang.sh. The hashes say that and no more; whether the databases are
// right is asked in the other tests. Who changes what a seed draws changes them, and says in reports/ which results
// were of the databases before.
namespace beatbench {
namespace {

std::string hash_of_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  ContentHasher hasher;
  for (const std::filesystem::path& file : files) hasher.add(file.filename().string() + "\n" + read_text_file(file));
  return hasher.hash();
}

TEST(SimdbHash, EveryDiagnosisIsTheSameWithEveryCompiler) {
  const tests::TestFolder folder;
  const SimulationOptions options{.duration_s = 60};
  for (int i = 0; i < options.records; ++i) write_record(simulate_record(options, i), folder.path());
  ASSERT_EQ(folder.file_count(), 3U * 48U);
  EXPECT_EQ(hash_of_files(folder.path()), "34a0b0c88ad249e6307f61ea84e23503");
}

TEST(SimdbHash, TwelveLeadsAreTheSameWithEveryCompiler) {
  const tests::TestFolder folder;
  const Simulation12Options options{.records = 24};
  for (int i = 0; i < options.records; ++i) write_record(simulate_recording12(options, i), folder.path(), 16, "");
  ASSERT_EQ(folder.file_count(), 2U * 24U);
  EXPECT_EQ(hash_of_files(folder.path()), "2fc03318619bc80436c51070910d1a90");
}

}  // namespace
}  // namespace beatbench
