#include <algorithm>
#include <map>
#include <sstream>

#include "beatbench/core/class_map.h"
#include "beatbench/core/files.h"
#include "beatbench/data/dataset.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "cli/command_test.h"
#include "support/edf_file.h"
#include "support/recordings.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class Classify : public CommandTest {
 protected:
  const std::string model_ = (trained_once() / "run").string();
  const std::string recordings_ = (trained_once() / "recordings").string();

  std::string record(const std::string& name) const { return recordings_ + "/" + name; }

  // Rows of predictions.csv without its heading, in cells.
  std::vector<std::vector<std::string>> rows(const std::string& file) const {
    std::istringstream text(read_text_file(folder_ / file));
    std::vector<std::vector<std::string>> out;
    for (std::string line; std::getline(text, line);) {
      std::istringstream cells(line);
      out.emplace_back();
      for (std::string cell; std::getline(cells, cell, ',');) out.back().push_back(cell);
    }
    out.erase(out.begin());
    return out;
  }
};

std::int64_t annotated_beats(const Record& record) {
  return std::ranges::count_if(record.annotations, [](const Annotation& a) { return is_beat(a.code) || a.code == 31; });
}

TEST_F(Classify, NamesEveryAnnotatedBeat) {
  const Finished finished = succeed("classify", {"--model", model_, record("s002"), record("s003.hea")});
  EXPECT_THAT(finished.out, HasSubstr("s002"));
  const auto heading = read_text_file(folder_ / "predictions/predictions.csv").substr(0, 60);
  EXPECT_THAT(heading, testing::StartsWith("record,sample,time_s,class,probability_NOR,probability_PVC"));
  const json summary = read_json(folder_ / "predictions/summary.json");
  const ClassMap& classes = require_class_map("paper8");
  std::map<std::string, Record> records;
  for (const std::string name : {"s002", "s003"}) records[name] = read_record(record(name));
  std::map<std::string, std::int64_t> counted;
  std::map<std::string, std::map<std::string, std::int64_t>> classes_counted;
  for (const auto& row : rows("predictions/predictions.csv")) {
    ASSERT_EQ(row.size(), 12U);
    ++counted[row[0]];
    ++classes_counted[row[0]][row[3]];
    EXPECT_NEAR(std::stod(row[2]), std::stod(row[1]) / 360, 1e-4);
    double sum = 0, most = 0;
    for (std::size_t i = 4; i < row.size(); ++i) sum += std::stod(row[i]), most = std::max(most, std::stod(row[i]));
    EXPECT_NEAR(sum, 1, 1e-5);
    const auto place = std::ranges::find(classes.classes, row[3], &BeatClass::name) - classes.classes.begin();
    EXPECT_EQ(std::stod(row[4 + static_cast<std::size_t>(place)]), most) << "the class is the most probable one";
  }
  ASSERT_EQ(summary.at("inputs").size(), 2U);
  for (const json& input : summary.at("inputs")) {
    const std::string name = input.at("record");
    EXPECT_EQ(input.at("beats"), annotated_beats(records[name]));
    EXPECT_EQ(counted[name], annotated_beats(records[name]));
    EXPECT_EQ(input.at("beats_from"), "annotations");
    for (const auto& [symbol, count] : classes_counted[name]) EXPECT_EQ(input.at("counts").at(symbol), count);
    std::int64_t most = 0;
    for (const auto& [symbol, count] : input.at("counts").items()) most = std::max(most, count.get<std::int64_t>());
    EXPECT_EQ(input.at("majority").at("beats"), most);
    EXPECT_EQ(input.at("agreement_with_annotations").at("n"), annotated_beats(records[name])) << "all are of paper8";
  }
}

// WFDB's own way to read them: the annotation file beside the record, by its annotator.
TEST_F(Classify, WritesAnnotationsThatBelongToTheRecord) {
  succeed("classify", {"--model", model_, record("s002")});
  fs::copy(recordings_, folder_ / "records");
  fs::copy(folder_ / "predictions/s002.pred", folder_ / "records/s002.pred");
  const Record record = read_record(folder_ / "records/s002", {.strict = true, .annotator = "pred"});
  const auto predicted = rows("predictions/predictions.csv");
  ASSERT_EQ(record.annotations.size(), predicted.size());
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    EXPECT_EQ(std::to_string(record.annotations[i].sample), predicted[i][1]);
    const auto label = require_class_map("paper8").label_of(record.annotations[i].code);
    EXPECT_EQ(require_class_map("paper8").class_names().at(static_cast<std::size_t>(label.value())), predicted[i][3]);
  }
}

// 360 Hz as four samples in each frame of 90 Hz: the same beats at the same samples, and annotations that say their
// rate.
TEST_F(Classify, SeveralSamplesPerFrameAreReadAtTheirOwnRate) {
  Record source = read_record(record("s003"));
  source.leads.resize(1);
  source.annotations.clear();
  for (Lead& lead : source.leads) lead.samples.resize(lead.samples.size() / 4 * 4);
  for (const char* folder : {"plain", "frames"}) write_record(source, folder_ / folder, 16, "");
  const Lead& lead = source.leads.front();
  folder_.put("frames/s003.hea", "s003 1 90 " + std::to_string(lead.samples.size() / 4) + "\ns003.dat 16x4 " +
                                     number_text(lead.gain) + "(" + std::to_string(lead.baseline) + ")/mV 12 0 0 0 0 " +
                                     lead.name + "\n");
  succeed("classify", {"--model", model_, "plain/s003", "--out", "a"});
  const Finished finished = succeed("classify", {"--model", model_, "frames/s003", "--out", "b"});
  const auto plain = rows("a/predictions.csv"), frames = rows("b/predictions.csv");
  EXPECT_GT(plain.size(), 20U);
  EXPECT_EQ(frames, plain);
  fs::copy(folder_ / "b/s003.pred", folder_ / "frames/s003.pred");
  const Record back = read_record(folder_ / "frames/s003", {.annotator = "pred"});
  EXPECT_EQ(back.sampling_rate_hz, 360);
  ASSERT_EQ(back.annotations.size(), plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(std::to_string(back.annotations[i].sample), plain[i][1]);
}

// The segments and the layout of a record are not recordings of their own.
TEST_F(Classify, AFolderWithSegmentsIsOneRecord) {
  BEATBENCH_NEED_CASES(cases, "field");
  const json summary =
      json::parse(succeed("classify", {"--model", model_, (cases / "folder-with-segments").string(), "--json"}).out);
  ASSERT_EQ(summary.at("inputs").size(), 1U);
  EXPECT_EQ(summary.at("inputs")[0].at("record"), "p1");
  EXPECT_EQ(summary.at("inputs")[0].at("beats"), 37);
}

TEST_F(Classify, AFolderWithoutAnnotationsIsDetectedFirst) {
  fs::copy(recordings_, folder_ / "records");
  for (const auto& entry : fs::directory_iterator(folder_ / "records")) {
    if (entry.path().extension() == ".atr") fs::remove(entry.path());
  }
  const json bare = json::parse(succeed("classify", {"--model", model_, "records", "--out", "a", "--json"}).out);
  const json forced = json::parse(
      succeed("classify", {"--model", model_, recordings_, "--beats", "detected", "--out", "b", "--json"}).out);
  ASSERT_EQ(bare.at("inputs").size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(bare.at("inputs")[i].at("beats_from"), "detector");
    EXPECT_EQ(bare.at("inputs")[i].at("counts"), forced.at("inputs")[i].at("counts"));
    EXPECT_THAT(bare.at("inputs")[i].at("agreement_with_annotations").get<std::string>(), HasSubstr("undefined"));
  }
  EXPECT_EQ(read_text_file(folder_ / "a/predictions.csv"), read_text_file(folder_ / "b/predictions.csv"));
}

// The lead of a record as a CSV, in microvolts and without a unit, is the same recording.
TEST_F(Classify, ACsvRecordingIsWhatItsRecordIs) {
  const Record source = read_record(record("s003"));
  std::ostringstream text;
  text << "time,MLII\n";
  text.precision(10);
  for (std::size_t i = 0; i < source.length_samples(); ++i) {
    text << static_cast<double>(i) / 360 << "," << (source.leads[0].samples[i] - source.leads[0].baseline) * 5 << "\n";
  }
  folder_.put("s003.csv", text.str());
  const Words words = {"--model", model_, "--beats", "detected", "--json"};
  const json of_csv = json::parse(succeed("classify", with(words, {"s003.csv", "--out", "a"})).out);
  const json of_record = json::parse(succeed("classify", with(words, {record("s003"), "--out", "b"})).out);
  EXPECT_EQ(of_csv.at("inputs")[0].at("counts"), of_record.at("inputs")[0].at("counts"));
  const auto a = rows("a/predictions.csv"), b = rows("b/predictions.csv");
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i][1], b[i][1]);
  EXPECT_TRUE(fs::exists(folder_ / "a/s003.pred"));
}

TEST_F(Classify, AnEdfRecordingIsWhatItsRecordIs) {
  Record record = read_record(this->record("s003"));
  const Lead& lead = record.leads[0];
  const auto millivolts = [&](int digital) { return (digital - lead.baseline) / lead.gain; };
  EdfSignal signal = {"ECG " + lead.name, "mV", millivolts(-32768), millivolts(32767), -32768, 32767, {}, 360};
  signal.samples.assign(lead.samples.begin(), lead.samples.end() - static_cast<int>(lead.samples.size() % 360));
  write_edf(folder_ / "s003.edf", EDFLIB_FILETYPE_EDFPLUS, {signal});
  record.leads = {lead};
  record.leads[0].samples.resize(signal.samples.size());
  write_record(record, folder_ / "record");
  const std::vector<std::string> words = {"--model", model_, "--beats", "detected"};
  succeed("classify", with(words, {"s003.edf", "--out", "a"}));
  EXPECT_THAT(succeed("classify", with(words, {"s003.edf", "--annotator", "qrs", "--out", "told"})).err,
              HasSubstr("left aside, because no WFDB record is among the inputs: --annotator"));
  succeed("classify", with(words, {"record/s003", "--out", "b"}));
  const auto a = rows("a/predictions.csv"), b = rows("b/predictions.csv");
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i][1], b[i][1]);
    EXPECT_EQ(a[i][3], b[i][3]);
  }
  refuse(1, "classify", with(words, {"s003.edf", "--lead", "aVR"}),
         {"s003.edf", "none of the leads asked for", lead.name});
}

TEST_F(Classify, WhatCannotBeClassifiedIsNamed) {
  const Words words = {"--model", model_};
  refuse(2, "classify", with(words, {"nowhere"}), {"nowhere", "neither a WFDB record"});
  fs::create_directory(folder_ / "empty");
  refuse(2, "classify", with(words, {"empty"}), {"empty", "holds no record"});
  refuse(1, "classify", {"--model", "absent.pt", record("s001")}, {"absent.pt", "no such file"});
  refuse(2, "classify", with(words, {record("s001"), record("s001.hea")}), {"s001", "named twice"});
  refuse(2, "classify", with(words, {record("s001"), "--detector", "eye"}), {"eye", "bestpath"});
  refuse(1, "classify", with(words, {record("s001"), "--lead", "aVR"}), {"s001", "aVR", "MLII, V1"});
  refuse(2, "classify", with(words, {record("s001"), "--rate", "250"}), {"--rate", "--lead chooses"});
  refuse(2, "classify", with(words, {record("s001"), "--annotator", "qrs"}), {"s001.qrs", "no such annotation file"});
  refuse(2, "classify", with(words, {record("s001"), "--out", ""}), {"has no name"});
  folder_.put("bare.csv", "a\n5\n5\n5\n");
  refuse(2, "classify", with(words, {"bare.csv"}), {"bare.csv", "sampling rate must be given"});
  refuse(1, "classify", with(words, {"bare.csv", "--rate", "250"}), {"bare", "no beat was found"});
  folder_.put("beat.png", "no image");
  refuse(1, "classify", with(words, {"beat.png"}), {"beat.png", "takes windows"});
  fs::create_directory(folder_ / "taken");
  refuse(2, "classify", with(words, {record("s001"), "--out", "taken"}), {"taken", "exists"});
}

// An option that does nothing here is not passed over in silence.
TEST_F(Classify, OptionsThatAreLeftAsideAreNamed) {
  const auto told = [&](const Words& more) {
    fs::remove_all(folder_ / "predictions");
    return succeed("classify", with({"--model", model_, record("s001")}, more)).err;
  };
  EXPECT_THAT(told({}), testing::Not(HasSubstr("left aside")));
  EXPECT_THAT(told({"--beats", "annotated", "--detector", "wqrs"}),
              HasSubstr("left aside, because annotated beats are asked for: --detector"));
  EXPECT_THAT(told({"--detector", "wqrs"}), HasSubstr("its beats are annotated; --detector is for --beats detected"));
}

// Records of one name in several folders, and beside a CSV, keep their folders and endings.
TEST_F(Classify, InputsOfOneNameAreToldApart) {
  for (const char* name : {"in/a", "in/b"}) {
    fs::create_directories(folder_ / name);
    for (const char* ending : {".hea", ".dat", ".atr"}) fs::copy(record("s001") + ending, folder_ / name);
  }
  folder_.put("in/b/s001.CSV", "time,MLII\n0.000,1\n0.004,2\n0.008,x\n");
  const Finished finished = run("classify", {"--model", model_, "in"});
  EXPECT_EQ(finished.status, 1) << "the CSV holds no beat";
  const json summary = read_json(folder_ / "predictions/summary.json");
  ASSERT_EQ(summary.at("inputs").size(), 2U);
  EXPECT_EQ(summary.at("inputs")[0].at("record"), "a/s001");
  EXPECT_EQ(summary.at("inputs")[1].at("record"), "b/s001");
  EXPECT_TRUE(fs::exists(folder_ / "predictions/a/s001.pred"));
  EXPECT_TRUE(fs::exists(folder_ / "predictions/b/s001.pred"));
  EXPECT_THAT(summary.at("failures").at(0).get<std::string>(), HasSubstr("s001.CSV"));
}

// The others are classified, and the exit status tells.
TEST_F(Classify, OneDamagedRecordingOfSeveralIsLeftOut) {
  fs::copy(recordings_, folder_ / "records");
  fs::resize_file(folder_ / "records/s002.dat", 1000);
  const Finished finished = run("classify", {"--model", model_, "records"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err, HasSubstr("records/s002.dat"));
  const json summary = read_json(folder_ / "predictions/summary.json");
  EXPECT_EQ(summary.at("inputs").size(), 5U);
  ASSERT_EQ(summary.at("failures").size(), 1U);
  EXPECT_THAT(summary.at("failures")[0].get<std::string>(), HasSubstr("s002.dat"));
}

// paper8 has no class for fusion beats: detected, they are annotated all the same.
TEST_F(Classify, BeatsOfOtherKindsAreAnnotatedAllTheSame) {
  Record fused = read_record(fs::path(record("s001")));
  fused.id = "fused";
  std::size_t beats = 0;
  for (Annotation& annotation : fused.annotations) {
    if (is_beat(annotation.code) && ++beats % 4 == 0) annotation.code = code_of("F").value();
  }
  write_record(fused, folder_.path());
  succeed("classify", {"--model", model_, "fused", "--beats", "detected"});
  const json input = read_json(folder_ / "predictions/summary.json").at("inputs")[0];
  const std::string notes = input.at("notes").dump();
  EXPECT_THAT(notes, HasSubstr("of " + std::to_string(beats) + " annotated beats"));
  EXPECT_THAT(notes, HasSubstr("are of kinds that the classes do not have"));
  const double scored = input.at("agreement_with_annotations").at("n").get<double>();
  EXPECT_NEAR(scored, 0.75 * static_cast<double>(beats), 0.05 * static_cast<double>(beats));
}

// Nothing but flutter waves, which EC57's classes do not have: no "all 0 are N", and no shares of 0.
TEST_F(Classify, ARecordingWithoutAClassifiableBeatIsAnError) {
  succeed("train", tiny_resnet1d({"--data", recordings_, "--classes", "aami5", "--out", "run"}));
  Record flutter = read_record(fs::path(record("s001")));
  flutter.id = "flutter";
  flutter.annotations = {{1000, codes::flutter_wave, 0, 0, 0, ""}, {1100, codes::flutter_wave, 0, 0, 0, ""}};
  write_record(flutter, folder_.path());
  refuse(1, "classify", {"--model", "run", "flutter", "--beats", "annotated", "--log-level", "error"},
         {"flutter", "has no beat that can be classified"});
}

class Full_Classify : public Classify {};

// From recordings to images, from images to a model, from the model to the classes of image files.
TEST_F(Full_Classify, ImagesByAModelOfImages) {
  succeed("convert", {"dataset", recordings_, "--to", "png", "--out", "png", "--image-size", "32"});
  const Words train = {"--model",      "cnn2d", "--model-option", "filters=2,dense=8",
                       "--image-size", "32",    "--threads",      "1",
                       "--epochs",     "2",     "--batch-size",   "16",
                       "--out",        "run"};
  succeed("train", with(train, {"--data", "png"}));
  succeed("train", with(train, {"--data", recordings_, "--out", "direct"}));
  EXPECT_EQ(metrics_of_log(folder_ / "run"), metrics_of_log(folder_ / "direct")) << "the images are the same";
  EXPECT_EQ(read_json(folder_ / "run/report.json").at("preprocessing"),
            read_json(folder_ / "direct/report.json").at("preprocessing"));

  const Finished finished = succeed("classify", {"--model", "run", "png", "--json"});
  const json summary = json::parse(finished.out);
  std::size_t images = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "png"))
    images += entry.path().extension() == ".png";
  EXPECT_EQ(summary.at("inputs").size(), images);
  EXPECT_EQ(rows("predictions/predictions.csv").size(), images);
  EXPECT_EQ(summary.at("inputs")[0].at("kind"), "image");
  EXPECT_THAT(summary.at("inputs")[0].at("verdict").get<std::string>(), HasSubstr("probability"));

  const json by_record =
      json::parse(succeed("classify", {"--model", "run", record("s001"), "--out", "again", "--json"}).out);
  std::map<std::string, std::string> class_of;  // RECORD_SAMPLE
  for (const auto& row : rows("predictions/predictions.csv")) class_of[row[0]] = row[3];
  for (const auto& row : rows("again/predictions.csv")) EXPECT_EQ(class_of.at(row[0] + "_" + row[1]), row[3]);

  folder_.put("torn.png", read_text_file((fs::directory_iterator(folder_ / "png/NOR"))->path()).substr(0, 80));
  refuse(1, "classify", {"--model", "run", "torn.png", "--out", "torn"}, {"torn.png", "damaged"});
}

}  // namespace
}  // namespace beatbench::tests
