#include "beatbench/signal/prepare.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "beatbench/signal/filter.h"
#include "beatbench/signal/resample.h"
#include "signal/made_up_record.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;
using tests::made_up_record;
using tests::plain;

const float kGap = std::numeric_limits<float>::quiet_NaN();

std::vector<float> filled(std::vector<float> signal) {
  fill_gaps(signal);
  return signal;
}

TEST(FillGaps, DrawsAStraightLine) {
  EXPECT_THAT(filled({1, kGap, kGap, kGap, 5}), ElementsAre(1, FloatEq(2), FloatEq(3), FloatEq(4), 5));
  EXPECT_THAT(filled({1, kGap, 3, kGap, -1}), ElementsAre(1, FloatEq(2), 3, FloatEq(1), -1));
}

TEST(FillGaps, RepeatsTheNearestValueAtTheEnds) {
  EXPECT_THAT(filled({kGap, kGap, 7, 8, kGap, kGap}), ElementsAre(7, 7, 7, 8, 8, 8));
}

TEST(FillGaps, NothingButGapsIsZero) { EXPECT_THAT(filled({kGap, kGap, kGap}), ElementsAre(0, 0, 0)); }

TEST(FillGaps, ChangesNothingElse) {
  EXPECT_THAT(filled({}), ElementsAre());
  EXPECT_THAT(filled({3, -1, 0}), ElementsAre(3, -1, 0));
}

TEST(Standardise, GivesMeanZeroAndDeviationOne) {
  std::vector<float> signal = {2, 4, 4, 4, 5, 5, 7, 9};  // mean 5, population SD 2: the example of many textbooks
  standardise(signal);
  EXPECT_THAT(signal, ElementsAre(-1.5F, -0.5F, -0.5F, -0.5F, 0, 0, 1, 2));
}

TEST(Standardise, AConstantBecomesZeros) {
  std::vector<float> signal(100, 0.3F);
  standardise(signal);
  EXPECT_THAT(signal, Each(0.0F));
  std::vector<float> none;
  standardise(none);
  EXPECT_TRUE(none.empty());
}

TEST(Standardise, SurvivesALargeOffset) {
  std::vector<float> signal = {100'000, 100'001, 100'000, 100'001};
  standardise(signal);
  EXPECT_THAT(signal,
              ElementsAre(FloatNear(-1, 1e-5F), FloatNear(1, 1e-5F), FloatNear(-1, 1e-5F), FloatNear(1, 1e-5F)));
}

TEST(PrepareLead, WithoutStepsIsTheLeadInMillivolts) {
  const Record record = made_up_record();
  const PreparedLead lead = prepare_lead(record, plain());
  EXPECT_EQ(lead.samples, to_millivolts(record.leads[1]));
  EXPECT_EQ(lead.record_rate_hz, 360);
}

TEST(PrepareLead, ChoosesTheLeadByName) {
  const Record record = made_up_record();
  ASSERT_EQ(record.leads[0].name, "V5");
  Preprocessing preprocessing = plain();
  preprocessing.leads = {"II", "v5", "MLII"};
  EXPECT_EQ(prepare_lead(record, preprocessing).samples, to_millivolts(record.leads[0]));
  preprocessing.leads = {"I", "aVL"};
  EXPECT_ERROR(prepare_lead(record, preprocessing), ErrorKind::unsupported, "record made-up", "I, aVL", "V5, MLII");
}

TEST(PrepareLead, AUnitThatIsNoVoltageIsRefused) {
  Record record = made_up_record();
  record.leads[1].units = "mmHg";
  EXPECT_ERROR(prepare_lead(record, plain()), ErrorKind::unsupported, "MLII", "mmHg");
}

// The steps are done one after the other, in the order that the header states.
TEST(PrepareLead, FillsResamplesFiltersAndScales) {
  Record record = made_up_record();
  record.sampling_rate_hz = 500;
  record.leads[1].samples[700] = kMissingSample;
  const Preprocessing preprocessing;
  auto expected = to_millivolts(record.leads[1]);
  expected[700] = (expected[699] + expected[701]) / 2;
  expected = resample(expected, 500, 360);
  filter_zero_phase(expected, butterworth_band_pass({5, 0.5, 40}, 360));
  std::vector<float> there = expected;  // sample 504 of 360 Hz is sample 700 of 500 Hz, which is missing
  there.erase(there.begin() + 504);
  double mean = 0, squares = 0;
  for (const float value : there) mean += static_cast<double>(value) / static_cast<double>(there.size());
  for (const float value : there) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(there.size()));
  for (float& value : expected) value = static_cast<float>((value - mean) / deviation);
  const PreparedLead lead = prepare_lead(record, preprocessing);
  EXPECT_EQ(std::ranges::count(lead.missing, 1), 1);
  EXPECT_EQ(lead.record_rate_hz, 500);
  ASSERT_EQ(lead.samples.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(lead.samples[i], expected[i], 1e-5) << i;
}

TEST(PrepareLead, ScalesByRecordOnlyWhereAsked) {
  Preprocessing preprocessing = plain();
  for (const auto& [scaling, scaled] : {std::pair{"record", true}, {"window", false}, {"none", false}}) {
    preprocessing.scaling = scaling;
    double sum = 0, squares = 0;
    const auto samples = prepare_lead(made_up_record(), preprocessing).samples;
    for (const float value : samples) {
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(samples.size());
    EXPECT_EQ(std::abs(sum / n) < 1e-5, scaled) << scaling;
    EXPECT_EQ(std::abs(squares / n - 1) < 1e-4, scaled) << scaling;
  }
}

// One missing sample must not spread through the filter, which would make every value NaN.
TEST(PrepareLead, AGapStaysAGap) {
  Record record = made_up_record();
  for (std::size_t i = 0; i < 50; ++i) record.leads[1].samples[i] = record.leads[1].samples[500 + i] = kMissingSample;
  for (const float value : prepare_lead(record, Preprocessing()).samples) ASSERT_TRUE(std::isfinite(value));
}

// A record of three leads, each of constant slope.
Record ramps(std::size_t length) {
  Record record;
  record.id = "ramps";
  record.sampling_rate_hz = 400;
  for (const auto& [name, step] : {std::pair{"V1", 1}, {"I", 2}, {"II", 3}}) {
    Lead lead;
    lead.name = name;
    lead.gain = 1;
    for (std::size_t i = 0; i < length; ++i) lead.samples.push_back(step * static_cast<std::int32_t>(i + 1));
    record.leads.push_back(lead);
  }
  return record;
}

Preprocessing two_leads_of(int length) {
  Preprocessing preprocessing = default_preprocessing("recording");
  preprocessing.leads = {"i", "II"};
  preprocessing.before_samples = length / 2;
  preprocessing.after_samples = length - length / 2;
  return preprocessing;
}

TEST(PrepareRecording, IsTheMiddleOfEachLeadInTheOrderAskedFor) {
  EXPECT_THAT(prepare_recording(ramps(9), two_leads_of(4)), ElementsAre(6, 8, 10, 12, 9, 12, 15, 18));
}

TEST(PrepareRecording, IsFilledUpWithZerosAtBothEnds) {
  EXPECT_THAT(prepare_recording(ramps(2), two_leads_of(5)), ElementsAre(0, 2, 4, 0, 0, 0, 3, 6, 0, 0));
}

TEST(PrepareRecording, ScaledLeadsKeepTheirSizesToEachOther) {
  Preprocessing preprocessing = two_leads_of(6);
  preprocessing.scaling = "record";
  const std::vector<float> scaled = prepare_recording(ramps(6), preprocessing);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    sum += static_cast<double>(scaled[i]);
    squares += static_cast<double>(scaled[i]) * static_cast<double>(scaled[i]);
  }
  EXPECT_NEAR(sum, 0, 1e-6);
  EXPECT_NEAR(squares / 12, 1, 1e-6);
  EXPECT_NEAR(scaled[11] / scaled[5], 1.5, 1e-6);
}

TEST(PrepareRecording, ALeadThatIsMissingIsNamed) {
  Preprocessing preprocessing = two_leads_of(4);
  preprocessing.leads = {"I", "V6"};
  EXPECT_ERROR(prepare_recording(ramps(9), preprocessing), ErrorKind::unsupported, "ramps", "V6");
}

}  // namespace
}  // namespace beatbench
