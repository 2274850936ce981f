// Files of kinds that people meet, through the programs: each with what is right, by the README beside the cases.
#include <gmock/gmock.h>

#include "beatbench/core/files.h"
#include "cli/command_test.h"
#include "support/recordings.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class Field : public CommandTest {
 protected:
  // The summary of the only input.
  json classify(const fs::path& file, const Words& more = {}) {
    const std::string out = "out-" + std::to_string(++runs_);
    const std::string model = (trained_once() / "run/checkpoints/best.pt").string();
    last_ = succeed("classify", with({"--model", model, file.string(), "--beats", "detected", "--out", out}, more));
    if (last_.status != 0) return json::object();
    const json inputs = read_json(folder_ / out / "summary.json").at("inputs");
    EXPECT_EQ(inputs.size(), 1U) << file;
    return inputs[0];
  }

  int runs_ = 0;
  Finished last_;
};

struct FieldCase {
  const char* file;
  double rate_hz;
  const char* lead;
  const char* warning = "";  ///< on stderr, where the oddity is one to be told
  Words more = {};
};

const std::vector<FieldCase> kRecordings = {
    {"wfdb-multirate/drive200", 496, "MLII"},
    {"wfdb-multirate/flat208", 250, "MLII"},
    {"wfdb-header/neg_gain_other", 360, "MLII"},
    {"csv-apple-watch/apple_us.csv", 512, ""},
    {"csv-apple-watch/apple_de.csv", 511.562, ""},
    {"csv-decimal-comma-column/mv3.csv", 360, "", "", {"--rate", "360"}},
    {"csv-decimal-comma-column/quoted.csv", 360, "", "", {"--rate", "360"}},
    {"csv-polar-sensor-logger/polar_packet.txt", 130, ""},
    {"csv-preamble/thirty_lines.csv", 360, "MLII"},
    {"edf-refused/bytes_after_the_end.edf", 360, "II", "bytes_after_the_end.edf"},
    {"edf-refused/last_record_cut.edf", 360, "II", "last_record_cut.edf"},
    {"edf-refused/other_digital_min_equals_max.edf", 360, "II", "other_digital_min_equals_max.edf"},
    {"edf-refused/other_unit_degree_sign.edf", 360, "II"},
    {"edf-refused/plus_d_without_gaps.edf", 360, "II"},
    {"edf-refused/records_minus_1.edf", 360, "II", "records_minus_1.edf"},
    {"edf-refused/time_colon.edf", 360, "II", "time_colon.edf"},
};

TEST_F(Field, RecordingsAreReadAtTheirOwnRates) {
  BEATBENCH_NEED_CASES(cases, "field");
  for (const FieldCase& one : kRecordings) {
    const json input = classify(cases / one.file, one.more);
    if (input.empty()) continue;
    EXPECT_NEAR(input.at("sampling_rate_hz").get<double>(), one.rate_hz, 1e-2) << one.file;
    EXPECT_THAT(input.at("lead").get<std::string>(), HasSubstr(one.lead)) << one.file;
    EXPECT_GE(input.at("beats").get<int>(), 5) << one.file;
    EXPECT_THAT(last_.err, HasSubstr(one.warning)) << one.file;
  }
}

TEST_F(Field, ARecordOfSegmentsIsOneRecord) {
  BEATBENCH_NEED_CASES(cases, "field");
  const json input = classify(cases / "folder-with-segments");
  EXPECT_EQ(input.at("record"), "p1");
  EXPECT_EQ(input.at("beats"), 37);
}

TEST_F(Field, AnnotationsOfOwnKinds) {
  BEATBENCH_NEED_CASES(cases, "field");
  classify(cases / "annotation-chn-1023/12726");
  // Its code 1 is "v pvc" and its code 5 "n normal": never N and V.
  const std::string model = (trained_once() / "run/checkpoints/best.pt").string();
  const Finished finished = run("classify", {"--model", model, (cases / "annotation-own-labels/200c").string(),
                                             "--beats", "annotated", "--out", "own"});
  if (finished.status != 0) {
    EXPECT_THAT(finished.err, HasSubstr("200c.atr"));
    return;
  }
  const json agreement = read_json(folder_ / "own/summary.json").at("inputs")[0].at("agreement_with_annotations");
  EXPECT_EQ(agreement.at("classes").at("NOR").at("n"), 105);
  EXPECT_EQ(agreement.at("classes").at("PVC").at("n"), 64);
}

class FieldTwelveLead : public Field {
 protected:
  void train() {
    succeed("convert", {"dataset", "simdb12", "--to", "wfdb", "--records", "20", "--out", "datasets/simdb12"});
    succeed("train", {"--model", "resnet1d_12lead", "--model-option", "filters=2", "--epochs", "1", "--batch-size", "8",
                      "--data", "simdb12", "--protocol", "published-folds", "--out", "run"});
  }
};

// Whole numbers of uV: as if they were mV without a word, they gave probabilities of 0.
TEST_F(FieldTwelveLead, ATableWithoutAUnitIsTheSameOnceItIsStated) {
  BEATBENCH_NEED_CASES(cases, "field");
  train();
  const auto words = [&](const char* name, const char* out) {
    const fs::path file = cases / "csv-12-lead-uv-no-unit" / name;
    return Words{"--model", "run", file.string(), "--rate", "100", "--out", out};
  };
  const auto predicted = [&](const char* out) {
    std::string text = read_text_file(folder_ / out / "predictions.csv");
    return text.substr(text.find(',', text.find('\n')));  // without the heading and the name
  };
  refuse(1, "classify", words("uv_no_unit.csv", "refused"), {"uv_no_unit", "--units"});
  succeed("classify", words("uv_stated.csv", "stated"));
  succeed("classify", with(words("uv_no_unit.csv", "told"), {"--units", "uV"}));
  EXPECT_EQ(predicted("told"), predicted("stated"));
}

TEST_F(FieldTwelveLead, TracingsInMillivoltsAndWithLeadsInAnotherOrder) {
  BEATBENCH_NEED_CASES(cases, "field");
  train();
  const auto benchmark = [&](const char* folder, const char* computer) {
    return succeed("benchmark",
                   {"--computer-type", computer, "--models", "run/checkpoints/best.pt", "--datasets", cases.string(),
                    "--dataset", folder, "--date", "2024-05-01", "--seconds", "0.01", "--batch-sizes", "1"});
  };
  EXPECT_THAT(benchmark("code15-scale", "a").err, testing::Not(HasSubstr("mV")));
  const Finished reordered = benchmark("code-test-lead-order", "b");
  EXPECT_THAT(reordered.err, HasSubstr("ecg_tracings/0"));
  EXPECT_THAT(reordered.err, HasSubstr("stand as aVL, aVF, aVR"));
}

TEST_F(Field, ImagesLightOnDarkAreNoticed) {
  BEATBENCH_NEED_CASES(cases, "field");
  write_recordings(folder_ / "recordings", 3);
  succeed("convert", {"dataset", "recordings", "--to", "png", "--out", "png", "--image-size", "32"});
  succeed("train", {"--model", "cnn2d", "--model-option", "filters=2,dense=8", "--epochs", "1", "--data", "png",
                    "--out", "run"});
  for (const std::string name : {"N0", "V0"}) {
    const auto predicted = [&](const std::string& kind) {
      const std::string out = "out-" + name + kind;
      last_ = succeed("classify",
                      {"--model", "run", (cases / ("image-inverted/" + name + kind + ".png")).string(), "--out", out});
      std::string text = read_text_file(folder_ / out / "predictions.csv");
      return text.substr(text.find("\n" + name + kind) + 1 + name.size() + kind.size());  // without the name
    };
    const std::string plain = predicted("_0gray");
    EXPECT_THAT(last_.err, testing::Not(HasSubstr("dark ground")));
    EXPECT_EQ(predicted("_inverted"), plain);
    EXPECT_THAT(last_.err, HasSubstr("dark ground"));
  }
}

}  // namespace
}  // namespace beatbench::tests
