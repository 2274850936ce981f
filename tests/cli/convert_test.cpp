#include <thread>

#include "beatbench/core/class_map.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "cli/command_test.h"
#include "support/need.h"
#include "support/recordings.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class Convert : public CommandTest {
 protected:
  const std::string run_folder_ = (trained_once() / "run").string();
  const std::string recordings_ = (trained_once() / "recordings").string();
};
class ConvertDataset : public CommandTest {};

TEST_F(Convert, WritesAModelThatAgreesWithItsCheckpointOnceOnly) {
  // The run knows its data by a path that does not hold from here.
  refuse(2, "convert", {run_folder_, "--to", "torchscript", "--out", "models"}, {"'recordings'"});
  const Words words = {run_folder_, "--to", "torchscript", "--out", "models", "--data", recordings_, "--json"};
  const json results = json::parse(succeed("convert", words).out);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].at("file"), "models/run.pt");
  EXPECT_EQ(results[0].at("size_bytes"), fs::file_size(folder_ / "models/run.pt"));
  EXPECT_EQ(results[0].at("compared_windows"), read_json(fs::path(run_folder_) / "report.json").at("test").at("n"));
  EXPECT_EQ(results[0].at("same_class"), 1.0);
  EXPECT_LT(results[0].at("largest_difference"), 1e-4);
  refuse(2, "convert", words, {"models/run.pt", "already exists"});
}

// The last layer gives a number for each class, and takes as many multiplications as its weights.
TEST_F(Convert, InspectPrintsTheLayersOfAModel) {
  const Finished printed = succeed("convert", {"inspect", run_folder_});
  EXPECT_THAT(printed.out, HasSubstr("best.pt: resnet1d, float32, "));
  for (const char* part : {"\nconv_1 ", " relu ", "\nall ", "\nclasses: "}) EXPECT_THAT(printed.out, HasSubstr(part));
  const json found = json::parse(succeed("convert", {"inspect", run_folder_, "--json"}).out);
  const json description = found.at("description");
  const auto outputs = description.at("preprocessing").at("class_names").size();
  const json last = found.at("layers").back();
  EXPECT_EQ(last.at("operator"), "linear");
  EXPECT_EQ(last.at("output"), (json{-1, outputs}));
  EXPECT_EQ(last.at("multiplications").get<std::size_t>() + outputs, last.at("parameters").get<std::size_t>());
  EXPECT_EQ(found.at("size_bytes"), fs::file_size(fs::path(run_folder_) / "checkpoints/best.pt"));
  refuse(1, "convert", {"inspect", "nothing.pt"}, {"nothing.pt", "there is no such file"});
}

// What convert wrote has the layers of the checkpoint that it came from; of an int8 file they are not known yet.
TEST_F(Convert, InspectReadsWhatConvertWrote) {
  succeed("convert", {run_folder_, "--to", "torchscript,int8", "--data", recordings_, "--max-accuracy-drop", "100"});
  const auto inspected = [&](const std::string& file) {
    return json::parse(succeed("convert", {"inspect", file, "--json"}).out);
  };
  EXPECT_EQ(inspected("models/run.pt").at("layers"), inspected(run_folder_).at("layers"));
  const json int8 = inspected("models/run-int8.pt");
  EXPECT_THAT(int8.at("note").get<std::string>(), HasSubstr("quantize_per_tensor"));
  EXPECT_FALSE(int8.contains("layers"));
  EXPECT_EQ(int8.at("description").at("precision"), "int8");
}

TEST_F(Convert, OfSeveralAtOnceOneHasTheName) {
  std::vector<std::thread> threads;
  std::vector<Finished> finished(4);
  for (Finished& one : finished) {
    threads.emplace_back([&] {
      one = run("convert", {run_folder_, "--to", "torchscript", "--out", "models", "--data", recordings_});
    });
  }
  for (std::thread& thread : threads) thread.join();
  int made = 0;
  for (const Finished& one : finished) {
    made += one.status == 0 ? 1 : 0;
    EXPECT_TRUE(one.status == 0 || one.status == 2) << one.err;
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(contents_of(folder_ / "models").size(), 2U);  // the model and its report
}

TEST_F(Convert, TakesACheckpointFileAndAName) {
  const std::string last = run_folder_ + "/checkpoints/last.pt";
  const Finished plain = succeed("convert", {last, "--windows", "0", "--out", "models"});
  EXPECT_THAT(plain.out, testing::StartsWith("models/run-last.pt  "));
  succeed("convert", {last, "--windows", "0", "--out", "models", "--name", "again"});
  EXPECT_TRUE(fs::exists(folder_ / "models/again.pt"));
}

// The hash of what the file says it was calibrated on: a line "RECORD SAMPLE" for each window.
std::string hash_of_rows(const BeatSet& windows) {
  std::string lines;
  for (const BeatRow& row : windows.rows)
    lines += windows.records[row.record].id + " " + std::to_string(row.sample) + "\n";
  return content_hash(lines);
}

TEST_F(Convert, WritesInt8BesideFloatAndTellsWhatItCosts) {
  const Words words = {run_folder_, "--to",      "torchscript,int8", "--out", "models",
                       "--data",    recordings_, "--log-level",      "quiet"};
  const Finished finished = succeed("convert", words);
  EXPECT_THAT(finished.out, HasSubstr("models/run.pt  "));
  EXPECT_THAT(finished.out, HasSubstr("\nmodels/run-int8.pt  "));
  EXPECT_THAT(finished.out, HasSubstr("points"));
  EXPECT_EQ(finished.err, "") << "an engine spoke up";
  const json test = read_json(fs::path(run_folder_) / "report.json").at("test");
  const json plain = read_json(folder_ / "models/run.pt.json"), int8 = read_json(folder_ / "models/run-int8.pt.json");
  EXPECT_EQ(plain.at("format"), "torchscript");
  EXPECT_EQ(int8.at("format"), "int8");
  for (const json& stored : {plain, int8}) {
    EXPECT_EQ(stored.at("compared_windows"), test.at("n"));
    EXPECT_EQ(stored.at("accuracy_float32"), test.at("accuracy"));
    EXPECT_EQ(stored.at("dataset"), "recordings");
    EXPECT_EQ(stored.at("split"), "test part, random (intra-patient)");
    EXPECT_EQ(stored.at("size_bytes"), fs::file_size(folder_ / stored.at("file").get<std::string>()));
    EXPECT_NEAR(stored.at("accuracy_lost_points").get<double>(),
                100 * (stored.at("accuracy_float32").get<double>() - stored.at("accuracy").get<double>()), 1e-9);
  }
  EXPECT_EQ(plain.at("accuracy"), test.at("accuracy"));
  EXPECT_GT(int8.at("largest_difference").get<double>(), plain.at("largest_difference").get<double>());
  refuse(2, "convert", words, {"models/run.pt", "already exists"});
}

// To every weight of the last layer ten thousand times the largest is added: each class's score grows by the same
// amount, so that float32 finds the classes it found, but 8 bits hold no difference between the classes any more.
constexpr const char* kHideTheDifferences = R"(
import sys, torch
source, target = sys.argv[1:]
module = torch.jit.load(source)
name, weight = [(n, p) for n, p in module.named_parameters() if p.dim() == 2][-1]
with torch.no_grad():
    weight += 10000 * weight.abs().max()
module.save(target)
)";

TEST_F(Convert, AFileThatLosesTooMuchAccuracyIsNotKept) {
  BEATBENCH_NEED(run("/usr/bin/python3", {"-c", "import torch"}).status == 0, "PyTorch: python3-torch");
  folder_.put("hide.py", kHideTheDifferences);
  succeed("train", tiny_resnet1d({"--data", recordings_, "--batch-size", "16", "--epochs", "6", "--out", "good"}));
  EXPECT_GT(read_json(folder_ / "good/report.json").at("test").at("accuracy").get<double>(), 0.9);
  const Finished made = run("/usr/bin/python3", {"hide.py", "good/checkpoints/best.pt", "changed.pt"});
  ASSERT_EQ(made.status, 0) << made.err;
  const Words words = {"changed.pt", "--out",     "models",      "--name", "changed",
                       "--data",     recordings_, "--log-level", "error"};
  const Finished refused = run("convert", with(words, {"--to", "torchscript,int8"}));
  EXPECT_EQ(refused.status, 3);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("models/changed-int8.pt loses "));
  EXPECT_THAT(refused.err, HasSubstr("points of accuracy; allowed: 0.3 (--max-accuracy-drop). No file was kept."));
  EXPECT_FALSE(fs::exists(folder_ / "models"));
  succeed("convert", with(words, {"--to", "torchscript"}));
  succeed("convert", with(words, {"--to", "int8", "--max-accuracy-drop", "100"}));
  EXPECT_GT(read_json(folder_ / "models/changed-int8.pt.json").at("accuracy_lost_points").get<double>(), 0.3);
}

TEST_F(Convert, Int8IsCalibratedOnTrainingWindowsAlone) {
  succeed("convert", {run_folder_, "--to", "int8", "--out", "models", "--data", recordings_, "--windows", "0",
                      "--calibration-windows", "40"});
  EXPECT_FALSE(fs::exists(folder_ / "models/run-int8.pt.json")) << "nothing was compared";
  // The description is stored without compression.
  const std::string bytes = read_text_file(folder_ / "models/run-int8.pt");
  const auto said = [&](const std::string& key) {
    const std::string before = "\"" + key + "\": \"";
    const std::size_t at = bytes.find(before, bytes.find("\"calibration\""));
    return at == std::string::npos ? "" : bytes.substr(at + before.size(), 32);
  };
  Preprocessing preprocessing;
  preprocessing.class_names = require_class_map("paper8").class_names();
  const Database database = open_database(recordings_);
  const Dataset dataset = load_database(database, preprocessing, {});
  const Split split = make_split("random", dataset.windows, database, {});
  EXPECT_EQ(said("dataset_hash"), dataset.hash);
  const BeatSet training = select_beats(dataset.windows, split.training);
  EXPECT_EQ(said("windows_hash"), hash_of_rows(select_beats(training, draw_stratified(training, 40, 1))));
}

TEST_F(Convert, Int8NeedsTheDataOfItsTraining) {
  refuse(2, "convert", {run_folder_, "--to", "int8", "--windows", "0"}, {"'recordings'", "--data"});
  write_recordings(folder_ / "other", 3);
  refuse(2, "convert", {run_folder_, "--to", "int8", "--data", "other"},
         {"other", "not the data that the model was trained on", "training part"});
  refuse(2, "convert", {run_folder_, "--to", "int8", "--calibration-windows", "0"}, {"--calibration-windows", "1"});
}

// A file size that the smaller of the two files keeps below.
TEST_F(Convert, WhereOneFormatFailsNoneIsLeft) {
  const Words words = {run_folder_, "--data", recordings_, "--windows", "20"};
  succeed("convert", with(words, {"--to", "torchscript,int8", "--out", "models"}));
  const auto plain = fs::file_size(folder_ / "models/run.pt"), int8 = fs::file_size(folder_ / "models/run-int8.pt");
  ASSERT_NE(plain, int8);
  const std::string order = plain < int8 ? "torchscript,int8" : "int8,torchscript";
  const RunOptions full{.file_size_limit_bytes = static_cast<long>((plain + int8) / 2)};
  refuse(1, "convert", with(words, {"--to", order, "--out", "again"}), {"again/run", "File too large"}, full);
  EXPECT_FALSE(fs::exists(folder_ / "again"));
}

TEST_F(ConvertDataset, WritesSimulatedRecordsThatTrainFinds) {
  const Words words = {"dataset", "simdb", "--to", "wfdb", "--records", "4", "--duration", "12", "--seed", "7"};
  EXPECT_THAT(succeed("convert", words).out, HasSubstr("datasets/simdb  4 simulated records"));
  refuse(2, "convert", words, {"datasets/simdb", "already exists"});
  EXPECT_THAT(read_record_list(folder_ / "datasets/simdb"), testing::ElementsAre("s001", "s002", "s003", "s004"));
  const Record record = read_record(folder_ / "datasets/simdb/s004", {.strict = true});
  EXPECT_EQ(record.length_samples(), 12U * 360U);
  EXPECT_THAT(read_text_file(folder_ / "datasets/simdb/s004.hea"), HasSubstr("SIMULATED"));
}

TEST_F(ConvertDataset, SameSeedGivesTheSameBytes) {
  const auto simulate = [&](const std::string& out, const std::string& seed) {
    succeed("convert", {"dataset", "simdb", "--out", out, "--records", "2", "--duration", "10", "--seed", seed});
    return contents_of(folder_ / out);
  };
  const auto one = simulate("one", "1");
  EXPECT_EQ(one, simulate("same", "1"));
  EXPECT_NE(one, simulate("other", "2"));
}

// The CSV of a split's test part is what benchmark takes of the recordings themselves.
TEST_F(ConvertDataset, ACsvIsTheTestPartOfASplit) {
  fs::create_directory(folder_ / "datasets");
  fs::copy(trained_once() / "recordings", folder_ / "datasets/recordings");
  const Words words = {"dataset", "datasets/recordings", "--to", "csv", "--seed", "1", "--out"};
  EXPECT_THAT(succeed("convert", with(words, {"datasets/own.csv"})).out, HasSubstr("test, random (intra-patient)"));
  succeed("convert", {"dataset", "datasets/recordings", "--to", "csv", "--seed", "2", "--out", "datasets/other.csv"});
  refuse(2, "convert", with(words, {"datasets/own.csv"}), {"own.csv", "already exists"});
  refuse(2, "convert", with(words, {"own.txt"}), {"own.txt", ".csv"});
  refuse(2, "convert", {"dataset", "datasets/own.csv", "--to", "png", "--out", "x"}, {"prepared already"});
  const std::string model = (trained_once() / "run/checkpoints/best.pt").string();
  succeed("benchmark", {"--computer-type", "ci", "--models", model, "--threads", "1", "--seconds", "0.01",
                        "--batch-sizes", "1", "--date", "2024-05-01"});
  const json summary = read_json(folder_ / "reports/summary-ci-best-2024-05-01.json");
  const json &records = summary.at("datasets").at("recordings"), &own = summary.at("datasets").at("own");
  EXPECT_EQ(own.at("confusion"), records.at("confusion"));
  EXPECT_EQ(own.at("protocol"), "test part of recordings, random (intra-patient)");
  std::string notes;
  for (const json& note : summary.at("notes")) notes += note.get<std::string>() + "\n";
  EXPECT_THAT(notes, HasSubstr("other: made from the recordings that the model was trained on, by another split"));
  EXPECT_THAT(notes, testing::Not(HasSubstr("own: made from")));
}

TEST_F(ConvertDataset, TrainTakesACsvAsItTakesRecordings) {
  fs::copy(trained_once() / "recordings", folder_ / "recordings");
  succeed("convert",
          {"dataset", "recordings", "--to", "csv", "--part", "all", "--window-before", "50", "--out", "beats.csv"});
  const Words train = tiny_lstm({"--max-windows", "100"});
  succeed("train", with(train, {"--data", "beats.csv", "--out", "a"}));
  succeed("train", with(train, {"--data", "recordings", "--window-before", "50", "--out", "b"}));
  EXPECT_EQ(metrics_of_log(folder_ / "a"), metrics_of_log(folder_ / "b"));
  EXPECT_EQ(read_json(folder_ / "a/report.json").at("preprocessing"),
            read_json(folder_ / "b/report.json").at("preprocessing"));
  const Words by_patient = with(train, {"--protocol", "inter-patient"});
  succeed("train", with(by_patient, {"--data", "beats.csv", "--out", "p"}));
  succeed("train", with(by_patient, {"--data", "recordings", "--window-before", "50", "--out", "q"}));
  EXPECT_EQ(metrics_of_log(folder_ / "p"), metrics_of_log(folder_ / "q")) << "the CSV's windows know their patients";
  refuse(2, "train", with(train, {"--data", "beats.csv", "--window-before", "90", "--out", "c"}),
         {"beats.csv", "prepared already", "before_samples 50, not 90"});
  refuse(1, "train", {"--model", "cnn2d", "--model-option", "filters=2,dense=8", "--data", "beats.csv", "--out", "c"},
         {"holds windows"});
  refuse(2, "train", with(train, {"--data", "recordings", "--classes", "own", "--out", "c"}), {"holds records"});
  folder_.put("beats.json", R"({"split_hash": ""})");
  refuse(1, "train", with(train, {"--data", "beats.csv", "--out", "c"}), {"beats.json", "schema_version"});
}

TEST_F(ConvertDataset, CtrlCLeavesNothing) {
  RunOptions options;
  options.interrupt_when = [&](const std::string&) { return folder_.file_count() > 3; };
  const Finished finished = run("convert", {"dataset", "simdb", "--out", "a/b", "--records", "999"}, options);
  EXPECT_EQ(finished.status, 130) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("interrupted"));
  EXPECT_EQ(folder_.file_count(), 0U);
}

// Our own reader of TorchScript is LibTorch in C++; this is PyTorch's.
constexpr const char* kPython = "/usr/bin/python3";  // Debian's, for which the package python3-torch is made
constexpr const char* kLoadInPython = R"(
import json, sys, torch
extra = {'beatbench.json': ''}
model = torch.jit.load(sys.argv[1], _extra_files=extra)
description = json.loads(extra['beatbench.json'])
torch.manual_seed(1)
x = torch.randn(7, description['shape']['channels'], description['shape']['length'])
all, one = model(x), model(x[3:4])
print(json.dumps({'description': description, 'shapes': [list(one.shape), list(all.shape)],
                  'difference': float((all[3] - one[0]).abs().max()), 'spread': float(all.std())}))
)";

class Full_Convert : public Convert {};

// The limit that int8 is to keep, on real recordings: a small model, half of whose beats are for the test.
TEST_F(Full_Convert, Int8LosesLessThanThreeTenthsOfAPointOnMitdb) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  succeed("train", tiny_resnet1d({"--model-option", "filters=8", "--data", mitdb.string(), "--max-windows", "6000",
                                  "--test-fraction", "0.5", "--epochs", "4", "--batch-size", "32", "--log-level",
                                  "quiet", "--out", "r1"}));
  succeed("convert", {"r1", "--to", "int8", "--windows", "3000", "--log-level", "quiet", "--threads", "1"});
  const json stored = read_json(folder_ / "models/r1-int8.pt.json");
  EXPECT_GT(stored.at("compared_windows").get<int>(), 2900);
  EXPECT_GT(stored.at("accuracy_float32").get<double>(), 0.85);
  EXPECT_LE(stored.at("accuracy_lost_points").get<double>(), 0.3);
  EXPECT_GT(stored.at("same_class").get<double>(), 0.99);
}

TEST_F(Full_Convert, PythonLoadsAndRunsTheModel) {
  BEATBENCH_NEED(run(kPython, {"-c", "import torch"}).status == 0, "PyTorch: python3-torch");
  succeed("convert", {run_folder_, "--out", "models", "--windows", "0"});
  const Finished python = run(kPython, {"-c", kLoadInPython, "models/run.pt"});
  ASSERT_EQ(python.status, 0) << python.err;
  const json said = json::parse(python.out);
  EXPECT_EQ(said.at("shapes"), json({{1, 8}, {7, 8}}));
  EXPECT_LT(said.at("difference"), 1e-4);
  EXPECT_GT(said.at("spread"), 1e-3);
  const json report = read_json(fs::path(run_folder_) / "report.json");
  EXPECT_EQ(said.at("description").at("model"), "resnet1d");
  EXPECT_EQ(said.at("description").at("preprocessing"), report.at("preprocessing"));
  json provenance = said.at("description").at("provenance");
  EXPECT_GT(provenance.at("seen").size(), 0U);
  provenance["seen"] = report.at("provenance").at("seen");  // without the hashes there
  EXPECT_EQ(provenance, report.at("provenance"));
}

}  // namespace
}  // namespace beatbench::tests
