// What a model was trained on is known again, whatever it is tested on, and said.
#include <algorithm>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/simulation/simdb.h"
#include "cli/command_test.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Seen : public CommandTest {
 protected:
  Seen() {
    fs::create_directories(folder_ / "datasets");
    fs::create_directories(folder_ / "models");
    write_recordings(folder_ / "recordings", 8);
  }

  static Words quick(const Words& more) {
    return with(
        {"--computer-type", "ci", "--threads", "1", "--seconds", "0.01", "--batch-sizes", "1", "--date", "2024-05-01"},
        more);
  }
  static Words by_patient(const Words& more) {
    return with(tiny_resnet1d({"--classes", "aami5", "--protocol", "inter-patient", "--validation-fraction", "0.3"}),
                more);
  }

  // Copies records under new names, each changed.
  void copy_records(const fs::path& from, const fs::path& to, const std::function<void(Record&)>& change) const {
    std::string list;
    for (const std::string& name : read_record_list(from)) {
      Record record = read_record(from / name);
      change(record);
      write_record(record, to);
      list += record.id + "\n";
    }
    write_file_atomically(to / "RECORDS", list);
  }

  json measured_on(const std::string& model, const std::string& dataset) {
    const std::string reports = "reports-" + std::to_string(++count_);
    succeed("benchmark", quick({"--models", model, "--dataset", dataset, "--reports", reports}));
    for (const auto& entry : fs::directory_iterator(folder_ / reports)) return read_json(entry.path());
    return {};
  }

  int count_ = 0;
};

// What trained a model is found in other data: by extra training, by starting weights, as an excerpt under another
// name.
TEST_F(Seen, IsFoundInOtherData) {
  write_recordings(folder_ / "more", 10);
  for (int i = 1; i <= 8; ++i) {
    for (const char* ending : {".hea", ".dat", ".atr"}) fs::remove(folder_ / ("more/s00" + std::to_string(i) + ending));
  }
  folder_.put("more/RECORDS", "s009\ns010\n");
  const Words words =
      tiny_resnet1d({"--classes", "aami5", "--protocol", "inter-patient", "--validation-fraction", "0.3"});
  succeed("train", with(words, {"--data", "recordings", "--extra-training", "more", "--out", "extra"}));
  succeed("train", with(words, {"--data", "recordings", "--init-from", "extra", "--out", "begun"}));
  const Record known = read_record(folder_ / "more/s009");
  Record excerpt = known;
  excerpt.id = "part";
  excerpt.annotations.clear();
  for (Lead& lead : excerpt.leads) {
    lead.samples = {lead.samples.begin() + 1234, lead.samples.begin() + 1234 + 30 * 360};
  }
  for (Annotation annotation : known.annotations) {
    annotation.sample -= 1234;
    if (annotation.sample >= 0 && annotation.sample < 30 * 360) excerpt.annotations.push_back(annotation);
  }
  SimulationOptions simulation;
  simulation.duration_s = 60;
  simulation.seed = 99;
  Record stranger = simulate_record(simulation, 8);  // of the same name, s009, but another signal
  write_record(excerpt, folder_ / "datasets/mixed");
  write_record(stranger, folder_ / "datasets/mixed");
  folder_.put("datasets/mixed/RECORDS", "part\n" + stranger.id + "\n");
  for (const std::string run : {"extra", "begun"}) {
    fs::remove_all(folder_ / "models");
    fs::create_directory(folder_ / "models");
    fs::copy_file(folder_ / run / "checkpoints/best.pt", folder_ / "models" / (run + ".pt"));
    succeed("benchmark", quick({}));
    const json mixed =
        read_json(folder_ / ("reports/summary-ci-" + run + "-2024-05-01.json")).at("datasets").at("mixed");
    ASSERT_EQ(mixed.at("seen_recordings").size(), 1U) << mixed.at("seen_recordings");
    EXPECT_THAT(mixed.at("seen_recordings")[0].get<std::string>(),
                HasSubstr(run == "extra" ? "part (more/s009, extra training)" : "part (more/s009, begun from extra)"));
    EXPECT_FALSE(mixed.at("intra_patient"));
    EXPECT_EQ(mixed.at("records").size(), 1U);
    EXPECT_TRUE(mixed.at("records").contains(stranger.id));
  }
}

// No stretch of these has all its samples, so nothing but their names tells what they are.
TEST_F(Seen, CannotBeToldOfRecordingsWithGapsEverywhere) {
  const auto add_gaps = [](Record& record) {
    for (Lead& lead : record.leads) {
      for (std::size_t i = 1800; i < lead.samples.size(); i += 1800) lead.samples[i] = kMissingSample;
    }
  };
  copy_records(folder_ / "recordings", folder_ / "datasets/gappy", add_gaps);
  copy_records(folder_ / "recordings", folder_ / "datasets/other", [&](Record& record) {
    add_gaps(record);
    record.id = "x" + record.id;
  });
  succeed("train", by_patient({"--data", "datasets/gappy", "--out", "run"}));
  write_recordings(folder_ / "datasets/gappy", 9);  // one more, and so other data
  copy_records(folder_ / "datasets/gappy", folder_ / "datasets/gappy", add_gaps);
  const json same = measured_on("run/checkpoints/best.pt", "gappy").at("datasets").at("gappy");
  EXPECT_GE(same.at("seen_recordings").size(), 4U) << "by their names";
  EXPECT_THAT(same.at("rows_used").get<std::string>(), HasSubstr("has not seen"));
  const json other = measured_on("run/checkpoints/best.pt", "other").at("datasets").at("other");
  EXPECT_THAT(other.at("protocol").get<std::string>(), HasSubstr("whether the model was trained on 8 of the 8"));
}

TEST_F(Seen, IsSaidOfWhatIsClassified) {
  succeed("train", by_patient({"--data", "recordings", "--out", "run"}));
  const json split = read_json(folder_ / "run/report.json").at("test").at("records");
  copy_records(folder_ / "recordings", folder_ / "copies", [](Record& record) { record.id = "c" + record.id; });
  succeed("classify", {"--model", "run", "copies", "--out", "predictions"});
  std::size_t seen = 0;
  const json summary = read_json(folder_ / "predictions/summary.json");
  for (const json& input : summary.at("inputs")) {
    const std::string original = input.at("record").get<std::string>().substr(1);
    const bool is_tested = split.contains(original);
    EXPECT_EQ(input.at("seen_as"), is_tested ? json::array() : json::array({"recordings/" + original}));
    EXPECT_EQ(input.at("notes").dump().find("was trained on this recording") == std::string::npos, is_tested);
    seen += is_tested ? 0 : 1;
  }
  EXPECT_GT(seen, 0U);
  const json compared = json::parse(
      succeed("benchmark", {"annotations", "--data", "copies", "--test", "predictions", "--start", "0", "--json"}).out);
  EXPECT_THAT(compared.at("notes").dump(), HasSubstr("was trained on " + std::to_string(seen) + " of the recordings"));
}

// A conversion that is checked on other data than the model's own.
TEST_F(Seen, IsLeftOutOfTheCheckOfAConversion) {
  succeed("train", by_patient({"--data", "recordings", "--out", "run"}));
  write_recordings(folder_ / "more", 10);
  succeed("convert", {"run", "--out", "models", "--data", "more"});
  const json check = read_json(folder_ / "models/run.pt.json");
  EXPECT_THAT(check.at("split").get<std::string>(), HasSubstr("the model has seen none of these"));
  copy_records(folder_ / "recordings", folder_ / "trained", [](Record&) {});
  const json tested = read_json(folder_ / "run/report.json").at("test").at("records");
  std::string list;
  for (const std::string& name : read_record_list(folder_ / "trained"))
    list += tested.contains(name) ? "" : name + "\n";
  folder_.put("trained/RECORDS", list);
  succeed("convert", {"run", "--out", "models", "--name", "again", "--data", "trained"});
  EXPECT_EQ(read_json(folder_ / "models/again.pt.json").at("split"), "recordings that the model was trained on");
}

// The leads of these have exchanged their names, so no window equals another.
TEST_F(Seen, CopiesOfTestedRecordingsAreNoExtraTraining) {
  copy_records(folder_ / "recordings", folder_ / "relead", [](Record& record) {
    std::swap(record.leads[0].name, record.leads[1].name);
    record.id = "r" + record.id;
  });
  succeed("train", by_patient({"--data", "recordings", "--extra-training", "relead", "--out", "run"}));
  const json report = read_json(folder_ / "run/report.json");
  const std::string notes = report.at("notes").dump();
  for (const auto& [record, metrics] : report.at("test").at("records").items()) {
    EXPECT_THAT(notes, HasSubstr("extra:relead/r" + record)) << "is left out";
  }
  EXPECT_THAT(notes, HasSubstr("left out of training, because they are recordings of the validation or the test"));
}

// Where the starting weights have gone since, the run's own states say what those had seen.
TEST_F(Seen, IsRememberedWhenARunIsGoneOnWith) {
  succeed("train", by_patient({"--data", "recordings", "--protocol", "random", "--out", "first"}));
  const Words begun = by_patient({"--data", "recordings", "--init-from", "first", "--epochs", "2"});
  succeed("train", with(begun, {"--out", "whole"}));
  const auto note_of = [&](const char* run) {
    const json report = read_json(folder_ / run / "report.json");
    for (const json& note : report.at("notes")) {
      if (note.get<std::string>().starts_with("begun with the weights")) return note.get<std::string>();
    }
    return std::string();
  };
  EXPECT_THAT(note_of("whole"), HasSubstr("leak: those were trained on"));
  succeed("train", with(begun, {"--out", "parts"}));
  fs::remove(folder_ / "parts/report.json");
  fs::rename(folder_ / "first", folder_ / "gone");
  succeed("train", {"--resume", "parts"});
  EXPECT_EQ(note_of("parts"), note_of("whole"));
}

}  // namespace
}  // namespace beatbench::tests
