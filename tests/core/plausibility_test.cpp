#include "beatbench/core/plausibility.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr double kRate_hz = 250;
constexpr int kLength = 2500;

// 0.1 mV of P, `r_mv` of QRS, 0.2 mV of T, once a second.
double wave_mv(int sample, double r_mv) {
  const double t = std::fmod(sample / kRate_hz, 1.0);
  const auto bump = [&](double at, double width) { return std::exp(-std::pow((t - at) / width, 2) / 2); };
  return 0.1 * bump(0.2, 0.03) + r_mv * bump(0.4, 0.012) - r_mv / 4 * bump(0.44, 0.01) + 0.2 * bump(0.65, 0.05);
}

// In mV, kept in steps of 1 uV.
Lead lead_of(const std::string& name, const std::vector<double>& values_mv) {
  Lead lead;
  lead.name = name;
  lead.gain = 1000;
  for (const double value : values_mv) lead.samples.push_back(static_cast<std::int32_t>(std::lround(1000 * value)));
  return lead;
}

Record one_lead(double r_mv = 1) {
  std::vector<double> values;
  for (int i = 0; i < kLength; ++i) values.push_back(wave_mv(i, r_mv));
  Record record;
  record.id = "r";
  record.sampling_rate_hz = kRate_hz;
  record.leads = {lead_of("II", values)};
  return record;
}

// The six limb leads of a heart whose vector turns; III, aVR, aVL and aVF by Einthoven and Goldberger.
Record limb_leads(const std::vector<std::string>& names = {"I", "II", "III", "aVR", "aVL", "aVF"}) {
  Record record;
  record.id = "r";
  record.sampling_rate_hz = kRate_hz;
  std::map<std::string, std::vector<double>> values;
  for (int i = 0; i < kLength; ++i) {
    const double one = wave_mv(i, 0.6), two = wave_mv(i + 8, 1.1);
    values["I"].push_back(one);
    values["II"].push_back(two);
    values["III"].push_back(two - one);
    values["aVR"].push_back(-(one + two) / 2);
    values["aVL"].push_back(one - two / 2);
    values["aVF"].push_back(two - one / 2);
  }
  for (const std::string& name : names) record.leads.push_back(lead_of(name, values.at(name)));
  return record;
}

std::vector<std::string> texts_of(const std::vector<Doubt>& doubts) {
  std::vector<std::string> texts;
  for (const Doubt& doubt : doubts) texts.push_back(doubt.text);
  return texts;
}

std::vector<Doubt> doubts_of_unit(const Record& record, bool unit_counts = true) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < record.leads.size(); ++i) all.push_back(i);
  return doubt_units(record, all, unit_counts);
}

TEST(Amplitude, IsTheMedianHeightOfTheWaves) {
  const Record record = one_lead(1);
  double low = 0, high = 0;
  for (int i = 0; i < kLength; ++i) {
    low = std::min(low, wave_mv(i, 1));
    high = std::max(high, wave_mv(i, 1));
  }
  EXPECT_NEAR(amplitude_mv(record.leads[0], kRate_hz).value(), high - low, 0.002);
  Lead in_uv = record.leads[0];
  in_uv.units = "uV";
  in_uv.gain = 1;
  EXPECT_NEAR(amplitude_mv(in_uv, kRate_hz).value(), high - low, 0.002);
}

TEST(Amplitude, DoesNotCountOffsetsGapsAndArtefacts) {
  Lead lead = one_lead(1).leads[0];
  const double clean = amplitude_mv(lead, kRate_hz).value();
  for (std::int32_t& sample : lead.samples) sample += 300'000;  // 300 mV
  EXPECT_DOUBLE_EQ(amplitude_mv(lead, kRate_hz).value(), clean);
  lead.samples[100] = 3'000'000;
  lead.samples[700] = -3'000'000;
  EXPECT_NEAR(amplitude_mv(lead, kRate_hz).value(), clean, 1e-9);
  std::fill(lead.samples.begin() + 1000, lead.samples.begin() + 2000, kMissingSample);
  EXPECT_GT(amplitude_mv(lead, kRate_hz).value(), 100) << "two of three stretches are artefacts";
}

TEST(Amplitude, OfWhatShowsNothingIsNotKnown) {
  Lead lead = one_lead().leads[0];
  std::ranges::fill(lead.samples, 17);
  EXPECT_EQ(amplitude_mv(lead, kRate_hz), std::nullopt);
  std::ranges::fill(lead.samples, kMissingSample);
  EXPECT_EQ(amplitude_mv(lead, kRate_hz), std::nullopt);
  lead.samples.clear();
  EXPECT_EQ(amplitude_mv(lead, kRate_hz), std::nullopt);
  lead = one_lead().leads[0];
  lead.units = "mmHg";
  EXPECT_EQ(amplitude_mv(lead, kRate_hz), std::nullopt);
  lead = one_lead().leads[0];
  lead.samples.resize(100);
  EXPECT_TRUE(amplitude_mv(lead, kRate_hz)) << "shorter than a stretch";
}

// What samples are, and what they are taken for: an ECG of 1.25 mV is found wherever it is wrong by 30 times or more,
// and doubted where it is wrong by ten.
TEST(Units, ThatCannotBeAreFound) {
  struct Case {
    const char* what;
    double factor;      // of the digits
    const char* units;  // what they are said to be in
    bool possible;
    const char* words;  // "": no doubt
  };
  for (const Case& c : {Case{"mV", 1, "mV", true, ""}, Case{"uV", 1e3, "uV", true, ""},
                        Case{"uV as mV", 1e3, "mV", false, "in uV it would be 1.2"},
                        Case{"V as mV", 1e-3, "mV", false, "in V it would be 1.2"},
                        Case{"nV as mV", 1e6, "mV", false, "in nV it would be 1.2"},
                        Case{"mV as uV", 1, "uV", false, "in mV it would be 1.2"},
                        Case{"mV as V", 1, "V", false, "in mV it would be 1.2"},
                        Case{"digits of 5 uV as mV", 200, "mV", false, "high; an ECG's are 0.1 to 8 mV"},
                        Case{"tenths as mV", 10, "mV", true, "tenths of mV would be usual"},
                        Case{"ten times too small", 0.05, "mV", true, "0.1 to 8 mV"}}) {
    Record record = one_lead();
    Lead& lead = record.leads[0];
    lead.gain /= c.factor;
    lead.units = c.units;
    std::vector<Doubt> doubts = doubts_of_unit(record);
    const std::string stated_text = "in " + std::string(c.units) + " as stated";
    if (*c.words == '\0') {
      EXPECT_THAT(texts_of(doubts), IsEmpty()) << c.what;
    } else {
      EXPECT_THAT(texts_of(doubts),
                  ElementsAre(AllOf(HasSubstr("lead II"), HasSubstr(c.words), HasSubstr(stated_text))))
          << c.what;
    }
    EXPECT_NO_THROW(refuse(record, doubts, "say it")) << c.what << ": what a file states is only doubted";
    if (std::string(c.units) != "mV") continue;
    for (const bool assumed : {true, false}) {
      lead.unit_is_assumed = assumed;
      lead.units = assumed ? "mV" : "";
      doubts = doubts_of_unit(record);
      EXPECT_EQ(doubts.size(), *c.words == '\0' ? 0U : 1U) << c.what;
      if (c.possible)
        EXPECT_NO_THROW(refuse(record, doubts, "say it")) << c.what;
      else
        EXPECT_ERROR(refuse(record, doubts, "say it"), ErrorKind::data, "record r", c.words, "no unit is stated",
                     "say it");
      EXPECT_THAT(doubts_of_unit(record, false), IsEmpty()) << "a unit that does not count";
      EXPECT_EQ(is_of_unknown_unit(lead, kRate_hz), !assumed || !c.possible) << c.what;
    }
  }
}

TEST(Units, OfLeadsAreJudgedTogether) {
  Record record = limb_leads();
  for (Lead& lead : record.leads) lead.unit_is_assumed = true;
  record.leads[2].gain *= 1000;  // an electrode is off: hardly anything there
  std::ranges::fill(record.leads[3].samples, 0);
  EXPECT_THAT(doubts_of_unit(record), IsEmpty());
  record.leads[5].gain /= 1000;  // and one is said to be in another unit than it is
  EXPECT_THAT(texts_of(doubts_of_unit(record)), ElementsAre(HasSubstr("lead aVF")));
  EXPECT_NO_THROW(refuse(record, doubts_of_unit(record), ""));
  for (Lead& lead : record.leads) lead.gain /= 1000;
  EXPECT_ERROR(refuse(record, doubts_of_unit(record), ""), ErrorKind::data, "leads I, II, III and 2 more");
}

TEST(Units, CanBeStatedWhereTheyAreOpen) {
  Record record = limb_leads({"I", "II"});
  Lead& pressure = record.leads.emplace_back(record.leads[0]);
  pressure.name = "ABP";
  pressure.units = "mmHg";
  record.leads[0].units = "";
  record.leads[1].unit_is_assumed = true;
  state_units(record, "uV");
  EXPECT_EQ(record.leads[0].units, "uV");
  EXPECT_EQ(record.leads[1].units, "uV");
  EXPECT_FALSE(record.leads[1].unit_is_assumed);
  EXPECT_EQ(record.leads[2].units, "mmHg");
  EXPECT_NO_THROW(state_units(record, "\u00B5V")) << "the same unit";
  EXPECT_ERROR(state_units(record, "mV"), ErrorKind::usage, "record r", "lead I", "uV", "mV");
  EXPECT_ERROR(state_units(record, "mmHg"), ErrorKind::usage, "mmHg", "mV, uV, V, nV");
  record.leads = {record.leads[2]};
  EXPECT_ERROR(state_units(record, "mV"), ErrorKind::usage, "no lead");
}

TEST(Signal, ThatNeverChangesIsRefused) {
  Record record = limb_leads({"I", "II"});
  const std::vector<std::size_t> both = {0, 1}, first = {0};
  std::ranges::fill(record.leads[0].samples, 5);
  EXPECT_THAT(doubt_signal(record, both), IsEmpty());
  EXPECT_ERROR(refuse(record, doubt_signal(record, first), ""), ErrorKind::data, "lead I", "no ECG");
  std::ranges::fill(record.leads[1].samples, kMissingSample);
  EXPECT_ERROR(refuse(record, doubt_signal(record, both), ""), ErrorKind::data, "leads I, II");
}

TEST(LimbLeads, ThatFulfilTheRelationsRaiseNoDoubt) {
  EXPECT_THAT(doubt_limb_leads(limb_leads()), IsEmpty());
  EXPECT_THAT(doubt_limb_leads(limb_leads({"aVF", "II", "aVR", "III", "I", "aVL"})), IsEmpty()) << "in any order";
  Record coarse = limb_leads();
  for (Lead& lead : coarse.leads) {
    for (std::int32_t& sample : lead.samples) sample = sample / 10 * 10;  // steps of 10 uV
  }
  EXPECT_THAT(doubt_limb_leads(coarse), IsEmpty());
  Record apart = limb_leads();
  apart.leads[2].baseline = 700;
  EXPECT_THAT(doubt_limb_leads(apart), IsEmpty()) << "means do not count";
  Record off = limb_leads();
  std::ranges::fill(off.leads[4].samples, 0);
  EXPECT_THAT(doubt_limb_leads(off), IsEmpty()) << "a lead that is off says nothing";
  for (const auto& names : {std::vector<std::string>{"I", "II"}, {"I", "aVR", "aVL", "aVF"}, {"II"}})
    EXPECT_THAT(doubt_limb_leads(limb_leads(names)), IsEmpty()) << "too few to say";
}

TEST(LimbLeads, ThatAreExchangedOrInvertedAreFound) {
  const auto doubt_after = [](auto&& change, const std::vector<std::string>& names) {
    Record record = limb_leads(names);
    change(record);
    const std::vector<Doubt> doubts = doubt_limb_leads(record);
    EXPECT_THAT(doubts, testing::SizeIs(1));
    for (const Doubt& doubt : doubts) EXPECT_FALSE(doubt.is_refusal);
    return doubts.empty() ? "" : doubts.front().text;
  };
  const std::vector<std::string> six = {"I", "II", "III", "aVR", "aVL", "aVF"};
  for (std::size_t a = 0; a < 6; ++a) {
    const std::string inverted = doubt_after(
        [&](Record& record) {
          for (std::int32_t& sample : record.leads[a].samples) sample = -sample;
        },
        six);
    EXPECT_THAT(inverted, HasSubstr(six[a] + " inverted"));
    EXPECT_THAT(inverted, Not(HasSubstr(", or "))) << six[a];
    for (std::size_t b = a + 1; b < 6; ++b) {
      const std::string text =
          doubt_after([&](Record& record) { std::swap(record.leads[a].name, record.leads[b].name); }, six);
      EXPECT_THAT(text, HasSubstr(six[a] + " and " + six[b] + " exchanged"));
      EXPECT_THAT(text, Not(HasSubstr(", or "))) << six[a] << six[b];
    }
  }
  EXPECT_THAT(
      doubt_after([](Record& record) { std::swap(record.leads[0].name, record.leads[1].name); }, {"I", "II", "III"}),
      AllOf(HasSubstr("III inverted"), HasSubstr("I and II exchanged")))
      << "three leads do not tell which";
  EXPECT_THAT(doubt_after(
                  [](Record& record) {
                    record.leads[3].name = "aVL";
                    record.leads[4].name = "aVF";
                    record.leads[5].name = "aVR";
                  },
                  six),
              HasSubstr("aVF, aVR, aVL standing as aVR, aVL, aVF"));
  EXPECT_THAT(doubt_after(
                  [](Record& record) {
                    record.leads[2] = lead_of("III", std::vector<double>(kLength, 0)), record.leads[2].samples[0] = 1,
                    record.leads[3].samples = one_lead(3).leads[0].samples;
                  },
                  six),
              Not(HasSubstr("fulfil them")));
}

// As the twelve-lead files have them whose leads' order nobody says.
TEST(LimbLeads, InAnAssumedOrderAreMovedWhereTheyBelong) {
  const Record right = limb_leads();
  const std::vector<std::string> names = {"aVR", "aVL", "aVF"};
  std::vector<std::size_t> order = {0, 1, 2};
  do {
    Record record = right;
    for (std::size_t i = 0; i < 3; ++i) record.leads[3 + i].samples = right.leads[3 + order[i]].samples;
    const std::string stand = names[order[0]] + ", " + names[order[1]] + ", " + names[order[2]];
    const std::string text = correct_assumed_order(record);
    EXPECT_EQ(record.leads, right.leads) << stand;
    if (std::ranges::is_sorted(order))
      EXPECT_EQ(text, "");
    else
      EXPECT_THAT(text, HasSubstr("stand as " + stand));
  } while (std::ranges::next_permutation(order).found);
}

TEST(LimbLeads, StayWhereNoOtherOrderFulfilsTheRelations) {
  Record inverted = limb_leads();
  for (std::int32_t& sample : inverted.leads[3].samples) sample = -sample;
  std::swap(inverted.leads[4].samples, inverted.leads[5].samples);
  Record swapped = limb_leads();
  std::swap(swapped.leads[0].samples, swapped.leads[1].samples);
  Record without = limb_leads({"I", "II", "aVR", "aVL"});
  std::swap(without.leads[2].samples, without.leads[3].samples);
  for (const Record& record : {inverted, swapped, without}) {
    Record after = record;
    EXPECT_EQ(correct_assumed_order(after), "");
    EXPECT_EQ(after.leads, record.leads);
    EXPECT_THAT(doubt_limb_leads(record), testing::SizeIs(1));
  }
}

TEST(LeadNames, CanBeStatedWhereTheyAreOpen) {
  Record record = limb_leads({"I", "II", "III"});
  record.leads[0].name = "column 1";
  record.leads[1].name = "ECG2";
  const std::vector<std::string> names = {"I", "II", "III"}, other = {"I", "II", "V1"}, twice = {"I", "Lead I", "III"};
  EXPECT_ERROR(state_leads(record, other), ErrorKind::usage, "record r", "III", "V1");
  EXPECT_ERROR(state_leads(record, twice), ErrorKind::usage, "Lead I", "twice");
  EXPECT_ERROR(state_leads(record, std::span(names).first(2)), ErrorKind::usage, "3 leads", "2 names");
  EXPECT_EQ(record.leads[0].name, "column 1");
  state_leads(record, names);
  EXPECT_EQ(record.leads, limb_leads({"I", "II", "III"}).leads);
}

}  // namespace
}  // namespace beatbench
