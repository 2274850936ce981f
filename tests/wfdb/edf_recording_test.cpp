// EDF and BDF files, as EDFlib's writing half makes them (the reference implementation by the format's maintainer), and
// one put together by the bytes of the EDF specification (edfplus.info/specs/edf.html).
#include "beatbench/wfdb/edf_recording.h"

#include <gmock/gmock.h>

#include "beatbench/core/files.h"
#include "beatbench/wfdb/record_io.h"
#include "support/edf_file.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
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
  EXPECT_EQ(record.leads[0].name, "Lead II");
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
  EXPECT_THAT(error.text, HasSubstr("has none of the leads asked for; it has: 'SpO2', 'II', 'V5'"));
}

std::string field(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}

// Plain EDF: two data records of 1 s with one signal of four samples, low byte first.
std::string plain_edf(const std::string& reserved = "", const std::string& records = "2") {
  std::string text = field("0", 8) + field("Haagse Harry", 80) + field("Startdate 30-DEC-2009", 80) + "30.12.09" +
                     "11.25.00" + field("512", 8) + field(reserved, 44) + field(records, 8) + field("1", 8) +
                     field("1", 4);
  text += field("ECG", 16) + field("electrode", 80) + field("mV", 8) + field("-3.2768", 8) + field("3.2767", 8) +
          field("-32768", 8) + field("32767", 8) + field("HP:0.05Hz", 80) + field("4", 8) + field("", 32);
  for (const int sample : {0, 1, -1, 256, 32767, -32768, 10000, -10000}) {
    text += static_cast<char>(sample & 0xFF);
    text += static_cast<char>(sample >> 8 & 0xFF);
  }
  return text;
}

TEST(EdfRecording, PlainEdfBySpecification) {
  const TestFolder folder;
  folder.put("x.edf", plain_edf());
  const Record record = read_edf_recording(folder / "x.edf");
  ASSERT_EQ(record.leads.size(), 1);
  EXPECT_EQ(record.leads[0].name, "ECG");
  EXPECT_THAT(record.leads[0].samples, ElementsAre(0, 1, -1, 256, 32767, -32768, 10000, -10000));
  EXPECT_EQ(record.sampling_rate_hz, 4);
  EXPECT_THAT(record.leads[0].gain, DoubleNear(10'000, 1e-6));
  EXPECT_EQ(record.leads[0].adc_resolution_bits, 16);
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

  const std::string whole = plain_edf();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto error = error_of(whole.substr(0, size));
    ASSERT_FALSE(error.text.empty()) << size;
    EXPECT_THAT(error.text, HasSubstr("x.edf: ")) << size;
  }
  for (const char* records : {"99999999", "0", "-1", "1x"}) {  // no memory is asked for what the file cannot hold
    EXPECT_EQ(error_of(plain_edf("", records)).kind, ErrorKind::data) << records;
  }
  std::string no_duration = whole;
  no_duration.replace(244, 1, "0");
  EXPECT_EQ(error_of(no_duration).kind, ErrorKind::data);
  EXPECT_THAT(error_of("time;II\n0;1\n").text, HasSubstr("breaks the EDF format"));
  std::string other_unit = whole;
  other_unit.replace(other_unit.find("mV"), 2, "mm");
  other_unit.replace(other_unit.find("ECG"), 3, "Bel");
  EXPECT_THAT(error_of(other_unit).text, HasSubstr("has no signal in mV or uV; it has: 'Bel'"));
}

TEST(EdfRecording, PiecesWithGapsAreNotSupported) {
  const TestFolder folder;
  write_edf(folder / "x.edf", EDFLIB_FILETYPE_EDFPLUS, kSignals);
  std::string bytes = read_text_file(folder / "x.edf");
  bytes.replace(bytes.find("EDF+C"), 5, "EDF+D");
  folder.put("x.edf", bytes);
  const auto error = tests::caught([&] { read_edf_recording(folder / "x.edf"); });
  EXPECT_EQ(error.kind, ErrorKind::unsupported);
  EXPECT_THAT(error.text, HasSubstr("is EDF+D"));
}

}  // namespace
}  // namespace beatbench
