#include "beatbench/core/files.h"
#include "cli/command_test.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Series : public CommandTest {};
class Full_Series : public CommandTest {};

TEST_F(Series, TrainsSeveralSeedsAndReportsThemTogether) {
  write_recordings(folder_ / "recordings", 8);
  const Words words = tiny_lstm({"--data", "recordings", "--classes", "aami5", "--protocol", "inter-patient",
                                 "--validation-fraction", "0.3", "--seed", "4"});
  const Finished finished = succeed("train", with(words, {"--seeds", "2", "--out", "two", "--json"}));
  const auto report = nlohmann::json::parse(finished.out);
  EXPECT_EQ(report.at("kind"), "series");
  EXPECT_TRUE(read_json(folder_ / "two/report.json") == report);
  ASSERT_EQ(report.at("runs").size(), 2U);
  EXPECT_EQ(report.at("runs")[1].at("folder"), "seed-5");
  // Each run is the run that its seed makes alone.
  succeed("train", with(words, {"--seed", "5", "--out", "alone"}));
  const auto alone = read_json(folder_ / "alone/report.json"), inside = read_json(folder_ / "two/seed-5/report.json");
  EXPECT_EQ(alone.at("test"), inside.at("test"));
  EXPECT_EQ(alone.at("test").at("accuracy"), report.at("runs")[1].at("accuracy"));
  const double first = report.at("runs")[0].at("accuracy"), second = report.at("runs")[1].at("accuracy");
  EXPECT_NEAR(report.at("figures").at("accuracy").at("mean").get<double>(), (first + second) / 2, 1e-9);
}

TEST_F(Full_Series, TestsEveryFoldAndGoesOnWhereItStopped) {
  write_recordings(folder_ / "recordings", 8);
  const Words words = tiny_lstm({"--data", "recordings", "--classes", "aami5", "--protocol", "leave-one-patient-out",
                                 "--validation-fraction", "0.3", "--all-folds"});
  succeed("train", with(words, {"--out", "whole"}));
  const auto report = read_json(folder_ / "whole/report.json");
  ASSERT_EQ(report.at("runs").size(), 8U);
  std::int64_t tested = 0;
  for (const auto& run : report.at("runs")) tested += run.at("n").get<std::int64_t>();
  std::int64_t beats = 0;
  for (const auto& [name, of_class] : report.at("figures").at("classes").items())
    beats += of_class.at("n").get<std::int64_t>();
  EXPECT_EQ(tested, beats);

  RunOptions stop;
  stop.interrupt_when = [&](const std::string&) { return fs::exists(folder_ / "parts/fold-3/config.json"); };
  const Finished first = run("train", with(words, {"--out", "parts"}), stop);
  EXPECT_EQ(first.status, 130) << first.err;
  EXPECT_THAT(first.err, HasSubstr("train --resume parts\n"));
  EXPECT_FALSE(fs::exists(folder_ / "parts/report.json"));
  const std::string done = read_text_file(folder_ / "parts/fold-1/report.json");
  fs::create_directories(folder_ / "parts/fold-5/checkpoints");  // as a kill leaves it before the first file
  succeed("train", {"--resume", "parts"});
  EXPECT_EQ(read_text_file(folder_ / "parts/fold-1/report.json"), done) << "what is done stays as it is";
  EXPECT_EQ(read_json(folder_ / "parts/report.json").at("figures"), report.at("figures"));
}

// The test part is that of a run without the other database.
TEST_F(Series, ExtraTrainingIsNeverTested) {
  write_recordings(folder_ / "recordings", 8);
  write_recordings(folder_ / "more", 10);
  fs::remove(folder_ / "more/RECORDS");
  folder_.put("more/RECORDS", "s009\ns010\n");
  const Words words = tiny_lstm(
      {"--data", "recordings", "--classes", "aami5", "--protocol", "inter-patient", "--validation-fraction", "0.3"});
  succeed("train", with(words, {"--out", "alone"}));
  const Finished finished = succeed("train", with(words, {"--extra-training", "more", "--out", "both"}));
  const auto alone = read_json(folder_ / "alone/report.json"), both = read_json(folder_ / "both/report.json");
  EXPECT_EQ(alone.at("split").at("test"), both.at("split").at("test"));
  EXPECT_EQ(alone.at("split").at("validation"), both.at("split").at("validation"));
  EXPECT_GT(both.at("split").at("train").at("n"), alone.at("split").at("train").at("n"));
  EXPECT_THAT(both.at("notes").dump(), HasSubstr("beats of more as well"));
  EXPECT_EQ(both.at("provenance").at("split_hash"), alone.at("provenance").at("split_hash"));
  refuse(2, "train", with(words, {"--extra-training", "recordings", "--out", "same"}), {"--extra-training"});
  // A recording that is tested stands in the other database as well: it is known again, left out and named.
  const std::string tested = both.at("test").at("records").begin().key();
  for (const char* end : {".hea", ".dat", ".atr"})
    fs::copy(folder_ / ("recordings/" + tested + end), folder_ / ("more/" + tested + end),
             fs::copy_options::overwrite_existing);
  folder_.put("more/RECORDS", "s009\n" + tested + "\n");
  succeed("train", with(words, {"--extra-training", "more", "--out", "copy"}));
  const auto copy = read_json(folder_ / "copy/report.json");
  EXPECT_THAT(copy.at("notes").dump(), HasSubstr("of the validation or the test: extra:more/" + tested));
  EXPECT_EQ(copy.at("split").at("test"), alone.at("split").at("test"));
  EXPECT_FALSE(copy.at("provenance").at("seen").dump().find("more") == std::string::npos);
  for (const auto& seen : copy.at("provenance").at("seen")) EXPECT_NE(seen.at("record"), tested);
}

TEST_F(Series, RefusesFoldsWhereThereAreNone) {
  write_recordings(folder_ / "recordings", 8);
  refuse(2, "train", tiny_lstm({"--data", "recordings", "--all-folds", "--out", "none"}), {"--all-folds", "no folds"});
}

}  // namespace
}  // namespace beatbench::tests
