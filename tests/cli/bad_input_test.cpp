// Damaged recordings, wrong files and full disks: one line says what is wrong and where, and nothing is left behind.
#include "beatbench/core/files.h"
#include "cli/command_test.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class BadInput : public CommandTest {
 protected:
  BadInput() { write_recordings(folder_ / "recordings", 3); }

  /// Expects `train` to refuse the recordings, with status 1.
  void refuse_recordings(std::initializer_list<std::string> parts, const Words& more = {}) const {
    refuse(1, "train", with(kTrain, more), parts);
  }

  void replace_in_header(const std::string& from, const std::string& to) const {
    std::string text = read_text_file(folder_ / "recordings/s002.hea");
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    folder_.put("recordings/s002.hea", text.replace(at, from.size(), to));
  }

  const Words kTrain = tiny_lstm({"--data", "recordings", "--out", "run"});
};

TEST_F(BadInput, SignalFileIsMissing) {
  fs::remove(folder_ / "recordings/s002.dat");
  refuse_recordings({"recordings/s002.dat", "not there"});
}

TEST_F(BadInput, ConvertingADamagedDatabaseLeavesNothing) {
  fs::resize_file(folder_ / "recordings/s003.dat", 30'000);
  for (const Words& more : {Words{"--to", "png", "--out", "a/png"}, Words{"--to", "csv", "--out", "a/beats.csv"}}) {
    refuse(1, "convert", with({"dataset", "recordings"}, more), {"recordings/s003.dat", "10000", "21600"});
  }
}

TEST_F(BadInput, ADamagedImageEndsTheTraining) {
  succeed("convert", {"dataset", "recordings", "--to", "png", "--out", "png", "--image-size", "32"});
  const auto image = fs::directory_iterator(folder_ / "png/NOR")->path();
  fs::resize_file(image, 60);
  const Words train = {"--model", "cnn2d", "--model-option", "filters=2,dense=8", "--epochs", "1", "--out", "run"};
  refuse(1, "train", with(train, {"--data", "png"}), {image.filename().string(), "damaged"});
  fs::remove(image);
  fs::create_directory(folder_ / "png/extra");
  fs::copy(fs::directory_iterator(folder_ / "png/NOR")->path(), folder_ / "png/extra");
  refuse(1, "train", with(train, {"--data", "png"}), {"png/extra", "no class of paper8"});
}

TEST_F(BadInput, SignalFileIsTruncated) {
  fs::resize_file(folder_ / "recordings/s002.dat", 30'000);
  refuse_recordings({"recordings/s002.dat", "10000", "21600"});
}

TEST_F(BadInput, RecordIsMissing) {
  folder_.put("recordings/RECORDS", "s001\ns009\n");
  refuse_recordings({"recordings/s009.hea", "No such file"});
}

TEST_F(BadInput, HeaderHasAbsurdSizes) {
  replace_in_header(" 21600", " 900000000000000000");
  refuse_recordings({"recordings/s002.dat", "900000000000000000"});
  replace_in_header(" 900000000000000000", " 99999999999999999999999");
  const Finished finished = succeed("train", kTrain);  // how long it is its file says
  EXPECT_THAT(finished.err,
              HasSubstr("recordings/s002.hea, line 1: the number of samples is '99999999999999999999999'"));
  fs::remove_all(folder_ / "run");
  replace_in_header("s002 2 360 99999999999999999999999", "s002 2000000000 360 21600");
  refuse_recordings({"recordings/s002.hea", "2000000000"});
}

TEST_F(BadInput, WrongChecksumIsAWarningOrAnErrorIfStrict) {
  std::string bytes = read_text_file(folder_ / "recordings/s002.dat");
  bytes[3000] = static_cast<char>(bytes[3000] ^ 1);
  folder_.put("recordings/s002.dat", bytes);
  refuse_recordings({"recordings/s002.dat", "checksum", "'MLII'", "recordings/s002.hea"}, {"--strict"});
  const Finished finished = succeed("train", kTrain);
  EXPECT_THAT(finished.err, HasSubstr("warning: recordings/s002.dat: the checksum of signal"));
  EXPECT_TRUE(fs::exists(folder_ / "run/report.json"));
}

TEST_F(BadInput, AnnotationFileIsGarbled) {
  folder_.put("recordings/s002.atr", std::string(100, '\xff'));
  refuse_recordings({"recordings/s002.atr", "byte"});
  folder_.put("recordings/s002.atr", "12345");
  refuse_recordings({"recordings/s002.atr", "byte 4", "closing zero word"});
}

TEST_F(BadInput, NoAnnotationsAtAll) {
  for (const char* file : {"s001.atr", "s002.atr", "s003.atr"}) fs::remove(folder_ / "recordings" / file);
  refuse_recordings({"recordings", "no annotated beat of a class of paper8"});
}

TEST_F(BadInput, NoneOfTheLeads) { refuse_recordings({"record s001", "V6", "MLII, V1"}, {"--lead", "V6"}); }

TEST_F(BadInput, FolderWithoutRecords) {
  fs::create_directory(folder_ / "empty");
  refuse(1, "train", {"--data", "empty", "--out", "run"}, {"empty", "RECORDS"});
}

TEST_F(BadInput, TooFewBeatsForASplit) {
  refuse_recordings({"protocol random", "no beat is left for"}, {"--max-windows", "4"});
}

TEST_F(BadInput, CheckpointIsTruncatedOrNone) {
  const std::string whole = read_text_file(trained_once() / "run/checkpoints/best.pt");
  folder_.put("best.pt", whole.substr(0, whole.size() / 2));
  refuse(1, "convert", {"best.pt", "--windows", "0"}, {"best.pt: is no ZIP archive"});
  folder_.put("best.pt", "epoch,loss\n1,0.5\n");
  refuse(1, "convert", {"best.pt", "--windows", "0"}, {"best.pt: is no ZIP archive"});
  folder_.put("best.pt", "");
  refuse(1, "convert", {"best.pt", "--windows", "0"}, {"best.pt: is no ZIP archive"});
  refuse(1, "convert", {"recordings", "--windows", "0"}, {"recordings/checkpoints/best.pt"});
}

// Each limit is met by another file: config.json, the best checkpoint, the larger last one.
TEST_F(BadInput, DiskIsFullWhenTraining) {
  for (const long limit_bytes : {500L, 4'000L, 15'000L}) {
    const RunOptions full{.file_size_limit_bytes = limit_bytes};
    refuse(1, "train", kTrain, {"run/", "cannot write", "File too large"}, full);
    refuse(1, "train", with(kTrain, {"--out", "of/today/run"}), {"of/today/run/", "File too large"}, full);
  }
}

TEST_F(BadInput, DiskIsFullWhenConverting) {
  const RunOptions full{.file_size_limit_bytes = 4'000};
  fs::create_directory(folder_ / "models");
  refuse(1, "convert", {(trained_once() / "run").string(), "--windows", "0"}, {"models/run.pt", "File too large"},
         full);
  refuse(1, "convert", {(trained_once() / "run").string(), "--windows", "0", "--out", "of/today"},
         {"of/today/run.pt", "File too large"}, full);
  refuse(1, "convert", {"dataset", "simdb", "--records", "1", "--duration", "60", "--out", "of/today/sim"},
         {"s001.dat", "File too large"}, full);
}

TEST_F(BadInput, DiskIsFullWhenMeasuring) {
  fs::create_directory(folder_ / "models");
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/best.pt");
  refuse(1, "benchmark",
         {"--computer-type", "ci", "--threads", "1", "--seconds", "0.01", "--batch-sizes", "1", "--datasets", ".",
          "--date", "2024-05-01", "--reports", "of/reports"},
         {"of/reports/summary-ci-best-2024-05-01.json", "File too large"}, {.file_size_limit_bytes = 1'000});
}

TEST_F(BadInput, OutputCannotBeMade) {
  folder_.put("notes.txt", "a file, no folder");
  const std::string run_folder = (trained_once() / "run").string();
  refuse_recordings({"notes.txt/run", "Not a directory"}, {"--out", "notes.txt/run"});
  refuse(1, "convert", {run_folder, "--windows", "0", "--out", "notes.txt"}, {"notes.txt"});
  refuse(1, "convert", {run_folder, "--windows", "0", "--out", "notes.txt/models"}, {"notes.txt/models"});
  refuse(1, "convert", {"dataset", "simdb", "--records", "1", "--duration", "10", "--out", "notes.txt/sim"},
         {"notes.txt", "Not a directory"});
}

}  // namespace
}  // namespace beatbench::tests
