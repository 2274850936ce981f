// Which signals of an EDF file are leads of an ECG: by label and unit.
#include <initializer_list>

#include "recordings/edf/reading.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::EdfReading;
using Bytes = tests::EdfBytes;

class EdfChoice : public tests::EdfFiles {
 protected:
  struct Named {
    std::string label, unit;
    std::size_t rate = 10;
  };

  EdfReading read_signals(const std::vector<Named>& signals, const std::vector<std::string>& leads = {}) {
    Bytes edf;
    for (const Named& s : signals) edf.add(s.label, s.unit, std::vector<int>(2 * s.rate, 7), s.rate);
    return read(edf, {.leads = leads});
  }

  // Names of the leads that are taken.
  std::vector<std::string> taken(const std::vector<Named>& signals, const std::vector<std::string>& leads = {}) {
    const EdfReading reading = read_signals(signals, leads);
    if (!reading.error.text.empty()) return {reading.error.text};
    std::vector<std::string> names;
    for (const Lead& lead : reading.record.leads) names.push_back(lead.name);
    return names;
  }
};

TEST_F(EdfChoice, ALeadIsNamedByItsLabel) {
  const std::vector<std::pair<std::string, std::string>> names = {
      {"ECG", "ECG"},       {"EKG", "EKG"},          {"ecg", "ecg"},
      {"ECG II", "II"},     {"EKG V1", "V1"},        {"ecg avr", "avr"},
      {"ECG_II", "II"},     {"ECG-V5", "V5"},        {"ECG: III", "III"},
      {"ECG lead I", "I"},  {"ECG LEAD aVF", "aVF"}, {"ECG1", "ECG1"},
      {"ECG I-II", "I-II"}, {"ECG - V2", "V2"},      {"ECG leadless", "leadless"},
      {"ECG -", "ECG -"},   {"ECG lead", "lead"},    {"ECG+ - ECG-", "ECG+ - ECG-"},
      {"II", "II"},         {"MLII", "MLII"},        {"  EKG  V3 ", "V3"}};
  for (const auto& [label, name] : names) {
    const EdfReading reading = read_signals({{"Resp", "mV"}, {label, "mV"}});
    ASSERT_EQ(reading.error.text, "") << label;
    ASSERT_EQ(reading.record.leads.size(), 1) << label;
    EXPECT_EQ(reading.record.leads[0].name, name);
    EXPECT_THAT(reading.warnings, IsEmpty()) << label;
  }
}

TEST_F(EdfChoice, TheUnitTellsAnEcgFromMetricsOfIt) {
  const Named ecg = {"ECG II", "uV"};
  for (const Named& other : std::initializer_list<Named>{{"ECG HR", "bpm"},
                                                         {"ECG HR", ""},
                                                         {"ECG HR", "mV"},
                                                         {"ECG rate", "1/min"},
                                                         {"ECG Heart Rate", "BPM"},
                                                         {"ECG Puls", ""},
                                                         {"EKG-HR", "/min"},
                                                         {"ECGHR", ""},
                                                         {"ECG RR", "ms"},
                                                         {"ECG ST-II", "mV"},
                                                         {"ECG ST1", "mV"},
                                                         {"ECG quality", ""},
                                                         {"HR", "bpm"},
                                                         {"Pulse", "bpm"},
                                                         {"Heartrate", ""}}) {
    const EdfReading first = read_signals({other, ecg}), last = read_signals({ecg, other});
    for (const EdfReading* reading : {&first, &last}) {
      ASSERT_EQ(reading->record.leads.size(), 1) << other.label << reading->error.text;
      EXPECT_EQ(reading->record.leads[0].name, "II");
      EXPECT_EQ(reading->record.sampling_rate_hz, 10);
      EXPECT_EQ(reading->warnings.size(), other.unit == "mV" ? 1 : 0) << other.label;
    }
    const EdfReading alone = read_signals({other});  // never a lead
    EXPECT_EQ(alone.error.kind, ErrorKind::unsupported) << other.label;
    EXPECT_THAT(alone.error.text, HasSubstr("it has: '" + other.label + "' (" +
                                            (other.unit.empty() ? "no unit" : other.unit) + ", 10 Hz)"));
    const std::string by_name = taken({ecg, other}, {other.label}).front();
    if (other.unit == "mV") {  // whoever names it knows better
      EXPECT_THAT(other.label, testing::EndsWith(by_name));
    } else {
      EXPECT_THAT(by_name, HasSubstr("has none of the leads asked for; it has: "));
    }
  }
  EXPECT_THAT(taken({{"ECG HR", "bpm", 1}, {"ECG I", "mV", 20}, {"ECG V5", "mV", 20}}), ElementsAre("I", "V5"));
}

TEST_F(EdfChoice, VoltageComesBeforeAnyOtherUnit) {
  const EdfReading reading = read_signals({{"ECG", "digit"}, {"ECG", "mV"}, {"ECG", ""}});
  ASSERT_EQ(reading.record.leads.size(), 1);
  EXPECT_EQ(reading.record.leads[0].units, "mV");
  EXPECT_THAT(reading.warnings,
              ElementsAre(HasSubstr(
                  "the physical dimension of signal 1 'ECG' is 'digit'; allowed: uV, mV, V or nV; it is left out; "
                  "likewise: signal 3 'ECG'")));
  EXPECT_THAT(read_signals({{"ECG", "digit"}}).error.text,
              HasSubstr("no signal that may be an ECG by label and unit; it has: 'ECG' (digit, 10 Hz)"));

  const EdfReading blank = read_signals({{"ECG", ""}, {"EEG", "uV"}});
  ASSERT_EQ(blank.record.leads.size(), 1) << blank.error.text;
  EXPECT_EQ(blank.record.leads[0].name, "ECG");
  EXPECT_EQ(blank.record.leads[0].units, "");
  EXPECT_THAT(
      blank.warnings,
      ElementsAre(HasSubstr("the physical dimension of signal 1 'ECG' is ''; allowed: uV, mV, V or nV; taken as mV")));
  // By name, of several of one name.
  const EdfReading named = read_signals({{"ECG", "digit"}, {"ECG", "mV"}}, {"ecg"});
  ASSERT_EQ(named.record.leads.size(), 1);
  EXPECT_EQ(named.record.leads[0].units, "mV");
}

TEST_F(EdfChoice, VoltagesAreKnownHoweverTheyAreSpelled) {
  const std::vector<std::pair<std::string, std::string>> units = {
      {"uV", "uV"},    {"mV", "mV"},       {"V", "V"},      {"nV", "nV"},        {"MV", "mV"},
      {"mv", "mV"},    {"UV", "uV"},       {"\xB5V", "uV"}, {"\xC2\xB5v", "uV"}, {"\xCE\xBCV", "uV"},
      {"mVolt", "mV"}, {"millivol", "mV"}, {"Volts", "V"},  {"microV", "uV"}};
  for (const auto& [text, unit] : units) {
    const EdfReading reading = read_signals({{"ECG", text}});
    ASSERT_EQ(reading.record.leads.size(), 1) << text << reading.error.text;
    EXPECT_EQ(reading.record.leads[0].units, unit);
    EXPECT_TRUE(is_voltage(reading.record.leads[0].units));
    EXPECT_EQ(reading.warnings.empty(), text == unit) << text;
  }
  for (const char* text : {"mVs", "kV", "Vm", "mmHg", "%", "uW", "mV/s", "bpm"}) {
    EXPECT_THAT(taken({{"ECG", text}}), ElementsAre(HasSubstr("no signal that may be an ECG"))) << text;
  }
}

TEST_F(EdfChoice, LabelsComeBeforeLeadNamesAndTheseBeforeTheRest) {
  const Named ecg = {"EKG", "uV"}, lead = {"II", "mV"}, other = {"Channel 1", "mV"}, eeg = {"EEG C3-A2", "uV"};
  EXPECT_THAT(taken({eeg, other, lead, ecg}), ElementsAre("EKG"));
  EXPECT_THAT(taken({eeg, other, lead}), ElementsAre("II"));
  EXPECT_THAT(taken({eeg, other}), ElementsAre("Channel 1"));
  EXPECT_THAT(read_signals({eeg, other}).warnings,
              ElementsAre(HasSubstr("no label names an ECG; taken for one: signal 2 'Channel 1'")));
  EXPECT_THAT(taken({eeg, {"Channel 2", ""}}), ElementsAre("Channel 2"));
  EXPECT_THAT(taken({eeg, {"Resp", "mV"}, {"EMG1", "mV"}, {"SaO2", "%"}}),
              ElementsAre(HasSubstr("no signal that may be an ECG")));
}

TEST_F(EdfChoice, TheRateIsTheHighest) {
  const EdfReading reading =
      read_signals({{"ECG II", "mV"}, {"ECG I", "mV", 20}, {"ECG III", "mV", 20}, {"ECG V1", "mV", 5}});
  ASSERT_EQ(reading.record.leads.size(), 2);
  EXPECT_EQ(reading.record.leads[0].name, "I");
  EXPECT_EQ(reading.record.sampling_rate_hz, 20);
  EXPECT_THAT(reading.warnings,
              ElementsAre(HasSubstr("signal 'ECG II' is left out: it has 10 Hz, not 20; likewise: 'ECG V1'")));
}

// By default the leads that can be read are; by name, each must be.
TEST_F(EdfChoice, ALeadWithoutAScale) {
  Bytes edf;
  edf.add("ECG I", "mV", std::vector<int>(20, 7), 10);
  edf.add("ECG II", "mV", std::vector<int>(20, 7), 10).fields[Bytes::digital_max] = "-32768";
  const EdfReading reading = read(edf);
  ASSERT_EQ(reading.record.leads.size(), 1);
  EXPECT_EQ(reading.record.leads[0].name, "I");
  EXPECT_THAT(reading.warnings,
              ElementsAre(HasSubstr("the digital maximum of signal 2 'ECG II' is '-32768'; allowed: above")));
  const EdfReading named = read(edf, {.leads = {"I", "II"}});
  EXPECT_EQ(named.error.kind, ErrorKind::data);
  EXPECT_THAT(named.error.text, HasSubstr("the digital maximum of signal 2 'ECG II' is '-32768'"));
}

TEST_F(EdfChoice, OneNameOfTwoLeadsIsSaid) {
  const EdfReading reading = read_signals({{"ECG", "mV"}, {"ECG V1", "mV"}, {"ECG", "mV"}, {"EKG V1", "mV"}});
  ASSERT_EQ(reading.record.leads.size(), 4);
  EXPECT_THAT(reading.warnings,
              ElementsAre(HasSubstr("the label of signal 3 'ECG' is 'ECG'; allowed: another than that "
                                    "of signal 1 'ECG'; likewise: signal 4 'EKG V1'")));
}

TEST_F(EdfChoice, TheListOfSignalsEnds) {
  const EdfReading reading = read_signals(std::vector<Named>(200, {"Temp", "degC"}));
  EXPECT_THAT(reading.error.text, HasSubstr("'Temp' (degC, 10 Hz) and 160 more"));
}

}  // namespace
}  // namespace beatbench
