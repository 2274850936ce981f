#include <chrono>

#include "beatbench/core/files.h"
#include "cli/command_test.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Resume : public CommandTest {};
class Full_Resume : public CommandTest {};

void expect_same_run(const fs::path& found, const fs::path& expected) {
  EXPECT_EQ(metrics_of_log(found), metrics_of_log(expected));
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

std::vector<std::string> partial_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".partial-") != std::string::npos) names.push_back(name);
  }
  return names;
}

// SIGKILL leaves a program no chance to save anything: here at times that have nothing to do with what it is doing, and
// while it writes a state, which is recognised by the file that is left over.
TEST_F(Full_Resume, GoesOnToTheSameBitsAfterSigkill) {
  write_recordings(folder_ / "recordings", 12);
  const Words words = {"--model",          "cnn2d",  "--model-option", "filters=16,dense=1024",
                       "--image-size",     "32",     "--data",         "recordings",
                       "--classes",        "aami5",  "--epochs",       "3",
                       "--batch-size",     "16",     "--max-windows",  "300",
                       "--crops",          "random", "--sampling",     "balanced",
                       "--loader-threads", "2",      "--save-every",   "3",
                       "--threads",        "1",      "--seed",         "7"};
  ASSERT_EQ(run("train", with(words, {"--out", "whole"})).status, 0);

  const fs::path checkpoints = folder_ / "parts/checkpoints";
  int killed = 0, while_saving = 0;
  RunOptions kill;
  kill.signal = SIGKILL;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const auto start = std::chrono::steady_clock::now();
    const auto seen_before = fs::exists(folder_ / "parts/config.json");
    kill.interrupt_when = [&](const std::string&) {
      if (attempt % 3 != 0) return !partial_files(checkpoints).empty();
      const bool begun = seen_before || fs::exists(folder_ / "parts/config.json");
      return begun && std::chrono::steady_clock::now() - start > std::chrono::milliseconds(600 + 170 * attempt);
    };
    const Words arguments = seen_before ? Words{"--resume", "parts"} : with(words, {"--out", "parts"});
    const Finished finished = run("train", arguments, kill);
    if (finished.status == 0) break;
    ASSERT_EQ(finished.status, -SIGKILL) << finished.err;
    ++killed;
    while_saving += partial_files(checkpoints).empty() ? 0 : 1;
  }
  EXPECT_GE(killed, 3);
  EXPECT_GE(while_saving, 1);
  ASSERT_EQ(run("train", {"--resume", "parts"}).status, 0);
  expect_same_run(folder_ / "parts", folder_ / "whole");
  EXPECT_THAT(partial_files(checkpoints), testing::IsEmpty());
}

TEST_F(Resume, ADamagedStateIsNamedAndTheOneBeforeIsUsed) {
  write_recordings(folder_ / "recordings", 6);
  succeed("train", tiny_resnet1d({"--data", "recordings", "--epochs", "3", "--batch-size", "16", "--out", "run"}));
  fs::copy(folder_ / "run", folder_ / "whole", fs::copy_options::recursive);
  const std::string best = read_text_file(folder_ / "run/checkpoints/best.pt");
  std::string last = read_text_file(folder_ / "run/checkpoints/last.pt");
  last[last.size() / 2] = static_cast<char>(last[last.size() / 2] ^ 1);  // a single bit
  folder_.put("run/checkpoints/last.pt", last);
  fs::remove(folder_ / "run/report.json");  // as if it had been killed before its end
  const Finished finished = succeed("train", {"--resume", "run"});
  EXPECT_THAT(finished.err, HasSubstr("run/checkpoints/last.pt: is damaged"));
  EXPECT_THAT(finished.err, HasSubstr("going on from run/checkpoints/last-1.pt"));
  expect_same_run(folder_ / "run", folder_ / "whole");
  EXPECT_TRUE(read_text_file(folder_ / "run/checkpoints/best.pt") == best);
}

TEST_F(Resume, AFinishedRunStaysAsItIs) {
  fs::copy(trained_once() / "run", folder_ / "run", fs::copy_options::recursive);
  const auto before = contents_of(folder_ / "run");
  const Finished finished = succeed("train", {"--resume", "run", "--epochs", "20", "--seed", "3"});
  EXPECT_THAT(finished.err, HasSubstr("run: goes on by its config.json; left aside: --epochs, --seed"));
  EXPECT_THAT(finished.err, HasSubstr("run: is finished"));
  EXPECT_EQ(succeed("train", {"--resume", "run", "--json"}).out, before.at("report.json"));
  EXPECT_EQ(contents_of(folder_ / "run"), before);
}

TEST_F(Resume, ARunningTrainingIsLeftAlone) {
  write_recordings(folder_ / "recordings", 3);
  Finished second, third;
  RunOptions meanwhile;
  meanwhile.interrupt_when = [&](const std::string& err) {
    if (err.find("epoch 1/") == std::string::npos) return false;
    second = run("train", {"--resume", "run"});
    third = run("train", tiny_lstm({"--data", "recordings", "--out", "run"}));
    return true;
  };
  const Words words = tiny_lstm({"--data", "recordings", "--epochs", "10000"});
  const Finished first = run("train", with(words, {"--out", "run"}), meanwhile);
  EXPECT_EQ(first.status, 130) << first.err;
  EXPECT_EQ(second.status, 2) << second.err;
  EXPECT_THAT(second.err, HasSubstr("run: is being written by another training"));
  EXPECT_EQ(third.status, 2) << third.err;
  RunOptions stop;  // its state is whole, and the lock ended with it
  stop.interrupt_when = [](const std::string& err) { return err.find("epoch ") != std::string::npos; };
  EXPECT_EQ(run("train", {"--resume", "run"}, stop).status, 130);
}

// Killed before its config.json was there, a run can be started again by the same command.
TEST_F(Resume, ARunThatNeverBeganCanBeStartedAgain) {
  write_recordings(folder_ / "recordings", 3);
  fs::create_directories(folder_ / "run/checkpoints");
  folder_.put("run/train.log", "a line\n");
  folder_.put("run/.config.json.partial-123", "half");
  succeed("train", tiny_lstm({"--data", "recordings", "--out", "run"}));
  folder_.put("run2", "");
  fs::remove(folder_ / "run2");
  fs::create_directories(folder_ / "run2/other");
  refuse(2, "train", tiny_lstm({"--data", "recordings", "--out", "run2"}), {"run2", "already exists"});
}

TEST_F(Resume, RefusesWhatItCannotGoOnFrom) {
  fs::copy(trained_once() / "run", folder_ / "run", fs::copy_options::recursive);
  fs::copy(trained_once() / "recordings", folder_ / "recordings");
  fs::remove(folder_ / "run/report.json");
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
