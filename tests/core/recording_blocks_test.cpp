#include "beatbench/core/recording_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kRate = 100;
constexpr std::size_t kBlock = 1000;

// Two leads that wander, of a length that is no whole number of blocks.
Record recording(unsigned seed, std::size_t length = 4500) {
  std::mt19937 draw(seed);
  Record record;
  record.sampling_rate_hz = kRate;
  for (const char* name : {"I", "II"}) {
    Lead lead;
    lead.name = name;
    std::int32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      value += static_cast<std::int32_t>(draw() % 21) - 10;
      lead.samples.push_back(value);
    }
    record.leads.push_back(lead);
  }
  return record;
}

Record part(Record record, std::size_t first, std::size_t count) {
  for (Lead& lead : record.leads) {
    lead.samples = {lead.samples.begin() + static_cast<std::ptrdiff_t>(first),
                    lead.samples.begin() + static_cast<std::ptrdiff_t>(first + count)};
  }
  return record;
}

SeenRecording seen(const Record& record, const std::string& name) {
  return {"a database", name, name, "", blocks_of(record)};
}

TEST(RecordingBlocks, AreThoseOfEachWholeStretchOfEachLead) {
  const RecordingBlocks blocks = blocks_of(recording(1));
  EXPECT_EQ(blocks.block_samples, 1000);
  EXPECT_EQ(blocks.hashes.size(), 2U * 4U);
  EXPECT_TRUE(std::ranges::is_sorted(blocks.hashes));
  EXPECT_EQ(blocks_of(recording(1, 700)).hashes.size(), 2U);  // shorter than 10 s: all of it
  EXPECT_EQ(blocks_of(recording(1, 700)).block_samples, 700);
  EXPECT_THAT(blocks_of(recording(1, 100)).hashes, IsEmpty());
  EXPECT_THAT(blocks_of({}).hashes, IsEmpty());
}

TEST(SeenIndex, FindsExcerptsSingleLeadsAndCopiesInOtherUnits) {
  const std::vector<SeenRecording> known = {seen(recording(1), "1"), seen(recording(2), "2")};
  const SeenIndex index(known);
  EXPECT_THAT(index.find_in(recording(1)), ElementsAre(0));
  EXPECT_THAT(index.find_in(recording(2)), ElementsAre(1));
  EXPECT_THAT(index.find_in(recording(3)), IsEmpty());
  // Wherever an excerpt of two blocks begins, one whole block is in it.
  for (const std::size_t first : {0, 1, 317, 999, 1000, 1001, 2000}) {
    EXPECT_THAT(index.find_in(part(recording(2), first, 2 * kBlock)), ElementsAre(1)) << first;
  }
  Record one_lead = recording(1);
  one_lead.leads.erase(one_lead.leads.begin());
  EXPECT_THAT(index.find_in(one_lead), ElementsAre(0));
  Record other_unit = recording(1);
  other_unit.sampling_rate_hz = 125;  // as its header may say
  for (Lead& lead : other_unit.leads) {
    for (std::int32_t& sample : lead.samples) sample = 5 * sample - 1234;
  }
  EXPECT_THAT(index.find_in(other_unit), ElementsAre(0));
  Record both = recording(1);
  const Record second = recording(2);
  for (std::size_t i = 0; i < both.leads.size(); ++i) {
    both.leads[i].samples.insert(both.leads[i].samples.end(), second.leads[i].samples.begin(),
                                 second.leads[i].samples.end());
  }
  EXPECT_THAT(index.find_in(both), ElementsAre(0, 1));
}

TEST(SeenIndex, DoesNotFindWhatIsAlikeInManyRecordings) {
  Record flat = recording(1), gaps = recording(1);
  for (Lead& lead : flat.leads) lead.samples.assign(4500, 7);
  for (Lead& lead : gaps.leads) {
    for (std::size_t i = 0; i < lead.samples.size(); i += 500) lead.samples[i] = kMissingSample;
  }
  EXPECT_THAT(blocks_of(flat).hashes, IsEmpty());
  EXPECT_THAT(blocks_of(gaps).hashes, IsEmpty());
  const std::vector<SeenRecording> known = {seen(flat, "flat"), seen(recording(1), "1")};
  EXPECT_THAT(SeenIndex(known).find_in(flat), IsEmpty());
}

// One changed sample leaves the other blocks as they are; a sample in each block, none.
TEST(SeenIndex, FindsWhatIsLeftOfARecording) {
  const std::vector<SeenRecording> known = {seen(recording(1), "1")};
  const SeenIndex index(known);
  Record changed = recording(1);
  for (Lead& lead : changed.leads) lead.samples[500] += 1;
  EXPECT_THAT(index.find_in(changed), ElementsAre(0));
  for (Lead& lead : changed.leads) {
    for (std::size_t i = 500; i < lead.samples.size(); i += kBlock) lead.samples[i] += 1;
  }
  EXPECT_THAT(index.find_in(changed), IsEmpty());
}

TEST(SeenRecording, GoesThroughJson) {
  const SeenRecording before = {"mitdb", "100", "mitdb/100", "extra training", blocks_of(recording(1))};
  const nlohmann::json json = before;
  EXPECT_EQ(json.get<SeenRecording>(), before);
  nlohmann::json damaged = json;
  damaged["blocks"] = std::string(json["blocks"]).substr(1);
  EXPECT_THROW(damaged.get<SeenRecording>(), Error);
  damaged["blocks"] = std::string(16, 'x');
  EXPECT_THROW(damaged.get<SeenRecording>(), Error);
}

}  // namespace
}  // namespace beatbench
