#include "beatbench/core/files.h"
#include "beatbench/wfdb/record_io.h"
#include "cli/command_test.h"

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

TEST_F(Convert, TakesACheckpointFileAndAName) {
  const std::string last = run_folder_ + "/checkpoints/last.pt";
  const Finished plain = succeed("convert", {last, "--windows", "0", "--out", "models"});
  EXPECT_THAT(plain.out, testing::StartsWith("models/run-last.pt  "));
  succeed("convert", {last, "--windows", "0", "--out", "models", "--name", "again"});
  EXPECT_TRUE(fs::exists(folder_ / "models/again.pt"));
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

TEST_F(Full_Convert, PythonLoadsAndRunsTheModel) {
  if (run(kPython, {"-c", "import torch"}).status != 0) {
    const char* required = std::getenv("BEATBENCH_REQUIRE_DATA");
    if (required && std::string(required) == "1") FAIL() << "BEATBENCH_REQUIRE_DATA=1, but there is no python3-torch";
    GTEST_SKIP() << "needs PyTorch: install python3-torch";
  }
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
  EXPECT_EQ(said.at("description").at("provenance"), report.at("provenance"));
}

}  // namespace
}  // namespace beatbench::tests
