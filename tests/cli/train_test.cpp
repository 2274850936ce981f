#include <cstdlib>
#include <fstream>
#include <sstream>

#include "beatbench/core/class_map.h"
#include "beatbench/core/files.h"
#include "beatbench/data/protocol.h"
#include "cli/command_test.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class Train : public CommandTest {};
class Full_Train : public CommandTest {};

// What a report must say of a confusion matrix, worked out once more from its counts.
void expect_consistent(const json& metrics) {
  const auto names = metrics.at("class_names").get<std::vector<std::string>>();
  const auto confusion = metrics.at("confusion").get<std::vector<std::vector<double>>>();
  ASSERT_EQ(confusion.size(), names.size());
  EXPECT_EQ(metrics.at("classes").size(), names.size());
  double all = 0, right = 0, f1_sum = 0, f1_count = 0;
  for (const auto& row : confusion) {
    for (const double count : row) all += count;
  }
  const auto expect_metric = [](const json& found, double above, double below) {
    if (below == 0)
      EXPECT_THAT(found.get<std::string>(), testing::StartsWith("undefined: "));
    else
      EXPECT_NEAR(found.get<double>(), above / below, 1e-12);
  };
  for (std::size_t c = 0; c < names.size(); ++c) {
    SCOPED_TRACE(names[c]);
    const json& its = metrics.at("classes").at(names[c]);
    const double hits = confusion[c][c];
    double n = 0, predicted = 0;
    for (std::size_t other = 0; other < names.size(); ++other) {
      n += confusion[c][other];
      predicted += confusion[other][c];
    }
    EXPECT_EQ(its.at("n").get<double>(), n);
    EXPECT_EQ(its.at("predicted").get<double>(), predicted);
    expect_metric(its.at("sensitivity"), hits, n);
    expect_metric(its.at("positive_predictivity"), hits, predicted);
    expect_metric(its.at("specificity"), all - n - predicted + hits, all - n);
    if (n > 0) {
      expect_metric(its.at("f1"), 2 * hits, n + predicted);
      f1_sum += 2 * hits / (n + predicted);
      ++f1_count;
    }
    right += hits;
  }
  EXPECT_EQ(metrics.at("n").get<double>(), all);
  expect_metric(metrics.at("accuracy"), right, all);
  expect_metric(metrics.at("macro_f1"), f1_sum, f1_count);
}

bool has_gnuplot() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (fs::exists(fs::path(folder) / "gnuplot")) return true;
  }
  return false;
}

TEST_F(Train, LeavesAWholeRunFolder) {
  const fs::path run = trained_once() / "run";
  std::vector<std::string> names;
  for (const auto& [name, content] : contents_of(run)) names.push_back(name);
  std::vector<std::string> expected = {
      "checkpoints", "checkpoints/best.pt", "checkpoints/last.pt", "config.json", "log.csv", "report.json",
      "train.log"};
  if (has_gnuplot()) {
    for (const std::string name : {"confusion", "curves", "mistakes", "thresholds"}) {
      expected.insert(expected.end(), {name + ".png", name + ".svg"});
    }
    EXPECT_THAT(read_text_file(run / "curves.svg"), HasSubstr("resnet1d on recordings"));
    EXPECT_THAT(read_text_file(run / "confusion.svg"), HasSubstr("paper8"));
  }
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(expected));
  const std::string log = read_text_file(run / "train.log");
  EXPECT_THAT(log, HasSubstr(" info recordings: "));  // said before the folder was there
  EXPECT_LT(log.find(" info recordings: "), log.find("epoch 1/1"));
  EXPECT_NE(log.find("epoch 1/1"), std::string::npos);
  const json config = read_json(run / "config.json");
  EXPECT_EQ(config.at("model"), "resnet1d");
  EXPECT_EQ(config.at("model_options").at("filters"), 4);
  EXPECT_EQ(config.at("model_options").at("kernel"), 7);  // a default
  EXPECT_EQ(config.at("training").at("batch_size"), 16);
}

TEST_F(Train, ReportsMetricsThatFitTogether) {
  const fs::path run = trained_once() / "run";
  const json report = read_json(run / "report.json");
  EXPECT_EQ(read_text_file(trained_once() / "run.out"), read_text_file(run / "report.json"));  // --json, and no logs
  EXPECT_EQ(report.at("kind"), "run");
  EXPECT_EQ(report.at("protocol"), "random (intra-patient)");
  EXPECT_EQ(report.at("provenance").at("configuration"), read_json(run / "config.json"));

  const json& test = report.at("test");
  expect_consistent(test);
  std::vector<std::vector<int>> sum(8, std::vector<int>(8, 0));
  for (const auto& [record, metrics] : test.at("records").items()) {
    SCOPED_TRACE(record);
    expect_consistent(metrics);
    for (std::size_t i = 0; i < 64; ++i) sum[i / 8][i % 8] += metrics.at("confusion")[i / 8][i % 8].get<int>();
  }
  EXPECT_EQ(test.at("confusion"), json(sum));
  EXPECT_EQ(test.at("n"), report.at("split").at("test").at("n"));
  for (const auto& [name, count] : report.at("split").at("test").at("classes").items()) {
    EXPECT_EQ(test.at("classes").at(name).at("n"), count) << name;
  }

  std::istringstream log(read_text_file(run / "log.csv"));
  std::string heading, row;
  std::getline(log, heading);
  std::getline(log, row);
  const json& epoch = report.at("training").at("history").at(0);
  std::istringstream names(heading), cells(row);
  for (std::string name, cell; std::getline(names, name, ',') && std::getline(cells, cell, ',');) {
    EXPECT_NEAR(epoch.at(name).get<double>(), std::stod(cell), 1e-6 * (1 + std::abs(std::stod(cell)))) << name;
  }
}

TEST_F(Train, RefusesAFolderThatExists) {
  fs::create_directory(folder_ / "run");
  folder_.put("run/notes.txt", "mine");
  refuse(2, "train", tiny_lstm({"--out", "run"}), {"run", "already exists", "--resume"});
}

TEST_F(Train, PrintedConfigurationMakesTheSameRun) {
  write_recordings(folder_ / "recordings", 3);
  const Words flags = tiny_lstm({"--data", "recordings", "--classes", "binary", "--max-windows", "150", "--lead",
                                 "V1,MLII", "--optimizer", "adamw", "--learning-rate", "0.0123456789", "--seed",
                                 "18446744073709551615", "--scaling", "window"});
  const std::string printed = succeed("train", with(flags, {"--print-config"})).out;
  folder_.put("run.toml", printed);
  EXPECT_EQ(folder_.file_count(), 3U * 3U + 3U);  // recordings, their list and folder, run.toml: no run was begun

  succeed("train", with(flags, {"--out", "by-flags"}));
  succeed("train", {"--config", "run.toml", "--out", "by-file", "--log-level", "quiet"});
  EXPECT_EQ(read_json(folder_ / "by-file/config.json"), read_json(folder_ / "by-flags/config.json"));
  EXPECT_EQ(metrics_of_log(folder_ / "by-file"), metrics_of_log(folder_ / "by-flags"));

  const std::string other = succeed("train", {"--config", "run.toml", "--classes", "aami5", "--print-config"}).out;
  EXPECT_THAT(other, HasSubstr("classes=\"aami5\""));
  EXPECT_THAT(other, HasSubstr("optimizer=\"adamw\""));
}

TEST_F(Train, TheOldSpellingOfFeaturesStillWorksAndSaysSo) {
  write_recordings(folder_ / "recordings", 6);
  const Finished finished = succeed("train", tiny_lstm({"--data", "recordings", "--context", "rr,usual_beat",
                                                        "--max-windows", "200", "--out", "run"}));
  EXPECT_THAT(finished.err, HasSubstr("--context is called --features now"));
  EXPECT_EQ(read_json(folder_ / "run/config.json").at("preprocessing").at("context"), json({"rr", "template_beat"}));
  EXPECT_THAT(succeed("train", {"--print-config"}).out, testing::Not(HasSubstr("context=")));
  refuse(2, "train", {"--context", "rr", "--features", "rhythm"}, {"--context", "--features"});
}

TEST_F(Train, RefusesWhatAConfigurationCannotHold) {
  folder_.put("typo.toml", "epoch=3\n");
  refuse(2, "train", {"--config", "typo.toml"}, {"epoch"});
  folder_.put("choice.toml", "optimizer=\"lion\"\n");
  refuse(2, "train", {"--config", "choice.toml"}, {"lion", "adam,adamw,sgd"});
  folder_.put("range.toml", "epochs=0\n");
  refuse(2, "train", {"--config", "range.toml"}, {"epochs", "1 or more"});
  folder_.put("long.toml", std::string((1 << 20) + 1, '\n'));
  refuse(2, "train", {"--config", "long.toml"}, {"long.toml", "larger than 1 MiB"});
  refuse(2, "train", {"--config", "/dev/zero"}, {"/dev/zero", "is a device"});
}

TEST_F(Full_Train, SameSeedGivesTheSameBits) {
  write_recordings(folder_ / "recordings", 6);
  const auto train = [&](const std::string& out, const std::string& seed) {
    succeed("train", tiny_resnet1d({"--data", "recordings", "--epochs", "2", "--batch-size", "32", "--seed", seed,
                                    "--out", out}));
    return folder_ / out;
  };
  const fs::path one = train("one", "1"), same = train("same", "1"), other = train("other", "2");
  EXPECT_EQ(metrics_of_log(one), metrics_of_log(same));
  EXPECT_EQ(read_json(one / "report.json").at("test"), read_json(same / "report.json").at("test"));
  for (const char* file : {"checkpoints/best.pt", "config.json", "confusion.svg"}) {
    if (!fs::exists(one / file)) continue;  // no gnuplot, no picture
    EXPECT_TRUE(read_text_file(one / file) == read_text_file(same / file)) << file;
  }
  EXPECT_NE(metrics_of_log(one), metrics_of_log(other));
  EXPECT_NE(read_json(one / "report.json").at("provenance").at("split_hash"),
            read_json(other / "report.json").at("provenance").at("split_hash"));
}

// Every class map under every protocol; the metrics fit together, and only a split by patient is not called
// intra-patient.
TEST_F(Full_Train, EveryClassMapUnderEveryProtocol) {
  write_recordings(folder_ / "recordings", 12);
  for (const ClassMap& classes : class_maps()) {
    for (const ProtocolSpec& protocol : protocol_registry()) {
      if (protocol.name == "published-folds") continue;  // these were not published in folds
      const std::string name = classes.name + "-" + std::string(protocol.name);
      SCOPED_TRACE(name);
      succeed("train", tiny_lstm({"--data", "recordings", "--classes", classes.name, "--protocol",
                                  std::string(protocol.name), "--validation-fraction", "0.3", "--out", name}));
      const json report = read_json(folder_ / name / "report.json");
      EXPECT_EQ(report.at("test").at("class_names"), json(classes.class_names()));
      EXPECT_EQ(report.at("class_map"), classes.name);
      EXPECT_EQ(report.at("intra_patient"), protocol.name == "random" || protocol.name == "k-fold");
      expect_consistent(report.at("test"));
    }
  }
}

TEST_F(Full_Train, EveryChoiceOfATrainingOptionTrains) {
  write_recordings(folder_ / "recordings", 3);
  const std::vector<Words> choices = {
      {"--optimizer", "sgd", "--schedule", "constant", "--momentum", "0.5"},
      {"--optimizer", "adamw", "--schedule", "step", "--step-epochs", "1", "--weight-decay", "0.01"},
      {"--schedule", "plateau", "--class-weights", "balanced", "--plateau-patience", "1"},
      {"--sampling", "balanced", "--monitor", "loss", "--clip-norm", "1"},
      {"--class-weights", "sqrt", "--monitor", "accuracy", "--label-smoothing", "0.1", "--warmup-epochs", "1"},
      {"--scaling", "none", "--edge", "skip", "--filter-order", "0", "--device", "cpu"},
      {"--learning-rate", "1e-9", "--patience", "1", "--epochs", "30"}};
  int number = 0;
  for (const Words& choice : choices) {
    const std::string out = "run" + std::to_string(++number);
    succeed("train", with(tiny_lstm({"--data", "recordings", "--epochs", "2", "--out", out}), choice));
  }
  EXPECT_EQ(read_json(folder_ / "run7/report.json").at("training").at("stopped_by"), "early stopping");
  EXPECT_LT(read_json(folder_ / "run7/report.json").at("training").at("epochs_run"), 30);
}

}  // namespace
}  // namespace beatbench::tests
