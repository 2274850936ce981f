#include "beatbench/data/recording.h"

#include <gmock/gmock.h>

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/resample.h"
#include "beatbench/simulation/simdb.h"
#include "data/made_up_data.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Record minute(double rate_hz) {
  SimulationOptions options;
  options.duration_s = 60;
  options.sampling_rate_hz = rate_hz;
  return simulate_record(options, 1);
}

std::vector<std::int64_t> beats_in(const Record& record) {
  std::vector<std::int64_t> beats;
  for (const Annotation& annotation : record.annotations) {
    if (is_beat(annotation.code)) beats.push_back(annotation.sample);
  }
  return beats;
}

std::vector<std::int64_t> samples_of(const BeatSet& set) {
  std::vector<std::int64_t> samples;
  for (const BeatRow& row : set.rows) samples.push_back(row.sample);
  return samples;
}

TEST(RecordingBeats, AreTheAnnotatedOnesWhereThereAreAny) {
  const Record record = minute(250);
  const RecordingBeats found = beats_of_recording(record, Preprocessing(), {});
  EXPECT_FALSE(found.detected);
  EXPECT_EQ(found.lead, "MLII");
  EXPECT_EQ(samples_of(found.beats), beats_in(record)) << "at the recording's own rate, the edges' beats as well";
  EXPECT_EQ(found.beats.values.size(), 216 * found.beats.size());
  EXPECT_THAT(found.warnings, IsEmpty());
}

// The model's lead is off in the middle of the minute; the other lead shows the beats, but there is nothing to
// classify.
TEST(RecordingBeats, AreDetectedInAllEcgLeads) {
  Record record = minute(360);
  ASSERT_EQ(record.leads.size(), 2);
  record.leads[1].name = "V1";
  Lead& pressure = record.leads.emplace_back(record.leads[1]);
  pressure.name = "ABP";
  pressure.units = "mmHg";
  EXPECT_EQ(beats_of_recording(record, Preprocessing(), {.from = "detected"}).searched_leads, 2);
  EXPECT_EQ(beats_of_recording(record, Preprocessing(), {.from = "detected", .lead = {"MLII"}}).searched_leads, 1);
  EXPECT_EQ(beats_of_recording(record, Preprocessing(), {.from = "detected", .detector = "hamilton"}).searched_leads,
            1);

  constexpr std::int64_t begin = 20 * 360, end = 40 * 360;
  Lead& own = record.leads[0];
  std::fill(own.samples.begin() + begin, own.samples.begin() + end, own.baseline);
  const auto in_the_middle = [&] {
    const auto found = samples_of(beats_of_recording(record, Preprocessing(), {.from = "detected"}).beats);
    return std::ranges::count_if(found, [](std::int64_t beat) { return beat >= begin && beat < end; });
  };
  const auto annotated = beats_in(record);
  EXPECT_EQ(in_the_middle(),
            std::ranges::count_if(annotated, [](std::int64_t beat) { return beat >= begin && beat < end; }));
  std::fill(own.samples.begin() + begin, own.samples.begin() + end, kMissingSample);
  EXPECT_EQ(in_the_middle(), 0);
}

// EC57's 150 ms; the simulated annotations lie at the R peaks.
TEST(RecordingBeats, AreDetectedAtAnyRate) {
  for (const double rate_hz : {128.0, 250.0, 360.0, 1000.0}) {
    const Record record = minute(rate_hz);
    const auto annotated = beats_in(record);
    const RecordingBeats found = beats_of_recording(record, Preprocessing(), {.from = "detected"});
    EXPECT_TRUE(found.detected);
    const auto detected = samples_of(found.beats);
    ASSERT_EQ(detected.size(), annotated.size()) << rate_hz << " Hz";
    for (std::size_t i = 0; i < detected.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(detected[i]), static_cast<double>(annotated[i]), 0.03 * rate_hz) << rate_hz;
    }
  }
}

// A hole in a recording must not rescale what is left of it.
TEST(RecordingBeats, OutsideOfAGapAreWhatTheyWere) {
  const Record whole = minute(250);
  Record torn = whole;
  for (Lead& lead : torn.leads) {
    const auto middle = lead.samples.begin() + 30 * 250;
    lead.samples.insert(middle, 300 * 250, kMissingSample);
  }
  std::erase_if(torn.annotations, [](const Annotation& a) { return a.sample > 28 * 250; });
  const RecordingBeats expected = beats_of_recording(whole, Preprocessing(), {}),
                       found = beats_of_recording(torn, Preprocessing(), {});
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("83 % of lead MLII is missing")));
  double largest = 0;
  for (std::size_t i = 0; i < found.beats.values.size(); ++i) {
    largest = std::max(
        largest, std::abs(static_cast<double>(found.beats.values[i]) - static_cast<double>(expected.beats.values[i])));
  }
  EXPECT_GT(found.beats.values.size(), 20U * 216);
  EXPECT_LT(largest, 0.1) << "in standard deviations; the filter and the halves' own mean leave something";
}

TEST(RecordingBeats, FlutterWavesAreBeatsForModelsThatHaveAClassForThem) {
  Record record = minute(360);
  const std::size_t beats = beats_in(record).size();
  Annotation wave = record.annotations.front();
  wave.code = codes::flutter_wave;
  record.annotations.insert(record.annotations.begin() + 1, wave);
  Annotation stray = wave;
  stray.sample = static_cast<std::int64_t>(record.length_samples()) + 5;
  record.annotations.push_back(stray);
  Preprocessing paper8, aami5;
  aami5.class_map = "aami5";
  EXPECT_EQ(beats_of_recording(record, paper8, {}).beats.size(), beats + 1) << "what lies past the end is left out";
  EXPECT_EQ(beats_of_recording(record, aami5, {}).beats.size(), beats);
}

// Whatever a column without a unit counts in, its beats are the same.
TEST(RecordingBeats, DoNotDependOnAnUnknownUnit) {
  Record record = minute(360);
  record.annotations.clear();
  const auto expected = samples_of(beats_of_recording(record, Preprocessing(), {}).beats);
  for (Lead& lead : record.leads) lead.units.clear();
  for (const double gain : {200.0, 0.2, 2e6}) {
    for (Lead& lead : record.leads) lead.gain = gain;
    const RecordingBeats found = beats_of_recording(record, Preprocessing(), {});
    EXPECT_EQ(samples_of(found.beats), expected) << gain;
    EXPECT_THAT(found.warnings, IsEmpty());
  }
  Preprocessing raw;
  raw.scaling = "none";
  EXPECT_ERROR(beats_of_recording(record, raw, {}), ErrorKind::data, "s002", "no unit is stated", "--units");
  for (Lead& lead : record.leads) lead.gain = 200;
  EXPECT_THAT(beats_of_recording(record, raw, {}).warnings, ElementsAre(HasSubstr("no unit")));
}

TEST(RecordingBeats, OfASingleLeadOfAnotherNameComeWithAWarning) {
  Record record = minute(360);
  record.leads.resize(1);
  record.leads[0].name = "Signal";
  const RecordingBeats found = beats_of_recording(record, Preprocessing(), {});
  EXPECT_EQ(found.lead, "Signal");
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("'Signal' is taken for one of MLII, II, V5")));
  record.leads.push_back(record.leads[0]);
  record.leads[1].name = "Other";
  EXPECT_ERROR(beats_of_recording(record, Preprocessing(), {}), ErrorKind::unsupported, "MLII", "Signal, Other");
  EXPECT_EQ(beats_of_recording(record, Preprocessing(), {.lead = {"other"}}).lead, "Other");
}

// The window of a beat at 250 Hz is the one that the resampled lead has at the nearest sample.
TEST(RecordingBeats, AreMappedThroughResampling) {
  const Record record = minute(250);
  Preprocessing plain;
  plain.filter.order = 0;
  plain.scaling = "none";
  const RecordingBeats found = beats_of_recording(record, plain, {});
  const std::vector<float> lead = resample(to_millivolts(record.leads[0]), 250, 360);
  for (const std::size_t i : {std::size_t{5}, std::size_t{20}}) {
    const double exact = static_cast<double>(found.beats.rows[i].sample) * 360 / 250;
    const auto nearest = static_cast<std::size_t>(std::lround(exact));
    EXPECT_FLOAT_EQ(found.beats.window(i)[108], lead[nearest]);
  }
}

TEST(RecordingBeats, ImagesNeedNoAnnotation) {
  Record record = minute(360);
  record.annotations.clear();
  Preprocessing images;
  images.input = "image";
  const RecordingBeats found = beats_of_recording(record, images, {});
  EXPECT_EQ(found.beats.shape.image_size, 128);
  EXPECT_EQ(found.beats.pixels.size(), found.beats.size() * 128 * 128);
}

TEST(RecordingBeats, WhatCannotBeIsNamed) {
  Record record = minute(360);
  EXPECT_ERROR(beats_of_recording(record, Preprocessing(), {.from = "guessed"}), ErrorKind::usage, "'guessed'",
               "auto, annotated, detected");
  EXPECT_ERROR(beats_of_recording(record, Preprocessing(), {.from = "detected", .detector = "eye"}), ErrorKind::usage,
               "eye", "bestpath");
  record.annotations.clear();
  EXPECT_ERROR(beats_of_recording(record, Preprocessing(), {.from = "annotated"}), ErrorKind::usage, "s002",
               "no annotated beats");
  for (Lead& lead : record.leads) std::ranges::fill(lead.samples, 7);
  EXPECT_ERROR(beats_of_recording(record, Preprocessing(), {}), ErrorKind::data, "s002", "no beat was found", "MLII");
}

// Stretches of records of mitdb at another rate, as frames of several samples and as plain ones: their beats are where
// the annotations of mitdb say.
TEST(FieldCases, BeatsAreFoundAtTheSignalsOwnRate) {
  BEATBENCH_NEED_CASES(cases, "field");
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  const struct {
    const char *name, *source;
    double rate_hz, seconds;
  } records[] = {{"drive200", "200", 496, 60}, {"flat208", "208", 250, 120}};
  for (const auto& [name, source, rate_hz, seconds] : records) {
    SCOPED_TRACE(name);
    const Record record = read_record(cases / "wfdb-multirate" / name, {.annotator = std::nullopt});
    ASSERT_EQ(record.sampling_rate_hz, rate_hz);
    const RecordingBeats found = beats_of_recording(record, Preprocessing(), {.from = "detected"});
    std::size_t beats = 0, near = 0;
    for (const std::int64_t beat : beats_in(read_record(mitdb / source, {.signals = false}))) {
      const double at_s = static_cast<double>(beat) / 360;
      if (at_s >= seconds) break;
      ++beats;
      near += std::ranges::any_of(found.beats.rows, [&](const BeatRow& row) {
        return std::abs(static_cast<double>(row.sample) / rate_hz - at_s) <= 0.150;  // the window of ANSI/AAMI EC57
      });
    }
    EXPECT_GE(static_cast<double>(near), 0.97 * static_cast<double>(beats));
    EXPECT_LE(static_cast<double>(found.beats.size()), 1.03 * static_cast<double>(beats));
  }
}

TEST(FieldCases, ARecordOfSegmentsHasTheBeatsOfAll) {
  BEATBENCH_NEED_CASES(cases, "field");
  const Record record = read_record(cases / "folder-with-segments/p1", {.annotator = std::nullopt});
  EXPECT_EQ(beats_of_recording(record, Preprocessing(), {}).beats.size(), 37U);
}

}  // namespace
}  // namespace beatbench
