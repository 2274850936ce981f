#include <algorithm>

#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/evaluation/thresholds.h"
#include "cli/command_test.h"
#include "support/recordings.h"
#include "support/report_schema.h"

namespace beatbench::tests {
namespace {

using testing::HasSubstr;

// Whole 12-lead recordings, from the simulation to every command.
class TwelveLead : public CommandTest {
 protected:
  void simulate(const char* count) {
    succeed("convert", {"dataset", "simdb12", "--to", "wfdb", "--records", count, "--out", "datasets/simdb12"});
  }
  static Words tiny(const Words& more) {
    Words words = {
        "--model", "resnet1d_12lead", "--model-option", "filters=2", "--epochs", "1", "--batch-size", "8", "--threads",
        "1",       "--log-level",     "warning"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(TwelveLead, GoesThroughEveryCommand) {
  simulate("40");
  const auto report = nlohmann::json::parse(succeed("train", tiny({"--data", "simdb12", "--protocol", "published-folds",
                                                                   "--fold", "10", "--out", "runs/l1", "--json"}))
                                                .out);
  EXPECT_EQ(report.at("class_map"), "ribeiro6");
  EXPECT_EQ(report.at("split").at("test").at("n"), 4);
  EXPECT_EQ(report.at("split").at("validation").at("n"), 4);
  EXPECT_EQ(report.at("split").at("train").at("n"), 32);
  EXPECT_EQ(report.at("test").at("recordings").size(), 4U);
  EXPECT_EQ(report.at("preprocessing").at("sampling_rate_hz"), 400);
  EXPECT_TRUE(report.at("preprocessing").at("multi_label").get<bool>());
  for (const char* name : {"confusion.svg", "thresholds.png", "mistakes.svg", "curves.svg"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / "runs/l1" / name)) << name;

  succeed("convert", {"runs/l1", "--to", "torchscript,int8", "--out", "models", "--threads", "1"});
  EXPECT_EQ(read_json(folder_ / "models/l1.pt.json").at("same_class"), 1.0);

  succeed("classify", {"--model", "models/l1.pt", "datasets/simdb12/t0001", "datasets/simdb12/t0010", "--out", "out"});
  const auto summary = read_json(folder_ / "out/summary.json");
  ASSERT_EQ(summary.at("inputs").size(), 2U);
  EXPECT_EQ(summary.at("inputs")[1].at("beats_from"), "whole recording");
  // Record t0010 was tested: classify says of it what the test said.
  const auto tested = report.at("test").at("recordings").at("t0010").at("predicted").get<Words>();
  const auto counts = summary.at("inputs")[1].at("counts");
  for (const auto& [name, found] : counts.items()) EXPECT_EQ(found == 1, std::ranges::count(tested, name) == 1) << name;
  EXPECT_THAT(read_text_file(folder_ / "out/predictions.csv"),
              HasSubstr("record,sample,time_s,class,probability_1dAVb"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/t0001.pred"));

  succeed("benchmark", {"--computer-type", "test", "--models", "models/l1.pt", "--dataset", "simdb12", "--date",
                        "2024-05-01", "--seconds", "0.01", "--batch-sizes", "1"});
  const auto measured = read_json(folder_ / "reports/summary-test-l1-2024-05-01.json").at("datasets").at("simdb12");
  EXPECT_EQ(measured.at("rows_used"), "test part of the model's own split");
  EXPECT_EQ(measured.at("macro_f1"), report.at("test").at("macro_f1"));
}

TEST_F(TwelveLead, EveryLabelMapTrains) {
  simulate("20");
  for (const LabelMap& map : label_maps()) {
    SCOPED_TRACE(map.name);
    succeed("train", tiny({"--data", "simdb12", "--classes", map.name, "--protocol", "published-folds",
                           "--class-weights", "sqrt", "--out", map.name}));
    const auto report = read_json(folder_ / map.name / "report.json");
    EXPECT_EQ(report.at("test").at("class_names"), nlohmann::json(map.class_names()));
    EXPECT_FALSE(report.at("intra_patient").get<bool>());
  }
}

TEST_F(TwelveLead, FoldsAreTestedTogether) {
  simulate("20");
  const Finished finished =
      succeed("train", tiny({"--data", "simdb12", "--classes", "abnormal", "--protocol", "patient-k-fold", "--folds",
                             "2", "--validation-fraction", "0.3", "--all-folds", "--out", "folds", "--json"}));
  const auto report = nlohmann::json::parse(finished.out);
  EXPECT_EQ(report.at("kind"), "series");
  EXPECT_EQ(report.at("runs").size(), 2U);
  EXPECT_EQ(report.at("runs")[0].at("n").get<int>() + report.at("runs")[1].at("n").get<int>(), 20);
  const auto& abnormal = report.at("figures").at("classes").at("abnormal");
  EXPECT_EQ(ReportSchema("series").complaints(report), "");
  std::vector<float> scores;
  std::vector<bool> is_abnormal;
  for (const char* fold : {"folds/fold-1", "folds/fold-2"}) {
    const auto test = read_json(folder_ / fold / "report.json").at("test");
    std::vector<float> own;
    std::vector<bool> own_abnormal;
    for (const auto& [name, one] : test.at("recordings").items()) {
      own.push_back(one.at("probabilities")[0]);
      own_abnormal.push_back(!one.at("reference").empty());
    }
    const auto& written = test.at("areas").at("classes").at("abnormal").at("roc_area");
    const auto expected = roc_pr_areas(rank_inputs(own, own_abnormal)).roc_area;
    EXPECT_EQ(written.is_number(), expected.has_value()) << "a fold may lack one of the two kinds";
    if (expected) {
      EXPECT_NEAR(written.get<double>(), *expected, 1e-9);
    }
    scores.insert(scores.end(), own.begin(), own.end());
    is_abnormal.insert(is_abnormal.end(), own_abnormal.begin(), own_abnormal.end());
  }
  const RocPrAreas pooled = roc_pr_areas(rank_inputs(scores, is_abnormal));
  EXPECT_NEAR(abnormal.at("roc_area").at("mean").get<double>(), pooled.roc_area.value(), 1e-9);
  EXPECT_NEAR(abnormal.at("average_precision").at("mean").get<double>(), pooled.average_precision.value(), 1e-9);
  EXPECT_EQ(abnormal.at("roc_area").at("interval_95_percent").size(), 2U);
}

TEST_F(TwelveLead, WhatDoesNotFitIsRefused) {
  simulate("10");
  write_recordings(folder_ / "beats", 3);
  refuse(1, "train", tiny({"--data", "beats", "--out", "runs/l1"}), {"V1", "lead"});
  refuse(1, "train", {"--model", "lstm", "--data", "simdb12", "--out", "runs/l1"}, {"simdb12", "whole recordings"});
  refuse(2, "train", tiny({"--data", "simdb12", "--classes", "aami5", "--out", "runs/l1"}), {"aami5", "ribeiro6"});
  refuse(2, "train", tiny({"--data", "simdb12", "--features", "rr", "--out", "runs/l1"}), {"features"});
  refuse(2, "train", tiny({"--data", "simdb12", "--edge", "skip", "--out", "runs/l1"}), {"edge", "zero"});
}

TEST_F(TwelveLead, TrainsOnPtbxl) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  for (const char* name : {"ptbxl", "ptbxl_100hz"}) {
    const Finished finished =
        run("train",
            tiny({"--data", name, "--classes", "superclasses", "--protocol", "published-folds", "--fold", "10",
                  "--max-windows", "60", "--out", std::string("runs/") + name, "--json"}),
            {.environment = {{"BEATBENCH_DATA", ptbxl.parent_path().string()}}});
    ASSERT_EQ(finished.status, 0) << finished.err;
    const auto report = nlohmann::json::parse(finished.out);
    EXPECT_EQ(report.at("dataset"), name);
    EXPECT_EQ(report.at("test").at("class_names").size(), 5U);
  }
}

TEST_F(TwelveLead, TheOtherRateOfTheTrainingDataIsNoNewData) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const RunOptions data = {.environment = {{"BEATBENCH_DATA", ptbxl.parent_path().string()}}};
  succeed("train", tiny({"--data", "ptbxl_100hz", "--protocol", "published-folds", "--out", "runs/l1"}), data);
  EXPECT_THAT(read_json(folder_ / "runs/l1/report.json").at("provenance").at("dataset"), "ptbxl_100hz");
  succeed("convert", {"runs/l1", "--out", "models", "--windows", "0"}, data);
  succeed("benchmark",
          {"--computer-type", "t", "--dataset", "ptbxl,ptbxl_100hz", "--date", "2024-05-01", "--seconds", "0.01",
           "--batch-sizes", "1"},
          data);
  const auto datasets = read_json(folder_ / "reports/summary-t-l1-2024-05-01.json").at("datasets");
  // At the other rate, too, the patients of the training are known and left out.
  EXPECT_EQ(datasets.at("ptbxl").at("rows_used"), "all beats of recordings that the model has not seen");
  EXPECT_EQ(datasets.at("ptbxl").at("total"), datasets.at("ptbxl_100hz").at("total"));
  for (const char* name : {"ptbxl", "ptbxl_100hz"}) EXPECT_FALSE(datasets.at(name).at("intra_patient").get<bool>());
  EXPECT_EQ(datasets.at("ptbxl_100hz").at("rows_used"), "test part of the model's own split");
  refuse(2, "train", tiny({"--data", "ptbxl", "--extra-training", "ptbxl_100hz", "--out", "runs/l2"}),
         {"--extra-training", "same recordings"}, data);
}

}  // namespace
}  // namespace beatbench::tests
