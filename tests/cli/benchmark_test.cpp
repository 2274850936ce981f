#include <algorithm>
#include <map>
#include <sstream>
#include <thread>

#include "beatbench/core/class_map.h"
#include "beatbench/core/files.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "cli/command_test.h"
#include "support/recordings.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

const Words kQuick = {"--computer-type", "ci", "--threads", "1", "--seconds", "0.01", "--batch-sizes", "1,8"};

Words quick(const Words& more) { return with(kQuick, more); }

// The beats that trained_once's run was tested on, as a label-first CSV; every second label is an index.
std::string test_beats_as_csv() {
  Preprocessing preprocessing;
  preprocessing.class_names = require_class_map("paper8").class_names();
  const Database database = open_database((trained_once() / "recordings").string());
  const Dataset dataset = load_database(database, preprocessing, {});
  const Split split = make_split("random", dataset.windows, database, {});
  std::ostringstream csv;
  csv.precision(9);  // digits that bring a float back
  csv << "label,the samples\n";
  bool by_name = false;
  for (const std::uint32_t row : split.test) {
    const int label = dataset.windows.rows[row].label;
    by_name = !by_name;
    if (by_name)
      csv << dataset.class_names[static_cast<std::size_t>(label)];
    else
      csv << label;
    for (const float value : dataset.windows.window(row)) csv << "," << value;
    csv << "\n";
  }
  return csv.str();
}

class Benchmark : public CommandTest {
 protected:
  Benchmark() {
    fs::create_directories(folder_ / "datasets");
    fs::create_directories(folder_ / "models");
  }
};

TEST_F(Benchmark, MeasuresAModelOnAllThatItCanEat) {
  fs::copy(trained_once() / "recordings", folder_ / "datasets/recordings");
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  folder_.put("datasets/short.csv", "NOR,1,2,3\n");
  succeed("convert", {(trained_once() / "run").string(), "--windows", "0"});

  const Finished finished = succeed("benchmark", quick({"--json"}), {.environment = {{"SOURCE_DATE_EPOCH", "86400"}}});
  const fs::path file = folder_ / "reports/summary-ci-run-1970-01-02.json";
  ASSERT_TRUE(fs::exists(file)) << finished.err;
  const json summary = read_json(file);
  EXPECT_EQ(json::parse(finished.out), json::array({summary}));
  EXPECT_EQ(summary.at("date"), "1970-01-02");
  EXPECT_EQ(summary.at("context").at("date"), "1970-01-02T00:00:00Z");
  EXPECT_EQ(summary.at("computer_type"), "ci");

  const json run = read_json(trained_once() / "run/report.json");
  EXPECT_EQ(summary.at("model").at("name"), "run");
  EXPECT_EQ(summary.at("model").at("format"), "torchscript");
  EXPECT_EQ(summary.at("model").at("parameters"), run.at("parameters"));
  EXPECT_EQ(summary.at("model").at("size_bytes"), fs::file_size(folder_ / "models/run.pt"));
  EXPECT_GT(summary.at("peak_memory_bytes"), 1 << 20);
  ASSERT_EQ(summary.at("throughput").size(), 2U);
  EXPECT_EQ(summary.at("throughput")[1].at("batch"), 8);
  EXPECT_GT(summary.at("throughput")[1].at("windows_per_second"), 0);

  // The model's own data: the split that it was tested on is found again, and both ways lead to the same metrics.
  EXPECT_EQ(summary.at("datasets").size(), 2U);
  for (const char* name : {"recordings", "beats"}) {
    SCOPED_TRACE(name);
    const json& result = summary.at("datasets").at(name);
    for (const char* word : {"accuracy", "macro_f1", "n", "confusion", "classes", "class_names"}) {
      EXPECT_EQ(result.at(word), run.at("test").at(word)) << word;
    }
    EXPECT_EQ(result.at("total"), run.at("test").at("n"));
    EXPECT_LE(result.at("inference_time_per_beat").at("median_s"), result.at("inference_time_per_beat").at("p99_s"));
  }
  EXPECT_EQ(summary.at("datasets").at("recordings").at("protocol"), run.at("protocol"));
  EXPECT_EQ(summary.at("datasets").at("recordings").at("records"), run.at("test").at("records"));
  EXPECT_GT(summary.at("datasets").at("recordings").at("preprocessing_time_per_beat").at("median_s"), 0);
  EXPECT_THAT(summary.at("datasets").at("beats").at("preprocessing_time_per_beat").get<std::string>(),
              testing::StartsWith("undefined: "));

  EXPECT_THAT(finished.err, HasSubstr("datasets/short.csv line 1: has 4 fields; a label and 216 values are needed"));
  EXPECT_THAT(summary.at("notes").dump(), HasSubstr("left out: datasets/short.csv line 1"));
}

TEST_F(Benchmark, ADateThatIsTakenGetsANumber) {
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/best.pt");
  const RunOptions options{.environment = {{"SOURCE_DATE_EPOCH", "0"}}};
  const Words words = quick({"--date", "2024-02-29", "--reports", "out"});
  const Finished first = succeed("benchmark", words, options);
  EXPECT_THAT(first.out, HasSubstr("report: out/summary-ci-best-2024-02-29.json"));
  EXPECT_THAT(first.out, HasSubstr("best.pt"));
  const std::string kept = read_text_file(folder_ / "out/summary-ci-best-2024-02-29.json");
  EXPECT_THAT(succeed("benchmark", words, options).out, HasSubstr("report: out/summary-ci-best-2024-02-29-2.json"));
  EXPECT_EQ(read_text_file(folder_ / "out/summary-ci-best-2024-02-29.json"), kept);
  EXPECT_EQ(read_json(folder_ / "out/summary-ci-best-2024-02-29-2.json").at("date"), "2024-02-29");
  EXPECT_EQ(read_json(folder_ / "out/summary-ci-best-2024-02-29.json").at("model").at("format"), "checkpoint");
}

// The original system's spellings, whose False was read as true.
TEST_F(Benchmark, QuantizedOnlyLeavesFloatModelsOut) {
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  const Words words = {"--computerType", "ci", "--threads", "1", "--seconds", "0.01", "--batch-sizes", "1", "--json"};
  succeed("convert", {(trained_once() / "run").string(), "--windows", "0"});
  refuse(2, "benchmark", with(words, {"--quantized-only", "yes"}),
         {"models", "no int8 model", "convert runs/NAME --to int8"});
  succeed("convert", {(trained_once() / "run").string(), "--to", "int8", "--windows", "20", "--data",
                      (trained_once() / "recordings").string()});
  const auto precisions = [&](const Words& more) {
    Words all;
    for (const json& report : json::parse(succeed("benchmark", with(words, more)).out)) {
      all.push_back(report.at("model").at("precision"));
      EXPECT_EQ(report.at("model").at("quantized"), all.back() == "int8");
    }
    return all;
  };
  EXPECT_THAT(precisions({"--quantizedOnly", "True"}), testing::ElementsAre("int8"));
  EXPECT_THAT(precisions({"--quantizedOnly", "False"}), testing::UnorderedElementsAre("float32", "int8"));
  refuse(2, "benchmark", with(words, {"--quantizedOnly", "maybe"}), {"--quantized-only", "'maybe'", "True", "False"});
}

TEST_F(Benchmark, RefusesWhatIsNotThere) {
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/best.pt");
  refuse(2, "benchmark", quick({}), {"datasets", "no data set", "BEATBENCH_DATA"});
  folder_.put("datasets/beats.csv", "NOR,1\n");
  refuse(2, "benchmark", quick({"--dataset", "other"}), {"'other'", "found: beats"});
  refuse(2, "benchmark", {"--computer-type", "../ci"}, {"'../ci'", "A-Z a-z 0-9"});
  refuse(2, "benchmark", quick({}), {"SOURCE_DATE_EPOCH"}, {.environment = {{"SOURCE_DATE_EPOCH", "soon"}}});
}

TEST_F(Benchmark, RefusesDataOfAnotherLengthAlone) {
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/best.pt");
  folder_.put("datasets/short.csv", "label,a,b,c\nNOR,1,2,3\n");
  refuse(1, "benchmark", quick({}), {"models/best.pt", "none of the data sets", "short"});
  EXPECT_FALSE(fs::exists(folder_ / "reports"));
}

TEST_F(Benchmark, RefusesWhatIsNoModel) {
  folder_.put("datasets/short.csv", "NOR,1,2,3\n");
  folder_.put("models/notes.pt", "not a model\n");
  refuse(1, "benchmark", quick({}), {"models/notes.pt"});
  folder_.put("notes.txt", "not a model\n");
  refuse(1, "benchmark", quick({"--models", "notes.txt"}), {"notes.txt", "no model file", "TorchScript"});
}

TEST_F(Benchmark, SeveralAtOnceLoseNoReport) {
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/a.pt");
  constexpr int kAtOnce = 6;
  std::vector<std::thread> threads;
  std::vector<Finished> finished(kAtOnce);
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&, i] { finished[i] = run("benchmark", quick({"--date", "2024-05-01"})); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Finished& one : finished) EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(contents_of(folder_ / "reports").size(), static_cast<std::size_t>(kAtOnce));
  for (const auto& [name, text] : contents_of(folder_ / "reports")) EXPECT_TRUE(json::accept(text)) << name;
}

TEST_F(Benchmark, ADamagedModelDoesNotEndTheOthers) {
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  folder_.put("models/a.pt", "not a model\n");
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/b.pt");
  const Finished finished = run("benchmark", quick({"--date", "2024-05-01"}));
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err, HasSubstr("\nbenchmark: error: not all could be measured: models/a.pt: "));
  EXPECT_THAT(finished.out, HasSubstr("report: reports/summary-ci-b-2024-05-01.json"));
  EXPECT_EQ(contents_of(folder_ / "reports").size(), 1U);
}

// A data set that is damaged costs no metric of another, and is an error all the same.
TEST_F(Benchmark, ADamagedDataSetDoesNotEndTheOthers) {
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  write_recordings(folder_ / "datasets/cut", 2);
  fs::resize_file(folder_ / "datasets/cut/s002.dat", 100);
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/a.pt");
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/no name.pt");
  const Finished finished = run("benchmark", quick({"--date", "2024-05-01"}));
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err, HasSubstr("datasets/cut/s002.dat"));
  EXPECT_THAT(finished.err, HasSubstr("'no name'"));
  const json report = read_json(folder_ / "reports/summary-ci-a-2024-05-01.json");
  EXPECT_TRUE(report.at("datasets").contains("beats"));
  EXPECT_THAT(report.at("notes").dump(), HasSubstr("could not be measured: "));
  EXPECT_EQ(contents_of(folder_ / "reports").size(), 1U);
}

TEST_F(Benchmark, CtrlCKeepsTheModelsThatAreDone) {
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/a.pt");
  fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models/b.pt");
  RunOptions options;
  options.interrupt_when = [](const std::string& err) { return err.find("b.pt on beats") != std::string::npos; };
  const Finished finished = run("benchmark", quick({"--date", "2024-05-01", "--seconds", "3"}), options);
  EXPECT_EQ(finished.status, 130) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("report: reports/summary-ci-a-2024-05-01.json"));
  EXPECT_EQ(contents_of(folder_ / "reports").size(), 1U);
}

class Full_Path : public CommandTest {};

// Whichever model comes first, a small one has the memory that it takes itself. That of a large one is compared with
// no other measurement of it: LibTorch takes 60 MB more or less for the same work.
TEST_F(Full_Path, MemoryIsThatOfTheModelAlone) {
  fs::create_directories(folder_ / "datasets");
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  succeed("train", tiny_resnet1d({"--data", (trained_once() / "recordings").string(), "--model-option", "filters=256",
                                  "--max-windows", "60", "--out", "large"}));
  const auto peak_of = [&](const std::string& model, const std::string& date) {
    return read_json(folder_ / ("reports/summary-ci-" + model + "-" + date + ".json"))
        .at("peak_memory_bytes")
        .get<double>();
  };
  const auto measure = [&](const std::string& small, const std::string& large, const std::string& date) {
    fs::remove_all(folder_ / "models");
    fs::create_directory(folder_ / "models");
    fs::copy_file(trained_once() / "run/checkpoints/best.pt", folder_ / "models" / (small + ".pt"));
    fs::copy_file(folder_ / "large/checkpoints/best.pt", folder_ / "models" / (large + ".pt"));
    succeed("benchmark", quick({"--date", date}));
  };
  measure("a-small", "b-large", "2024-05-01");
  measure("b-small", "a-large", "2024-05-02");
  const double small = peak_of("a-small", "2024-05-01");
  const double large = std::min(peak_of("b-large", "2024-05-01"), peak_of("a-large", "2024-05-02"));
  EXPECT_GT(large - small, 50e6);  // its weights are 100 MB
  EXPECT_NEAR(peak_of("b-small", "2024-05-02"), small, (large - small) / 2);
}

// The whole way with the folders that the commands take where nothing else is said.
TEST_F(Full_Path, FromASimulatedDatabaseToASummary) {
  succeed("convert",
          {"dataset", "simdb", "--to", "wfdb", "--out", "datasets/simdb", "--records", "48", "--duration", "60"});
  succeed("train", tiny_lstm({"--classes", "aami5", "--protocol", "inter-patient"}));
  const json run = read_json(folder_ / "runs/lstm-1/report.json");
  EXPECT_EQ(run.at("dataset"), "simdb");
  EXPECT_FALSE(run.at("intra_patient"));
  succeed("convert", {"runs/lstm-1", "--to", "torchscript"});
  const Finished measured = succeed("benchmark", quick({"--date", "2024-05-01"}));
  EXPECT_THAT(measured.out, HasSubstr("lstm-1.pt"));
  const json result = read_json(folder_ / "reports/summary-ci-lstm-1-2024-05-01.json").at("datasets").at("simdb");
  EXPECT_EQ(result.at("confusion"), run.at("test").at("confusion"));
  EXPECT_EQ(result.at("accuracy"), run.at("test").at("accuracy"));
  EXPECT_FALSE(result.at("intra_patient"));
  succeed("train", tiny_lstm({"--max-windows", "300", "--log-level", "quiet"}));
  EXPECT_TRUE(fs::exists(folder_ / "runs/lstm-2/report.json"));

  // Three of the same patients under another name: those that the model was trained on are known again.
  write_recordings(folder_ / "datasets/other", 3);
  succeed("benchmark", quick({"--date", "2024-05-02", "--dataset", "other"}));
  const json other = read_json(folder_ / "reports/summary-ci-lstm-1-2024-05-02.json").at("datasets").at("other");
  EXPECT_EQ(other.at("rows_used"), "all beats of recordings that the model has not seen");
  EXPECT_EQ(other.at("seen_recordings").size() + other.at("records").size(), 3U);
}

// The same with a model of images, which cannot take windows.
TEST_F(Full_Path, ByImages) {
  write_recordings(folder_ / "datasets/recordings", 4);
  folder_.put("datasets/beats.csv", test_beats_as_csv());
  succeed("train",
          {"--model", "cnn2d", "--model-option", "filters=2,dense=8", "--image-size", "32", "--image-range", "halfway",
           "--data", "datasets/recordings", "--threads", "1", "--epochs", "1", "--batch-size", "16"});
  const json run = read_json(folder_ / "runs/cnn2d-1/report.json");
  EXPECT_EQ(run.at("preprocessing").at("input"), "image");
  EXPECT_EQ(run.at("preprocessing").at("image_range"), "halfway");
  succeed("convert", {"runs/cnn2d-1"});
  const Finished measured = succeed("benchmark", quick({"--date", "2024-05-01"}));
  const json summary = read_json(folder_ / "reports/summary-ci-cnn2d-1-2024-05-01.json");
  ASSERT_EQ(summary.at("datasets").size(), 1U);
  EXPECT_EQ(summary.at("datasets").at("recordings").at("confusion"), run.at("test").at("confusion"));
  EXPECT_THAT(measured.err, HasSubstr("datasets/beats.csv: holds windows, but images are asked for"));
}

// What bxb of the WFDB Software Package 10.7 says of a made-up classifier's annotations, and of a detector's.
TEST_F(Benchmark, AnnotationsAreComparedAsBxbDoes) {
  BEATBENCH_NEED_DATABASE(reference, "reference");
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  const json report = json::parse(succeed("benchmark", {"annotations", "--data", mitdb.string(), "--test",
                                                        reference.string(), "--annotator", "sim", "--json"})
                                      .out);
  EXPECT_EQ(report.at("records").size(), 48U);
  // The sums of bxb-sim-ec57.txt; its primed columns, which add up several, are left out.
  const std::map<std::string, std::map<std::string, int>> sums = {{"N", {{"s", 1376}, {"v", 636}, {"o", 1718}}},
                                                                  {"S", {{"s", 2547}, {"v", 39}, {"o", 58}}},
                                                                  {"V", {{"s", 110}, {"v", 5615}, {"o", 153}}},
                                                                  {"O", {{"s", 239}, {"v", 244}}}};
  for (const auto& [row, cells] : sums) {
    for (const auto& [column, count] : cells) EXPECT_EQ(report.at("counts").at(row).at(column), count) << row << column;
  }
  const json& gross = report.at("gross");
  EXPECT_EQ(gross.at("beats"), 91'285);
  EXPECT_EQ(gross.at("V").at("n"), 6'101);
  EXPECT_EQ(gross.at("S").at("n"), 2'745);
  EXPECT_NEAR(gross.at("sensitivity").get<double>(), 0.9770, 0.00005);
  EXPECT_NEAR(gross.at("positive_predictivity").get<double>(), 0.9869, 0.00005);
  EXPECT_NEAR(gross.at("V").at("sensitivity").get<double>(), 0.9203, 0.00005);
  EXPECT_NEAR(gross.at("V").at("positive_predictivity").get<double>(), 0.8594, 0.00005);
  EXPECT_NEAR(gross.at("S").at("sensitivity").get<double>(), 0.9279, 0.00005);
  EXPECT_NEAR(gross.at("s_positive_predictivity_sumstats").get<double>(), 0.5962, 0.00005);
  EXPECT_NEAR(report.at("average").at("rr_error_ms").get<double>(), 187.01, 0.005);
  const Finished shown = succeed("benchmark", {"annotations", "--data", mitdb.string(), "--test", reference.string(),
                                               "--annotator", "gqrs", "--per-record"});
  EXPECT_THAT(shown.out, HasSubstr("QRS sensitivity"));
  EXPECT_THAT(shown.out, HasSubstr("232"));
}

TEST_F(Benchmark, AnnotationsToCompareMustBeThere) {
  const std::string recordings = (trained_once() / "recordings").string();
  refuse(2, "benchmark", {"annotations", "--data", recordings}, {"*.pred", "--annotator"});
  refuse(2, "benchmark", {"annotations", "--data", recordings, "--window", "0"}, {"--window"});
  const json same = json::parse(
      succeed("benchmark", {"annotations", "--data", recordings, "--annotator", "atr", "--start", "0", "--json"}).out);
  EXPECT_EQ(same.at("gross").at("sensitivity"), 1.0);
  EXPECT_EQ(same.at("gross").at("positive_predictivity"), 1.0);
  EXPECT_EQ(same.at("gross").at("missed"), 0);
}

TEST_F(Benchmark, DetectorsAreHeldAgainstTheAnnotations) {
  const std::string recordings = (trained_once() / "recordings").string();
  const json report = json::parse(succeed("benchmark", {"detectors", "--data", recordings, "--json"}).out);
  EXPECT_EQ(report.at("records"), 6);
  const json& ours = report.at("detectors").at(0);
  EXPECT_EQ(ours.at("name"), "bestpath");
  std::int64_t beats = 0;
  for (const std::string& name : read_record_list(recordings)) {
    const Record record = read_record(fs::path(recordings) / name);
    const auto annotated = std::ranges::count_if(record.annotations, [](const auto& a) { return is_beat(a.code); });
    EXPECT_EQ(ours.at("records").at(name).at("whole_50_ms").at("beats"), annotated);
    beats += annotated;
  }
  const json& whole = ours.at("scores").at("whole_150_ms").at("gross");
  EXPECT_EQ(whole.at("beats"), beats);
  EXPECT_GT(whole.at("sensitivity"), 0.95);
  EXPECT_DOUBLE_EQ(whole.at("sensitivity").get<double>(),
                   1 - whole.at("missed").get<double>() / whole.at("beats").get<double>());
  EXPECT_THAT(ours.at("sensitivity").get<std::string>(), HasSubstr("no beats")) << "they end before five minutes";

  const Finished table =
      succeed("benchmark", {"detectors", "--data", recordings, "--detector", "bestpath", "--per-record"});
  EXPECT_THAT(table.out, testing::AllOf(HasSubstr("bestpath"), HasSubstr("s003")));
  refuse(2, "benchmark", {"detectors", "--data", recordings, "--detector", "eye"}, {"'eye'", "bestpath"});
  refuse(1, "benchmark", {"detectors", "--data", recordings, "--lead", "aVR"}, {"aVR", "MLII, V1"});
  const json together =
      json::parse(succeed("benchmark", {"detectors", "--data", recordings, "--all-leads", "--json"}).out);
  EXPECT_EQ(together.at("lead"), "all");
  ASSERT_EQ(together.at("detectors").size(), 1U);
  EXPECT_GT(together.at("detectors").at(0).at("sensitivity"), 0.99);
  refuse(2, "benchmark", {"detectors", "--data", recordings, "--all-leads", "--detector", "wqrs"},
         {"wqrs", "one lead alone"});
  const json noisy = json::parse(succeed("benchmark", {"detectors", "--data", recordings, "--detector", "bestpath",
                                                       "--noise", recordings + "/s006", "--snr", "40,0", "--json"})
                                     .out);
  const json& noise = noisy.at("detectors").at(0).at("noise");
  ASSERT_EQ(noise.size(), 2U);
  EXPECT_EQ(noise.at(1).at("snr_db"), 0);
  refuse(2, "benchmark", {"detectors", "--data", recordings, "--noise", "nstdb/xx"}, {"nstdb/xx", "is no record"});
  folder_.put("there.json", "{}");
  refuse(2, "benchmark", {"detectors", "--data", recordings, "--out", "there.json"}, {"there.json", "already exists"});
}

}  // namespace
}  // namespace beatbench::tests
