#include "beatbench/core/record.h"

#include <gmock/gmock.h>

#include <cmath>

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
  for (const char* name :
       {"MLII", "V1",  "V5",   "mod.V1", "MLIII", "D3", "ECG", "ECG1", "ECG lead II", "EKG 2", "I",
        "aVR",  "AVF", "MCL1", "V",      "V4R",   "V9", "CM5", "CC5",  "ML2",         "MV2",   "lead II"}) {
    EXPECT_TRUE(is_ecg_lead(name)) << name;
  }
  for (const char* name : {"ABP",      "ART",  "PAP",    "CVP",        "PLETH",
                           "Resp",     "RESP", "SpO2",   "EEG Fpz-Cz", "EEG",
                           "EOG(L)",   "EMG",  "SV",     "CO2",        "record x, signal 0",
                           "column 1", "",     "noise1", "BP",         "IV"}) {
    EXPECT_FALSE(is_ecg_lead(name)) << name;
  }
}

}  // namespace
}  // namespace beatbench
