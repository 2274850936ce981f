// One check of units and leads for recordings of every container, on the way to a model.
#include "beatbench/core/plausibility.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <sstream>

#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/data/database.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/recording.h"
#include "beatbench/recordings/csv/recording.h"
#include "beatbench/recordings/edf/recording.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/simulation/simdb12.h"
#include "data/made_up_data.h"
#include "support/edf_file.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::TestFolder;

Preprocessing of_recordings(const char* scaling = "none") {
  Preprocessing preprocessing = default_preprocessing("recording");
  preprocessing.class_map = "ribeiro6";
  preprocessing.class_names = require_label_map("ribeiro6").class_names();
  preprocessing.scaling = scaling;
  return preprocessing;
}

// What a model of whole recordings gets of it, or the refusal.
std::vector<float> input_of(const Record& record, const Preprocessing& preprocessing = of_recordings()) {
  refuse(record, doubts_about(record, preprocessing), kHowToStateUnits);
  return prepare_recording(record, preprocessing);
}

void expect_near(const std::vector<float>& found, const std::vector<float>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])));
  EXPECT_LE(largest, tolerance);
}

// The first 10 s of a simulated 12-lead recording in whole uV, whose gain of 1 nobody says to be of uV.
Record in_open_microvolts() {
  Record record = simulate_recording12({}, 3);
  for (Lead& lead : record.leads) {
    for (std::int32_t& sample : lead.samples) sample -= lead.baseline;
    lead.baseline = 0;
    lead.gain /= 1000;
    lead.unit_is_assumed = true;
  }
  return record;
}

std::string csv_of(const Record& record, const std::string& heading) {
  std::ostringstream text;
  if (!heading.empty()) text << heading << "\n";
  for (std::size_t i = 0; i < record.length_samples(); ++i) {
    for (std::size_t l = 0; l < record.leads.size(); ++l)
      text << (l == 0 ? "" : ",") << record.leads[l].samples[i] / record.leads[l].gain;
    text << "\n";
  }
  return text.str();
}

struct Container {
  const char* name;
  std::function<Record(const TestFolder&, const Record&)> written_and_read;
};

const std::vector<Container>& containers() {
  static const std::vector<Container> all = {
      {"WFDB",
       [](const TestFolder& folder, const Record& record) {
         write_record(record, folder.path(), 16, "");
         ReadOptions options;
         options.annotator.reset();
         return read_record(folder / record.id, options);
       }},
      {"CSV",
       [](const TestFolder& folder, const Record& record) {
         std::string heading;
         for (const Lead& lead : record.leads)
           heading += (heading.empty() ? "" : ",") + lead.name + (lead.unit_is_assumed ? "" : " (" + lead.units + ")");
         folder.put("r.csv", csv_of(record, heading));
         return read_csv_recording(folder / "r.csv", {.sampling_rate_hz = record.sampling_rate_hz});
       }},
      {"EDF",
       [](const TestFolder& folder, const Record& record) {
         std::vector<tests::EdfSignal> signals;
         for (const Lead& lead : record.leads) {
           signals.push_back({"ECG " + lead.name, lead.unit_is_assumed ? "" : lead.units, -32768 / lead.gain,
                              32767 / lead.gain, -32768, 32767, lead.samples, record.sampling_rate_hz});
         }
         tests::write_edf(folder / "r.edf", EDFLIB_FILETYPE_EDFPLUS, signals);
         return read_edf_recording(folder / "r.edf");
       }},
  };
  return all;
}

TEST(Plausibility, AnOpenUnitThatIsImpossibleIsRefusedInEveryContainer) {
  const std::vector<float> expected = input_of(simulate_recording12({}, 3));
  for (const Container& container : containers()) {
    SCOPED_TRACE(container.name);
    const TestFolder folder;
    Record record = container.written_and_read(folder, in_open_microvolts());
    EXPECT_ERROR(input_of(record), ErrorKind::data, "leads I, II, III and 9 more", "no unit is stated",
                 "in uV it would be", "--units");
    expect_near(input_of(record, of_recordings("record")),
                input_of(simulate_recording12({}, 3), of_recordings("record")), 1e-3);
    state_units(record, "uV");
    expect_near(input_of(record), expected, 1e-3);
    EXPECT_THAT(doubts_about(record, of_recordings()), IsEmpty());
  }
}

TEST(Plausibility, AStatedUnitIsOnlyDoubted) {
  for (const Container& container : containers()) {
    SCOPED_TRACE(container.name);
    const TestFolder folder;
    Record source = in_open_microvolts();
    for (Lead& lead : source.leads) lead.unit_is_assumed = false;
    Record record = container.written_and_read(folder, source);
    EXPECT_FALSE(record.leads[0].unit_is_assumed);
    EXPECT_EQ(record.leads[0].units, "mV");
    const std::vector<Doubt> doubts = doubts_about(record, of_recordings());
    ASSERT_EQ(doubts.size(), 1U);
    EXPECT_FALSE(doubts[0].is_refusal);
    EXPECT_THAT(doubts[0].text, HasSubstr("in mV as stated"));
    EXPECT_ERROR(state_units(record, "uV"), ErrorKind::usage, "stated to be in mV");
    for (Lead& lead : source.leads) lead.units = "uV";
    record = container.written_and_read(folder, source);
    EXPECT_THAT(doubts_about(record, of_recordings()), IsEmpty()) << "the right one";
    expect_near(input_of(record), input_of(simulate_recording12({}, 3)), 1e-3);
  }
}

TEST(Plausibility, StatedLeadsThatContradictGoldbergerAreDoubted) {
  for (const Container& container : containers()) {
    SCOPED_TRACE(container.name);
    const TestFolder folder;
    Record source = simulate_recording12({}, 3);
    EXPECT_THAT(doubts_about(container.written_and_read(folder, source), of_recordings()), IsEmpty());
    std::swap(source.leads[3].samples, source.leads[4].samples);
    std::swap(source.leads[4].samples, source.leads[5].samples);
    const Record record = container.written_and_read(folder, source);
    const std::vector<Doubt> doubts = doubts_about(record, of_recordings());
    ASSERT_EQ(doubts.size(), 1U);
    EXPECT_THAT(doubts[0].text, HasSubstr("Goldberger"));
    EXPECT_FALSE(doubts[0].is_refusal);
    EXPECT_NO_THROW(input_of(record));
  }
}

TEST(Plausibility, LeadsAreFoundHoweverAContainerSpellsThem) {
  const std::vector<float> expected = input_of(simulate_recording12({}, 3));
  for (const Container& container : containers()) {
    for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
             {"Lead I", "Lead II", "Lead III", "Lead aVR", "Lead aVL", "Lead aVF", "Lead V1", "Lead V2", "Lead V3",
              "Lead V4", "Lead V5", "Lead V6"},
             {"DI", "DII", "DIII", "AVR", "AVL", "AVF", "C1", "C2", "C3", "C4", "C5", "C6"}}) {
      SCOPED_TRACE(container.name + names[0]);
      const TestFolder folder;
      Record source = simulate_recording12({}, 3);
      for (std::size_t i = 0; i < names.size(); ++i) source.leads[i].name = names[i];
      expect_near(input_of(container.written_and_read(folder, source)), expected, 1e-3);
    }
  }
}

TEST(Plausibility, ColumnsWithoutHeadingsAreNamedByTheCaller) {
  const TestFolder folder;
  const Record source = simulate_recording12({}, 3);
  folder.put("r.csv", csv_of(source, ""));
  Record record = read_csv_recording(folder / "r.csv", {.time = "none", .sampling_rate_hz = 500});
  ASSERT_EQ(record.leads.size(), 12U);
  EXPECT_ERROR(input_of(record), ErrorKind::unsupported, "column 1", "--leads-are");
  std::vector<std::string> names;
  for (const Lead& lead : source.leads) names.push_back(lead.name);
  state_leads(record, names);
  expect_near(input_of(record), input_of(source), 1e-3);
}

TEST(Plausibility, ARecordingOfNothingIsRefused) {
  Record record = simulate_recording12({}, 3);
  for (Lead& lead : record.leads) std::ranges::fill(lead.samples, 4);
  EXPECT_ERROR(input_of(record), ErrorKind::data, "t0004", "no ECG");
  record = simulate_recording12({}, 3);
  std::ranges::fill(record.leads[7].samples, 4);
  EXPECT_NO_THROW(input_of(record)) << "one electrode is off";
}

TEST(Plausibility, BeatsOfAnOpenUnitAreRefusedWhereItCounts) {
  Record record = tests::small_record("s1", "NNNNNNNNNN");
  for (Lead& lead : record.leads) {
    lead.gain = 0.2;  // uV in steps of 5
    lead.unit_is_assumed = true;
  }
  Preprocessing none, wave_features;
  none.scaling = "none";
  wave_features.features = {"rr", "template_beat"};
  for (const Preprocessing& preprocessing : {none, wave_features}) {
    EXPECT_TRUE(depends_on_unit(preprocessing));
    EXPECT_ERROR(beats_of_recording(record, preprocessing, {}), ErrorKind::data, "s1", "lead MLII", "--units");
    Record stated = record;
    state_units(stated, "uV");
    EXPECT_THAT(beats_of_recording(stated, preprocessing, {}).warnings, IsEmpty());
    const TestFolder folder;
    write_record(record, folder.path());
    EXPECT_ERROR(load_database(open_database(folder.path().string()), preprocessing, {}), ErrorKind::data, "s1",
                 "header");
  }
  Preprocessing scaled, rhythm;
  rhythm.features = {"rr", "rhythm"};
  for (const Preprocessing& preprocessing : {scaled, rhythm}) {
    EXPECT_FALSE(depends_on_unit(preprocessing));
    EXPECT_THAT(beats_of_recording(record, preprocessing, {}).warnings, IsEmpty());
  }
  std::ranges::fill(record.leads[0].samples, 3);
  EXPECT_ERROR(beats_of_recording(record, scaled, {}), ErrorKind::data, "lead MLII", "no ECG");
}

TEST(FieldCases, TwelveLeadsInMicrovoltsWithoutAUnit) {
  BEATBENCH_NEED_CASES(field, "field");
  const auto read = [&](const char* name) {
    return read_csv_recording(field / "csv-12-lead-uv-no-unit" / name, {.sampling_rate_hz = 100});
  };
  const Record stated = read("uv_stated.csv");
  EXPECT_NEAR(to_millivolts(stated.leads[0])[0], -0.090, 1e-6);
  EXPECT_THAT(doubts_about(stated, of_recordings()), IsEmpty());
  Record open = read("uv_no_unit.csv");
  EXPECT_ERROR(input_of(open), ErrorKind::data, "uv_no_unit", "in uV it would be", "--units");
  expect_near(input_of(open, of_recordings("record")), input_of(stated, of_recordings("record")), 1e-5);
  state_units(open, "uV");
  EXPECT_EQ(input_of(open), input_of(stated));
}

// Neither a doubt about any real recording as it is, nor silence where it is wrong by 1000.
struct Seen {
  int records = 0, leads = 0;
  double lowest_mv = 1e9, highest_mv = 0;
};

void look_at(const Record& record, Seen& seen) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < record.leads.size(); ++i) {
    const auto amplitude = amplitude_mv(record.leads[i], record.sampling_rate_hz);
    ASSERT_TRUE(amplitude) << record.id;
    seen.lowest_mv = std::min(seen.lowest_mv, *amplitude);
    seen.highest_mv = std::max(seen.highest_mv, *amplitude);
    ++seen.leads;
    EXPECT_THAT(doubt_units(record, {&i, 1}, true), IsEmpty()) << record.id << " " << record.leads[i].name;
    all.push_back(i);
  }
  ++seen.records;
  EXPECT_THAT(doubt_units(record, all, true), IsEmpty()) << record.id;
  EXPECT_THAT(doubt_signal(record, all), IsEmpty()) << record.id;
  EXPECT_THAT(doubt_limb_leads(record), IsEmpty()) << record.id;
  for (const double factor : {1e3, 1e-3}) {
    Record wrong = record;
    for (Lead& lead : wrong.leads) {
      lead.gain *= factor;
      lead.units = "";
    }
    const std::vector<Doubt> doubts = doubt_units(wrong, all, true);
    ASSERT_EQ(doubts.size(), 1U) << record.id;
    EXPECT_TRUE(doubts[0].is_refusal) << record.id;
  }
}

Seen look_at_database(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  Seen seen;
  ReadOptions options;
  options.annotator.reset();
  for (const std::string& name : names) look_at(read_record(folder / name, options), seen);
  return seen;
}

TEST(Plausibility, RaisesNoDoubtAboutRealRecordings) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  BEATBENCH_NEED_DATABASE(svdb, "svdb");
  BEATBENCH_NEED_DATABASE(nstdb, "nstdb");
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  look_at_database(mitdb, {"101", "102", "107"});
  look_at_database(svdb, {"828", "877", "868"});
  look_at_database(nstdb, {"118e_6", "119e_6"});
  std::vector<std::string> names = open_database(ptbxl.string()).records;
  names.resize(20);
  look_at_database(ptbxl, names);
}

TEST(Full_Plausibility, RaisesNoDoubtAboutAnyRealRecording) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  BEATBENCH_NEED_DATABASE(svdb, "svdb");
  BEATBENCH_NEED_DATABASE(nstdb, "nstdb");
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const auto print = [](const char* name, const Seen& seen) {
    std::printf("%s: %d records, %d leads of %.3f to %.3f mV\n", name, seen.records, seen.leads, seen.lowest_mv,
                seen.highest_mv);
  };
  const Seen of_mitdb = look_at_database(mitdb, read_record_list(mitdb));
  EXPECT_EQ(of_mitdb.records, 48);
  print("mitdb", of_mitdb);
  const Seen of_svdb = look_at_database(svdb, read_record_list(svdb));
  EXPECT_EQ(of_svdb.records, 78);
  print("svdb", of_svdb);
  const Seen of_nstdb = look_at_database(nstdb, read_record_list(nstdb));
  EXPECT_GE(of_nstdb.records, 12);
  print("nstdb", of_nstdb);
  for (const char* name : {"ptbxl", "ptbxl_100hz"}) {
    const Seen of_ptbxl = look_at_database(ptbxl, open_database_as(name, ptbxl).records);
    EXPECT_EQ(of_ptbxl.records, 500);
    print(name, of_ptbxl);
  }
}

// Every other order of the augmented leads is seen and put right, in all of them.
TEST(Full_Plausibility, FindsEveryOrderOfAugmentedLeads) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  ReadOptions options;
  options.annotator.reset();
  options.leads = {"I", "II", "III", "aVR", "aVL", "aVF"};
  for (const std::string& name : open_database(ptbxl.string()).records) {
    const Record right = read_record(ptbxl / name, options);
    std::vector<std::size_t> order = {0, 1, 2};
    while (std::ranges::next_permutation(order).found) {
      Record record = right;
      for (std::size_t i = 0; i < 3; ++i) record.leads[3 + i].samples = right.leads[3 + order[i]].samples;
      EXPECT_EQ(doubt_limb_leads(record).size(), 1U) << name;
      EXPECT_NE(correct_assumed_order(record), "") << name;
      EXPECT_EQ(record.leads, right.leads) << name;
    }
    Record swapped = right;
    std::swap(swapped.leads[0].samples, swapped.leads[1].samples);
    ASSERT_EQ(doubt_limb_leads(swapped).size(), 1U) << name;
    EXPECT_THAT(doubt_limb_leads(swapped)[0].text, HasSubstr("with I and II exchanged")) << name;
  }
}

}  // namespace
}  // namespace beatbench
