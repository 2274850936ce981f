// What the commands say of themselves, and what they refuse before they do anything.
#include "beatbench/core/class_map.h"
#include "beatbench/core/provenance.h"
#include "beatbench/data/database.h"
#include "beatbench/data/protocol.h"
#include "cli/command_test.h"

namespace beatbench::tests {
namespace {

using testing::HasSubstr;

class Usage : public CommandTest {
 protected:
  /// Expects --help to name each of `words`.
  void expect_help(const std::string& program, const Words& words) const {
    const Finished help = succeed(program, {"--help"});
    EXPECT_EQ(help.err, "");
    for (const std::string& word : words) EXPECT_THAT(help.out, HasSubstr(word)) << program;
    EXPECT_EQ(folder_.file_count(), 0U);
  }

  /// Expects a usage error that is all of stderr.
  void refuse_usage(const std::string& program, const Words& arguments,
                    std::initializer_list<std::string> parts) const {
    const Finished finished = refuse(2, program, arguments, parts);
    EXPECT_EQ(finished.err.rfind(program + ": error: ", 0), 0U) << finished.err;
  }
};

template <typename Rows>
void add_registry(const Rows& rows, Words& words) {
  for (const auto& row : rows) {
    words.emplace_back(row.name);
    words.emplace_back(row.description);
  }
}

TEST_F(Usage, HelpOfTrainListsAllThereIs) {
  Words words = {"Examples:", "train --resume", "Exit status", "lstm", "resnet1d", "--class-weights", "--print-config"};
  add_registry(class_maps(), words);
  add_registry(protocol_registry(), words);
  add_registry(database_registry(), words);
  expect_help("train", words);
}

TEST_F(Usage, HelpOfConvertListsAllThereIs) {
  expect_help("convert", {"Examples:", "convert runs/r1", "Formats:", "torchscript", "int8", "--calibration-windows",
                          "dataset", "--windows"});
}

TEST_F(Usage, HelpOfBenchmarkListsAllThereIs) {
  expect_help("benchmark", {"Examples:", "--computer-type", "--computerType", "--quantizedOnly",
                            "Engines:", "torchscript", "checkpoint", "BEATBENCH_DATA"});
}

TEST_F(Usage, VersionsAreNamed) {
  for (const char* program : {"train", "convert", "benchmark", "classify"}) {
    const std::string text = succeed(program, {"--version"}).out;
    for (const std::string& word : {std::string(program), beatbench_version(), source_commit(), build_type(),
                                    std::string("GCC"), std::string("LibTorch"), std::string("OpenCV")}) {
      EXPECT_THAT(text, HasSubstr(word)) << program;
    }
    const auto json = nlohmann::json::parse(succeed(program, {"--version", "--json"}).out);
    EXPECT_EQ(json.at("version"), beatbench_version());
    EXPECT_EQ(json.at("commit"), source_commit());
    EXPECT_NE(json.at("libraries").at("LibTorch"), "none");
  }
}

// What the dynamic linker would load before main begins, as ldd asks for it.
TEST_F(Usage, ProgramsStartWithoutTheLargeLibraries) {
  for (const char* program : {"train", "convert", "benchmark", "classify"}) {
    RunOptions options;
    options.environment = {{"LD_TRACE_LOADED_OBJECTS", "1"}};
    const std::string libraries = succeed(program, {}, options).out;
    EXPECT_THAT(libraries, HasSubstr("libc.so")) << program;
    for (const char* large : {"torch", "opencv", "hdf5", "openblas"})
      EXPECT_THAT(libraries, testing::Not(HasSubstr(large))) << program;
  }
}

// As libgomp says itself, when it is loaded: it spins so many times before it waits, not once with the policy passive.
TEST_F(Usage, ThreadsWaitWithoutSpinningUnlessToldOtherwise) {
  write_recordings(folder_ / "recordings", 6);
  const auto last_spin_count = [&](const Finished& finished) {
    const std::string name = "GOMP_SPINCOUNT = '";
    const std::size_t at = finished.err.rfind(name);
    if (at == std::string::npos) return std::string("not said");
    return finished.err.substr(at + name.size(), finished.err.find('\'', at + name.size()) - at - name.size());
  };
  RunOptions options;
  options.environment = {{"OMP_WAIT_POLICY", ""}, {"OMP_DISPLAY_ENV", "verbose"}};
  const Words words = tiny_lstm({"--data", "recordings", "--max-windows", "200"});
  EXPECT_EQ(last_spin_count(succeed("train", with(words, {"--out", "a"}), options)), "0");
  options.environment["OMP_WAIT_POLICY"] = "active";
  const std::string active = last_spin_count(succeed("train", with(words, {"--out", "b"}), options));
  EXPECT_GT(std::stod(active), 1e6) << "is the user's own to choose";
}

TEST_F(Usage, AProgramWithoutItsLibrarySaysSo) {
  const std::filesystem::path alone = folder_ / "classify";
  std::filesystem::copy_file(BEATBENCH_BINARY_DIR "/bin/classify", alone);
  write_recordings(folder_ / "recordings", 1);
  folder_.put("model.pt", "PK");
  const Finished finished = run(alone.string(), {"--model", "model.pt", "recordings/s001"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err, HasSubstr("libbeatbench_torch.so: is neither beside the program nor installed"));
  EXPECT_EQ(run(alone.string(), {"--help"}).status, 0);
}

TEST_F(Usage, UnknownFlagsListTheValidOnes) {
  refuse_usage("train", {"--bogus"}, {"--bogus", "--model", "--epochs", "--resume"});
  EXPECT_THAT(run("train", {"--bogus"}).err, testing::Not(HasSubstr("--context"))) << "it is hidden";
  refuse_usage("train", {"runs/r1"}, {"runs/r1", "--model"});
  refuse_usage("convert", {"run", "--bogus"}, {"--bogus", "--to", "--windows"});
  refuse_usage("convert", {"dataset", "simdb", "--bogus"}, {"--bogus", "--records", "--duration"});
  refuse_usage("benchmark", {"--computer-type", "ci", "--bogus"}, {"--bogus", "--batch-sizes", "--reports"});
}

TEST_F(Usage, UnknownValuesListTheValidOnes) {
  refuse_usage("train", {"--model", "transformer"},
               {"'transformer'",
                "cnn2d, alexnet, vgg16, resnet50, inception_v3, "
                "lstm, resnet1d"});
  refuse_usage("train", {"--classes", "six"}, {"'six'", "paper8, aami5, aami5_ec57, symbols18, binary"});
  refuse_usage("train", {"--protocol", "loocv"}, {"loocv", "random", "inter-patient"});
  refuse_usage("train", {"--data", "nowhere"}, {"'nowhere'", "mitdb, simdb"});
  refuse_usage("train", {"--data", "mitdb"}, {"'mitdb' is not there", "datasets/mitdb", "download_mitdb.sh"});
  refuse_usage("train", {"--optimizer", "lion"}, {"lion", "adam,adamw,sgd"});
  refuse_usage("train", {"--max-windows", "-5"}, {"--max-windows", "-5"});
  refuse_usage("train", {"--model-option", "layers=2"}, {"layers", "filters, kernel, stride, dropout"});
  refuse_usage("convert", {"run", "--to", "coreml"}, {"'coreml'", "torchscript"});
  refuse_usage("convert", {"dataset", "mitdb"}, {"'mitdb'", "only simdb and simdb12 can", "--to png", "--to csv"});
  refuse_usage("convert", {"dataset", "simdb", "--to", "edf"}, {"edf", "wfdb,png,csv"});
}

TEST_F(Usage, WhatIsMissingIsNamed) {
  refuse_usage("benchmark", {}, {"--computer-type"});
  refuse_usage("benchmark", {"--computer-type", "ci"}, {"models", "no model file", "convert runs/NAME"});
  refuse_usage("convert", {}, {"run folder or checkpoint"});
  refuse_usage("train", {"--resume", "run"}, {"run"});
  refuse_usage("train", {"--config", "absent.toml"}, {"absent.toml"});
  refuse(1, "convert", {"run", "--to", "torchscript"}, {"run", "No such file"});
}

// Each line starts a program: what goes the same way as a line above is left to the full tests.
class Full_Usage : public Usage {};

TEST_F(Full_Usage, WordsOutsideOfAChoiceListTheValidOnes) {
  refuse_usage("train", {"--schedule", "linear"}, {"linear", "constant,cosine,step,plateau"});
  refuse_usage("train", {"--class-weights", "log"}, {"log", "none,balanced,sqrt"});
  refuse_usage("train", {"--sampling", "all"}, {"all", "shuffled,balanced"});
  refuse_usage("train", {"--monitor", "auc"}, {"auc", "macro_f1,accuracy,loss"});
  refuse_usage("train", {"--device", "tpu"}, {"tpu", "auto,cpu,cuda"});
  refuse_usage("train", {"--log-level", "loud"}, {"loud", "debug,info,warning,error,quiet"});
  refuse_usage("train", {"--scaling", "minmax"}, {"--scaling: minmax", "record,window,none"});
  refuse_usage("train", {"--edge", "zero"}, {"'zero'", "replicate, skip"});
}

TEST_F(Full_Usage, NumbersOutOfRangeSayWhatIsAllowed) {
  refuse_usage("train", {"--epochs", "0"}, {"epochs", "0 is not valid", "1 or more"});
  refuse_usage("train", {"--epochs", "many"}, {"--epochs", "many"});
  refuse_usage("train", {"--batch-size", "0"}, {"--batch-size", "1 or more"});
  refuse_usage("train", {"--learning-rate", "nan"}, {"--learning-rate", "above 0"});
  refuse_usage("train", {"--seed", "-1"}, {"--seed", "-1"});
  refuse_usage("train", {"--threads", "-1"}, {"--threads", "-1"});
  refuse_usage("train", {"--window-after", "0"}, {"--window-after: 0 is not valid", "1 to 100000"});
  refuse_usage("train", {"--filter-low", "50"}, {"filter", "low < high"});
  refuse_usage("train", {"--model-option", "filters"}, {"'filters'", "NAME=NUMBER"});
  refuse_usage("train", {"--model-option", "dropout=2"}, {"dropout", "2 is out of range", "0 to 0.9"});
  refuse_usage("train", {"--test-fraction", "1"}, {"--test-fraction", "1 is not valid", "at most 0.9"});
  refuse_usage("train", {"--validation-fraction", "0"}, {"--validation-fraction", "above 0"});
  refuse_usage("train", {"--window-before", "0", "--window-after", "5"}, {"model resnet1d", "16 samples", "5"});
}

TEST_F(Full_Usage, NumbersOutOfRangeSayWhatIsAllowedElsewhere) {
  refuse_usage("convert", {"run", "--windows", "-1"}, {"--windows", "-1"});
  refuse_usage("convert", {"dataset", "simdb", "--records", "0"}, {"--records", "1 to 999"});
  refuse_usage("convert", {"dataset", "simdb", "--duration", "1"}, {"duration", "10"});
  refuse_usage("benchmark", {"--computer-type", "ci", "--batch-sizes", "0"}, {"--batch-sizes", "1 to 65536"});
  refuse_usage("benchmark", {"--computer-type", "ci", "--date", "2023-02-29"}, {"'2023-02-29'", "yyyy-mm-dd"});
}

}  // namespace
}  // namespace beatbench::tests
