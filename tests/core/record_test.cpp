#include "beatbench/core/record.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

Record with_leads(const std::vector<std::string>& names) {
  Record record;
  record.id = "100";
  for (const std::string& name : names) record.leads.emplace_back().name = name;
  return record;
}

// Record 100 of mitdb: gain 200 per mV, baseline 1024, first sample 995, which its publishers print as -0.145 mV.
TEST(Millivolts, FollowGainAndBaseline) {
  const Lead lead = {.name = "MLII", .gain = 200, .baseline = 1024, .samples = {995, 1024, 1224}};
  EXPECT_THAT(to_millivolts(lead), ElementsAre(FloatEq(-0.145F), FloatEq(0), FloatEq(1)));
}

TEST(Millivolts, AdcZeroDoesNotCount) {
  const Lead lead = {.name = "MLII", .gain = 100, .baseline = 0, .adc_zero = 1024, .samples = {50}};
  EXPECT_THAT(to_millivolts(lead), ElementsAre(FloatEq(0.5F)));
}

TEST(Millivolts, AMissingSampleIsNan) {
  const Lead lead = {.name = "MLII", .samples = {200, kMissingSample, 400}};
  const auto values = to_millivolts(lead);
  EXPECT_FLOAT_EQ(values[0], 1);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_FLOAT_EQ(values[2], 2);
}

TEST(Millivolts, EveryVoltageIsConverted) {
  for (const auto& [units, expected] :
       {std::pair{"mV", 2.0F}, {"uV", 0.002F}, {"V", 2000.0F}, {"nV", 2e-6F}, {"MV", 2.0F}, {"uv", 0.002F}}) {
    const Lead lead = {.name = "II", .units = units, .gain = 10, .baseline = -5, .samples = {15}};
    EXPECT_THAT(to_millivolts(lead), ElementsAre(FloatEq(expected))) << units;
  }
}

TEST(Millivolts, TheDistanceToTheBaselineMayExceed32Bits) {
  const Lead lead = {.name = "II", .gain = 1, .baseline = -2'000'000'000, .samples = {2'000'000'000}};
  EXPECT_THAT(to_millivolts(lead), ElementsAre(FloatEq(4e9F)));
}

TEST(Millivolts, AnotherUnitIsRefused) {
  for (const char* units : {"mmHg", "mVs"}) {
    const Lead lead = {.name = "ABP", .units = units, .samples = {}};
    EXPECT_ERROR(to_millivolts(lead), ErrorKind::unsupported, "lead ABP", "mV, uV, V or nV");
  }
}

TEST(Millivolts, AnUnknownUnitIsTakenForThem) {
  EXPECT_THAT(to_millivolts({.name = "Signal", .units = "", .gain = 2, .samples = {3}}), testing::ElementsAre(1.5F));
}

TEST(FindLead, TakesTheFirstWantedThatIsThere) {
  const std::vector<std::string> wanted = {"MLII", "II", "V5"};
  EXPECT_EQ(find_lead(with_leads({"V1", "MLII"}), wanted), 1);
  EXPECT_EQ(find_lead(with_leads({"V5", "V2"}), wanted), 0);
  EXPECT_EQ(find_lead(with_leads({"V5", "V2", "II"}), wanted), 2) << "the order of the wish counts";
}

TEST(FindLead, IgnoresCase) { EXPECT_EQ(find_lead(with_leads({"I", "mlii"}), std::vector<std::string>{"MLII"}), 1); }

TEST(FindLead, TheWholeNameMustAgree) {
  EXPECT_THROW(find_lead(with_leads({"V10", "aVR"}), std::vector<std::string>{"V1", "VR"}), Error);
}

// Spellings of databases, devices and EDF labels, and what only looks like one.
TEST(LeadNames, AreOneHoweverTheyAreSpelt) {
  const std::map<std::string, std::vector<std::string>> spellings = {
      {"I",
       {"I", "i", "Lead I", "DI", "D1", "LEAD_I", "ECG I", "ECG Lead I", "lead-I", "EKG:I", "ECGI", "D I", "I ECG"}},
      {"II", {"II", "Lead II", "DII", "D2", "LEAD_II", "ECG II", "ECG (Lead II)", "leadII", " II "}},
      {"III", {"III", "Lead III", "DIII", "D3", "ECG III"}},
      {"aVR", {"aVR", "AVR", "Lead aVR", "a VR", "ECG aVR", "aVR Lead"}},
      {"aVL", {"avl", "Lead AVL"}},
      {"aVF", {"AVF", "ECG_aVF"}},
      {"V1", {"V1", "Lead V1", "C1", "ECG V1", "V 1", "ECG C1", "lead v1"}},
      {"V6", {"V6", "c6", "LEAD V6"}},
      {"V4R", {"V4R", "v4r"}},
      {"MLII", {"MLII", "ML II", "ML2", "mod. II", "mod.II", "mlii"}},
      {"MV1", {"mod.V1", "MV1"}},
      {"MCL1", {"MCL1", "MCL 1"}}};
  for (const auto& [canonical, names] : spellings) {
    for (const std::string& name : names) EXPECT_EQ(canonical_lead_name(name), canonical) << name;
  }
  for (const char* name : {"",         "ECG", "ECG1",  "ECG 1", "EKG2", "Lead 2", "lead1",  "-aVR",    "ECG -aVR",
                           "V",        "VR",  "V10",   "V0",    "I-II", "V1-V2",  "I II",   "IV",      "1",
                           "column 1", "C7",  "C3-A2", "CM5",   "Di x", "ABP",    "signal", "MLII V5", "V1 filtered"})
    EXPECT_EQ(canonical_lead_name(name), "") << name;
}

TEST(FindLead, KnowsASpelling) {
  const auto find = [](const std::vector<std::string>& names, const std::vector<std::string>& wanted) {
    return find_lead(with_leads(names), wanted);
  };
  EXPECT_EQ(find({"Lead I", "Lead II"}, {"I"}), 0);
  EXPECT_EQ(find({"DI", "DII", "DIII"}, {"MLII", "II"}), 1);
  EXPECT_EQ(find({"I", "II"}, {"Lead II"}), 1) << "a wish, too";
  EXPECT_EQ(find({"Lead II", "II"}, {"II"}), 1) << "the name itself comes first";
  EXPECT_EQ(find({"V5", "ECG II"}, {"MLII", "II", "V5"}), 1) << "the order of the wish counts";
  EXPECT_EQ(find({"ML II", "II"}, {"II"}), 1) << "a modified lead is another one";
  EXPECT_THROW(find({"ML II"}, {"II"}), Error);
  EXPECT_EQ(find({"I", "II", "C1", "C2"}, {"V2"}), 3);
  EXPECT_THROW(find({"C3", "C4", "ECG"}, {"V3"}), Error) << "electrodes of an EEG";
}

TEST(FindLead, SaysHowNamesCanBeStatedWhereThereAreNone) {
  EXPECT_ERROR(find_lead(with_leads({"column 1", "column 2"}), std::vector<std::string>{"II"}), ErrorKind::unsupported,
               "column 2", "--leads-are");
  const auto error = tests::caught([] { find_lead(with_leads({"V5", "column 2"}), std::vector<std::string>{"II"}); });
  EXPECT_THAT(error.text, testing::Not(testing::HasSubstr("--leads-are")));
}

TEST(FindLead, NoneIsAnErrorThatListsWhatThereIs) {
  const std::vector<std::string> wanted = {"MLII", "II"};
  EXPECT_ERROR(find_lead(with_leads({"V5", "V2"}), wanted), ErrorKind::unsupported, "record 100", "MLII, II", "V5, V2");
  EXPECT_ERROR(find_lead(with_leads({}), wanted), ErrorKind::unsupported, "record 100", "no leads");
}

TEST(Record, LengthIsThatOfItsLeads) {
  Record record = with_leads({"I", "II"});
  record.leads[0].samples = {1, 2, 3};
  EXPECT_EQ(record.length_samples(), 3);
  EXPECT_EQ(Record().length_samples(), 0);
}

// Names as mitdb, edb, svdb, ltdb, incartdb, mimicdb, PTB-XL and EDF files have them, and what stands beside them.
TEST(EcgLead, IsKnownByItsName) {
  for (const char* name : {"MLII",  "V1",  "V5",  "mod.V1",  "MLIII", "D3",  "ECG",  "ECG1",  "ECG lead II",
                           "EKG 2", "I",   "aVR", "AVF",     "MCL1",  "V",   "V4R",  "V9",    "CM5",
                           "CC5",   "ML2", "MV2", "lead II", "DI",    "DII", "-aVR", "ECG C1"}) {
    EXPECT_TRUE(is_ecg_lead(name)) << name;
  }
  for (const char* name : {"ABP",      "ART",  "PAP",    "CVP",        "PLETH",
                           "Resp",     "RESP", "SpO2",   "EEG Fpz-Cz", "EEG",
                           "EOG(L)",   "EMG",  "SV",     "CO2",        "record x, signal 0",
                           "column 1", "",     "noise1", "BP",         "IV",
                           "C3",       "C4"}) {
    EXPECT_FALSE(is_ecg_lead(name)) << name;
  }
}

}  // namespace
}  // namespace beatbench
