#include "beatbench/core/files.h"
#include "cli/command_test.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Resume : public CommandTest {};
class Full_Resume : public CommandTest {};

void expect_same_run(const fs::path& found, const fs::path& expected) {
  EXPECT_EQ(figures_of_log(found), figures_of_log(expected));
  EXPECT_EQ(read_json(found / "report.json").at("test"), read_json(expected / "report.json").at("test"));
  EXPECT_TRUE(read_text_file(found / "checkpoints/best.pt") == read_text_file(expected / "checkpoints/best.pt"));
  EXPECT_EQ(read_json(found / "report.json").at("training").at("stopped_by"), "epochs");
}

// Interrupted in the first epoch, gone on with, interrupted in a later one, gone on with: the same bits as in one go.
TEST_F(Full_Resume, GoesOnToTheSameBits) {
  write_recordings(folder_ / "recordings", 12);
  const Words words = tiny_resnet1d({"--data", "recordings", "--epochs", "6", "--batch-size", "16", "--schedule",
                                     "plateau", "--plateau-patience", "1", "--sampling", "balanced"});
  const auto train = [&](const Words& more, const RunOptions& options = {}) {
    return run("train", with(words, more), options);
  };
  ASSERT_EQ(train({"--out", "whole"}).status, 0);

  RunOptions at_once;
  at_once.interrupt_when = [&](const std::string&) { return fs::exists(folder_ / "parts/config.json"); };
  const Finished first = train({"--out", "parts"}, at_once);
  EXPECT_EQ(first.status, 130) << first.err;
  EXPECT_THAT(first.err, HasSubstr(" whole epochs; to go on: train --resume parts\n"));
  EXPECT_EQ(first.out, "");
  EXPECT_TRUE(fs::exists(folder_ / "parts/checkpoints/last.pt"));
  EXPECT_FALSE(fs::exists(folder_ / "parts/report.json"));

  RunOptions later;
  later.interrupt_when = [](const std::string& err) { return err.find("epoch 3/6") != std::string::npos; };
  const Finished second = run("train", {"--resume", "parts"}, later);
  EXPECT_EQ(second.status, 130) << second.err;
  EXPECT_THAT(second.err, HasSubstr(" whole epochs; to go on: train --resume parts\n"));

  const Finished third = run("train", {"--resume", "parts/"});
  EXPECT_EQ(third.status, 0) << third.err;
  EXPECT_THAT(third.out, HasSubstr("run folder: parts"));
  expect_same_run(folder_ / "parts", folder_ / "whole");

  EXPECT_EQ(run("train", {"--resume", "parts"}).status, 0);  // nothing is left to do: the same report once more
  expect_same_run(folder_ / "parts", folder_ / "whole");
}

TEST_F(Resume, RefusesWhatItCannotGoOnFrom) {
  fs::copy(trained_once() / "run", folder_ / "run", fs::copy_options::recursive);
  fs::copy(trained_once() / "recordings", folder_ / "recordings");
  fs::create_directory(folder_ / "empty");
  refuse(1, "train", {"--resume", "empty"}, {"empty/config.json"});

  const std::string config = read_text_file(folder_ / "run/config.json");
  folder_.put("run/config.json", config.substr(0, config.size() / 2));
  refuse(1, "train", {"--resume", "run"}, {"run/config.json"});
  folder_.put("run/config.json", config);

  const std::string last = read_text_file(folder_ / "run/checkpoints/last.pt");
  folder_.put("run/checkpoints/last.pt", last.substr(0, last.size() / 2));
  refuse(1, "train", {"--resume", "run"}, {"run/checkpoints/last.pt"});
  fs::copy_file(folder_ / "run/checkpoints/best.pt", folder_ / "run/checkpoints/last.pt",
                fs::copy_options::overwrite_existing);
  refuse(1, "train", {"--resume", "run"}, {"run/checkpoints/last.pt", "no training state"});
  folder_.put("run/checkpoints/last.pt", last);

  fs::remove(folder_ / "recordings/RECORDS");
  folder_.put("recordings/RECORDS", "s001\ns002\ns003\n");
  refuse(1, "train", {"--resume", "run"}, {"run", "not what the run began with"});
}

}  // namespace
}  // namespace beatbench::tests
