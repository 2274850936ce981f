// Sound EDF and BDF files, as EDFlib's writing half makes them and its reading half reads them (the reference
// implementation by the format's maintainer), and some put together by the bytes of the specification.
#include "beatbench/recordings/edf/recording.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cmath>
#include <memory>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/edf_bytes.h"
#include "support/edf_file.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::EdfBytes;
using tests::EdfSignal;
using tests::TestFolder;
using tests::write_edf;

std::vector<int> ramp(int length, int step) {
  std::vector<int> samples;
  for (int i = 0; i < length; ++i) samples.push_back(i * step - 100);
  return samples;
}

const std::vector<EdfSignal> kSignals = {{"Resp", "mV", -1, 1, -2048, 2047, ramp(30, 7), 10},
                                         {"ECG II", "mV", -5, 5, -2000, 2000, ramp(300, 1), 100},
                                         {"ekg V1", "uV", 5000, -5000, -2000, 2000, ramp(300, 2), 100}};

TEST(EdfRecording, EcgSignalsAreRead) {
  const TestFolder folder;
  for (const int type : {EDFLIB_FILETYPE_EDFPLUS, EDFLIB_FILETYPE_BDFPLUS}) {
    write_edf(folder / "holter.edf", type, kSignals, {{1.5, "Event button"}, {0.25, "N"}});
    std::vector<std::string> warnings;
    const Record record = read_edf_recording(
        folder / "holter.edf", {.on_warning = [&](const std::string& line) { warnings.push_back(line); }});
    EXPECT_EQ(record.id, "holter");
    EXPECT_EQ(record.subject, "holter");
    EXPECT_EQ(record.sampling_rate_hz, 100);
    EXPECT_EQ(record.start_s, 0);
    ASSERT_EQ(record.leads.size(), 2);
    EXPECT_EQ(record.leads[0].name, "II");
    EXPECT_EQ(record.leads[0].units, "mV");
    EXPECT_EQ(record.leads[0].gain, 400);
    EXPECT_EQ(record.leads[0].baseline, 0);
    EXPECT_EQ(record.leads[0].samples, kSignals[1].samples);
    EXPECT_THAT(warnings, ElementsAre());  // Resp was not asked for
    ASSERT_EQ(record.annotations.size(), 2);
    EXPECT_EQ(record.annotations[0].sample, 25);
    EXPECT_EQ(record.annotations[0].code, codes::note);
    EXPECT_EQ(record.annotations[0].aux, "N");
    EXPECT_EQ(record.annotations[1].sample, 150);
    EXPECT_EQ(record.annotations[1].aux, "Event button");
  }
}

// Asked for by another spelling; an electrode of an EEG is no chest lead.
TEST(EdfRecording, ALeadIsFoundHoweverItIsSpelt) {
  const TestFolder folder;
  EdfSignal lead = kSignals[1], electrode = kSignals[1];
  lead.label = "ECG Lead II";
  electrode.label = "C3";
  write_edf(folder / "x.edf", EDFLIB_FILETYPE_EDFPLUS, {electrode, lead});
  const Record record = read_edf_recording(folder / "x.edf", {.leads = {"DII"}});
  ASSERT_EQ(record.leads.size(), 1U);
  EXPECT_EQ(record.leads[0].name, "II");
  EXPECT_EQ(record.leads[0].samples, kSignals[1].samples);
  EXPECT_ERROR(read_edf_recording(folder / "x.edf", {.leads = {"V3"}}), ErrorKind::unsupported, "none of the leads");
}

TEST(EdfRecording, AnInvertedScaleIsTurnedAround) {
  const TestFolder folder;
  write_edf(folder / "x.edf", EDFLIB_FILETYPE_EDFPLUS, kSignals);
  const Record record = read_edf_recording(folder / "x.edf", {.leads = {"v1"}});
  const Lead& lead = record.leads.at(0);
  EXPECT_EQ(lead.name, "V1");
  EXPECT_EQ(lead.gain, 0.4);
  const std::vector<float> millivolts = to_millivolts(lead);
  for (std::size_t i = 0; i < millivolts.size(); ++i) {
    EXPECT_NEAR(millivolts[i], -kSignals[2].samples[i] * 2.5e-3, 1e-6);  // 10 mV over 4,000 steps
  }
}

TEST(EdfRecording, ARecordOfMitdbComesBack) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  const TestFolder folder;
  const Record record = read_record(mitdb / "100");
  std::vector<EdfSignal> signals;
  for (const Lead& lead : record.leads) {
    signals.push_back({"ECG " + lead.name, "mV", -5.12, 5.115, 0, 2047, {}, 360});
    signals.back().samples.assign(lead.samples.begin(), lead.samples.end() - 650'000 % 360);
  }
  write_edf(folder / "100.edf", EDFLIB_FILETYPE_EDFPLUS, signals);
  const Record back = read_edf_recording(folder / "100.edf");
  ASSERT_EQ(back.leads.size(), 2);
  EXPECT_EQ(back.sampling_rate_hz, 360);
  for (std::size_t l = 0; l < 2; ++l) {
    EXPECT_EQ(back.leads[l].name, record.leads[l].name);
    EXPECT_EQ(back.leads[l].samples, signals[l].samples);
    EXPECT_THAT(back.leads[l].gain, DoubleNear(record.leads[l].gain, 1e-9));
    EXPECT_EQ(back.leads[l].baseline, record.leads[l].baseline);
  }
}

TEST(EdfRecording, ARangeIsReadAlone) {
  const TestFolder folder;
  write_edf(folder / "x.edf", EDFLIB_FILETYPE_EDFPLUS, kSignals, {{0.5, "early"}, {1.5, "inside"}, {2.5, "late"}});
  const Record part = read_edf_recording(folder / "x.edf", {.leads = {"II"}, .first_sample = 95, .sample_count = 110});
  EXPECT_EQ(part.start_s, 0.95);
  ASSERT_EQ(part.leads.size(), 1);
  EXPECT_EQ(part.leads[0].samples,
            std::vector<int>(kSignals[1].samples.begin() + 95, kSignals[1].samples.begin() + 205));
  ASSERT_EQ(part.annotations.size(), 1);
  EXPECT_EQ(part.annotations[0].sample, 55);
  EXPECT_NE(part.content_hash, read_edf_recording(folder / "x.edf", {.leads = {"II"}}).content_hash);
  const auto error =
      tests::caught([&] { read_edf_recording(folder / "x.edf", {.first_sample = 1, .sample_count = 300}); });
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_THAT(error.text, HasSubstr("has 300 samples; asked for 300 from sample 1 on"));
}

TEST(EdfRecording, WithoutLabelsTheVoltagesOfTheFirstRateAreTaken) {
  const TestFolder folder;
  write_edf(folder / "x.edf", EDFLIB_FILETYPE_EDFPLUS,
            {{"SpO2", "%", 0, 100, 0, 100, ramp(3, 1), 1},
             {"II", "mV", -1, 1, -100, 100, ramp(60, 1), 20},
             {"V5", "mV", -1, 1, -100, 100, ramp(30, 1), 10}});
  std::vector<std::string> warnings;
  const Record record =
      read_edf_recording(folder / "x.edf", {.on_warning = [&](const std::string& line) { warnings.push_back(line); }});
  ASSERT_EQ(record.leads.size(), 1);
  EXPECT_EQ(record.leads[0].name, "II");
  EXPECT_EQ(record.sampling_rate_hz, 20);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("signal 'V5' is left out: it has 10 Hz, not 20")));
  const auto error = tests::caught([&] { read_edf_recording(folder / "x.edf", {.leads = {"V1"}}); });
  EXPECT_EQ(error.kind, ErrorKind::unsupported);
  EXPECT_THAT(error.text, HasSubstr("has none of the leads asked for; it has: 'SpO2' (%, 1 Hz), 'II' (mV, 20 Hz), "
                                    "'V5' (mV, 10 Hz), 'EDF Annotations' (annotations)"));
}

// What EDFlib reads: digital and physical samples of the signals, and notes.
struct Reference {
  std::vector<std::vector<int>> digital;
  std::vector<std::vector<double>> physical;
  std::vector<double> rates_hz;
  std::vector<tests::EdfNote> notes;
};

Reference read_by_edflib(const std::filesystem::path& path) {
  const auto header = std::make_unique<edf_hdr_struct>();
  if (edfopen_file_readonly(path.c_str(), header.get(), EDFLIB_READ_ALL_ANNOTATIONS) != 0) return {};
  Reference reference;
  for (int s = 0; s < header->edfsignals; ++s) {
    const edf_param_struct& signal = header->signalparam[s];
    const int length = static_cast<int>(signal.smp_in_file);
    std::vector<int> digital(static_cast<std::size_t>(length));
    std::vector<double> physical(digital.size());
    EXPECT_EQ(edfread_digital_samples(header->handle, s, length, digital.data()), length);
    edfrewind(header->handle, s);
    EXPECT_EQ(edfread_physical_samples(header->handle, s, length, physical.data()), length);
    reference.digital.push_back(digital);
    reference.physical.push_back(physical);
    reference.rates_hz.push_back(signal.smp_in_datarecord * static_cast<double>(EDFLIB_TIME_DIMENSION) /
                                 static_cast<double>(header->datarecord_duration));
  }
  for (int i = 0; i < header->annotations_in_file; ++i) {
    edf_annotation_struct note;
    edf_get_annotation(header->handle, i, &note);
    reference.notes.push_back({static_cast<double>(note.onset) / EDFLIB_TIME_DIMENSION, note.annotation});
  }
  edfclose_file(header->handle);
  return reference;
}

// Steps of all sizes between the ends of a range.
std::vector<int> wave(std::size_t length, int low, int high) {
  std::vector<int> samples;
  for (std::size_t i = 0; i < length; ++i) {
    samples.push_back(low + static_cast<int>((i * i * 7919 + i * 31) % static_cast<std::size_t>(high - low + 1)));
  }
  samples.front() = low;
  samples.back() = high;
  return samples;
}

void expect_same(const Record& record, const std::vector<int>& order, const Reference& reference) {
  ASSERT_EQ(record.leads.size(), order.size());
  for (std::size_t l = 0; l < order.size(); ++l) {
    const Lead& lead = record.leads[l];
    const auto s = static_cast<std::size_t>(order[l]);
    ASSERT_EQ(lead.samples.size(), reference.digital[s].size());
    EXPECT_NEAR(record.sampling_rate_hz, reference.rates_hz[s], 1e-9 * reference.rates_hz[s]);
    const int sign = reference.physical[s].front() < reference.physical[s].back() ? 1 : -1;  // from low to high
    for (std::size_t i = 0; i < lead.samples.size(); ++i) {
      ASSERT_EQ(lead.samples[i], sign * reference.digital[s][i]) << lead.name << " " << i;
      const double physical = (lead.samples[i] - lead.baseline) / lead.gain;
      ASSERT_NEAR(physical, reference.physical[s][i], 0.5001 / lead.gain) << lead.name << " " << i;  // whole baseline
    }
  }
  ASSERT_EQ(record.annotations.size(), reference.notes.size());
  for (std::size_t i = 0; i < reference.notes.size(); ++i) {
    EXPECT_EQ(record.annotations[i].sample, std::llround(reference.notes[i].at_s * record.sampling_rate_hz));
    EXPECT_EQ(record.annotations[i].aux, reference.notes[i].text);
  }
}

TEST(EdfRecording, SoundFilesAreWhatEdflibReads) {
  const TestFolder folder;
  const struct {
    double record_s;
    double rate_hz;
  } shapes[] = {{1, 1},     {1, 128},  {1, 360},      {0.5, 250},  {0.25, 2000},
                {10, 25.6}, {30, 100}, {3, 100. / 3}, {0.1, 20480}};
  for (const int type : {EDFLIB_FILETYPE_EDFPLUS, EDFLIB_FILETYPE_BDFPLUS}) {
    const int half = type == EDFLIB_FILETYPE_EDFPLUS ? 32768 : 8388608;
    for (const auto& [record_s, rate_hz] : shapes) {
      SCOPED_TRACE(testing::Message() << type << " " << record_s << " s " << rate_hz << " Hz");
      const auto length = static_cast<std::size_t>(std::lround(7 * record_s * rate_hz));
      write_edf(folder / "x.edf", type,
                {{"ECG V6", "uV", 3276.7, -3276.8, -half, half - 1, wave(length, -half, half - 1), rate_hz},
                 {"Temp", "degC", 20, 45, -half, half - 1, wave(7, 0, 9), 1 / record_s},
                 {"ECG I", "mV", -5, 5.1, -2047, 2048, wave(length, -2047, 2048), rate_hz},
                 {"EKG aVR", "mV", 0, 10, 0, 1023, wave(length, 0, 1023), rate_hz}},
                {{0, "begin"}, {record_s, "\u00E4rgerlich"}, {6.25 * record_s, "N"}}, record_s);
      const Reference reference = read_by_edflib(folder / "x.edf");
      ASSERT_EQ(reference.digital.size(), 4);
      std::vector<std::string> warnings;
      const auto on_warning = [&](const std::string& line) { warnings.push_back(line); };
      expect_same(read_edf_recording(folder / "x.edf", {.on_warning = on_warning}), {0, 2, 3}, reference);
      expect_same(read_edf_recording(folder / "x.edf", {.leads = {"avr", "ECG I"}}), {3, 2}, reference);
      EXPECT_THAT(warnings, ElementsAre());
    }
  }
}

// 999 s of four leads: more than is held at a time, in small data records and in ones that are larger than that.
TEST(EdfRecording, LongFilesAreReadInParts) {
  const TestFolder folder;
  for (const double record_s : {0.01, 33.3}) {
    const std::vector<int> samples = wave(99'900 * 4, -2000, 2000);
    write_edf(folder / "x.edf", EDFLIB_FILETYPE_EDFPLUS,
              {{"ECG I", "mV", -5, 5, -2000, 2000, samples, 400},
               {"ECG II", "mV", -5, 5, -2000, 2000, {samples.rbegin(), samples.rend()}, 400},
               {"Sound", "mV", -5, 5, -2000, 2000, wave(999'000 * 4, -2000, 2000), 4000}},
              {}, record_s);
    const Record whole = read_edf_recording(folder / "x.edf");
    ASSERT_EQ(whole.leads.size(), 2);
    EXPECT_EQ(whole.leads[0].samples, samples);
    EXPECT_EQ(whole.leads[1].samples, std::vector<int>(samples.rbegin(), samples.rend()));
    const Record part = read_edf_recording(folder / "x.edf", {.first_sample = 12'345, .sample_count = 234'567});
    EXPECT_EQ(part.leads[0].samples, std::vector<int>(samples.begin() + 12'345, samples.begin() + 246'912));
    EXPECT_EQ(part.leads[1].samples, std::vector<int>(samples.rbegin() + 12'345, samples.rbegin() + 246'912));
  }
}

// Two data records of 1 s with one signal of four samples.
EdfBytes plain_edf() {
  EdfBytes edf;
  edf.fields[EdfBytes::patient] = "Haagse Harry";
  edf.fields[EdfBytes::recording] = "Startdate 30-DEC-2009";
  auto& signal = edf.add("ECG", "mV", {0, 1, -1, 256, 32767, -32768, 10000, -10000}, 4);
  signal.fields[EdfBytes::physical_min] = "-3.2768";
  signal.fields[EdfBytes::physical_max] = "3.2767";
  signal.fields[EdfBytes::prefiltering] = "HP:0.05Hz";
  return edf;
}

TEST(EdfRecording, PlainEdfBySpecification) {
  const TestFolder folder;
  folder.put("x.edf", plain_edf().bytes());
  std::vector<std::string> warnings;
  const Record record =
      read_edf_recording(folder / "x.edf", {.on_warning = [&](const std::string& line) { warnings.push_back(line); }});
  ASSERT_EQ(record.leads.size(), 1);
  EXPECT_EQ(record.leads[0].name, "ECG");
  EXPECT_THAT(record.leads[0].samples, ElementsAre(0, 1, -1, 256, 32767, -32768, 10000, -10000));
  EXPECT_EQ(record.sampling_rate_hz, 4);
  EXPECT_THAT(record.leads[0].gain, DoubleNear(10'000, 1e-6));
  EXPECT_EQ(record.leads[0].adc_resolution_bits, 16);
  EXPECT_THAT(warnings, ElementsAre());
}

// BioSemi's own form: the version's first byte is 255, three bytes a sample, no annotations.
TEST(EdfRecording, PlainBdfBySpecification) {
  const TestFolder folder;
  EdfBytes bdf;
  bdf.fields[EdfBytes::version] = "\377BIOSEMI";
  bdf.fields[EdfBytes::reserved] = "24BIT";
  bdf.add("EKG", "uV", {0, 1, -1, 65536, 8388607, -8388608}, 3, 3);
  bdf.add("Status", "Boolean", {0, 0, 0, 0, 0, 0}, 3, 3);
  folder.put("x.bdf", bdf.bytes());
  std::vector<std::string> warnings;
  const Record record =
      read_edf_recording(folder / "x.bdf", {.on_warning = [&](const std::string& line) { warnings.push_back(line); }});
  ASSERT_EQ(record.leads.size(), 1);
  EXPECT_THAT(record.leads[0].samples, ElementsAre(0, 1, -1, 65536, 8388607, -8388608));
  EXPECT_EQ(record.leads[0].gain, 1);
  EXPECT_EQ(record.leads[0].adc_resolution_bits, 24);
  EXPECT_THAT(warnings, ElementsAre());
}

TEST(EdfRecording, WhatIsWrongIsSaid) {
  const TestFolder folder;
  const auto error_of = [&](const std::string& bytes) {
    folder.put("x.edf", bytes);
    return tests::caught([&] { read_edf_recording(folder / "x.edf"); });
  };
  const auto missing = tests::caught([&] { read_edf_recording(folder / "none.edf"); });
  EXPECT_EQ(missing.kind, ErrorKind::io);
  EXPECT_THAT(missing.text, HasSubstr("none.edf: cannot read: No such file"));
  const auto a_folder = tests::caught([&] { read_edf_recording(folder.path()); });
  EXPECT_EQ(a_folder.kind, ErrorKind::io);
  EXPECT_THAT(a_folder.text, HasSubstr("is a folder, a pipe or a device; allowed: a regular file"));
  ASSERT_EQ(::mkfifo((folder / "pipe.edf").c_str(), 0600), 0);
  EXPECT_EQ(tests::caught([&] { read_edf_recording(folder / "pipe.edf"); }).kind, ErrorKind::io);
  EXPECT_EQ(tests::caught([&] { read_edf_recording("/dev/zero"); }).kind, ErrorKind::io);

  EXPECT_THAT(error_of("time;II\n0;1\n").text, HasSubstr("x.edf: has 12 bytes"));
  EXPECT_THAT(error_of(std::string(5000, 'x')).text,
              HasSubstr("x.edf: breaks the EDF format: the version is 'xxxxxxxx'"));
  EdfBytes edf = plain_edf();
  edf.fields[EdfBytes::duration] = "0";
  const auto no_duration = error_of(edf.bytes());
  EXPECT_EQ(no_duration.kind, ErrorKind::data);
  EXPECT_THAT(no_duration.text, HasSubstr("the duration of a data record is '0'; allowed: a number of seconds"));
  edf = plain_edf();
  edf.signals[0].fields[EdfBytes::label] = "Bel";
  edf.signals[0].fields[EdfBytes::dimension] = "mm";
  const auto other_unit = error_of(edf.bytes());
  EXPECT_EQ(other_unit.kind, ErrorKind::unsupported);
  EXPECT_THAT(other_unit.text,
              HasSubstr("has no signal that may be an ECG by label and unit; it has: 'Bel' (mm, 4 Hz)"));
}

}  // namespace
}  // namespace beatbench
