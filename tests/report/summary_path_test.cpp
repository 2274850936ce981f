#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "report/sample_reports.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

class SummaryPath : public testing::Test {
 protected:
  void touch(const std::string& name) const { std::ofstream(folder_ / name) << "{}"; }
  std::string name() const { return summary_path(folder_.path(), "laptop", "r1", "2024-05-01").filename(); }

  tests::TestFolder folder_;
};

TEST_F(SummaryPath, NamesComputerModelAndDate) { EXPECT_EQ(name(), "summary-laptop-r1-2024-05-01.json"); }

TEST_F(SummaryPath, ATakenNameGetsANumber) {
  touch("summary-laptop-r1-2024-05-01.json");
  EXPECT_EQ(name(), "summary-laptop-r1-2024-05-01-2.json");
  touch("summary-laptop-r1-2024-05-01-2.json");
  EXPECT_EQ(name(), "summary-laptop-r1-2024-05-01-3.json");
}

TEST_F(SummaryPath, RefusesNamesThatAreNoFileNames) {
  for (const std::string bad : {"", "a/b", "/etc", "..", ".hidden", "a b", "a\nb", "a\\b", "na\u00efve", "a*", "a:b"}) {
    EXPECT_THROW(summary_path(folder_.path(), bad, "r1", "2024-05-01"), Error) << bad;
    EXPECT_THROW(summary_path(folder_.path(), "laptop", bad, "2024-05-01"), Error) << bad;
  }
  EXPECT_THROW(summary_path(folder_.path(), std::string(101, 'a'), "r1", "2024-05-01"), Error);
  EXPECT_THROW(summary_path(folder_.path(), std::string("a\0b", 3), "r1", "2024-05-01"), Error);
  EXPECT_THROW(summary_path(folder_.path(), "laptop", "r1", "../2024"), Error);
  EXPECT_NO_THROW(summary_path(folder_.path(), "Xeon_2.4-GHz+", std::string(100, 'a'), "2024-05-01"));
}

TEST_F(SummaryPath, WritesOneReportAfterTheOther) {
  const fs::path folder = folder_ / "made" / "reports";
  const SummaryReport report = samples::summary_report();
  EXPECT_EQ(write_summary(folder, report), folder / "summary-laptop-r1-2024-05-01.json");
  EXPECT_EQ(write_summary(folder, report), folder / "summary-laptop-r1-2024-05-01-2.json");
  const auto json = nlohmann::ordered_json::parse(read_text_file(folder / "summary-laptop-r1-2024-05-01.json"));
  EXPECT_EQ(json, to_json(report));
}

TEST_F(SummaryPath, LeavesNothingBehindOnFailure) {
  touch("file");
  EXPECT_THROW(write_summary(folder_ / "file", samples::summary_report()), Error);
  SummaryReport bad = samples::summary_report();
  bad.computer_type = "a/b";
  EXPECT_THROW(write_summary(folder_ / "new", bad), Error);
  EXPECT_FALSE(fs::exists(folder_ / "new"));
  SummaryReport twice = samples::summary_report();
  twice.datasets[1].name = twice.datasets[0].name;
  EXPECT_THROW(write_summary(folder_.path(), twice), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

}  // namespace
}  // namespace beatbench
