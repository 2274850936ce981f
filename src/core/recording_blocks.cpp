#include "beatbench/core/recording_blocks.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>

#include "beatbench/core/error.h"
#include "core/json_fields.h"

namespace beatbench {
namespace {

constexpr double kBlockSeconds = 10;
constexpr std::size_t kShortestBlock = 200;  // samples: less says too little
constexpr std::size_t kLeastChanges = 50;    // steps of a block that are not 0
constexpr std::size_t kHexDigits = 16;       // of a hash

// Rabin and Karp's rolling hash (IBM J Res Dev 31:249, 1987), modulo the prime 2^61 - 1.
constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;
constexpr std::uint64_t kBase = 0x1b873593cc9e2d51 % kPrime;

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  const unsigned __int128 whole = static_cast<unsigned __int128>(a) * b;
  const auto sum = static_cast<std::uint64_t>(whole & kPrime) + static_cast<std::uint64_t>(whole >> 61);
  return sum >= kPrime ? sum - kPrime : sum;
}

std::uint64_t sum(std::uint64_t a, std::uint64_t b) { return a + b >= kPrime ? a + b - kPrime : a + b; }

// A step as a number below the prime, never 0: blocks of zeros of any number must differ.
std::uint64_t digit_of(std::int64_t step) {
  return step >= 0 ? static_cast<std::uint64_t>(step) + 1 : kPrime - static_cast<std::uint64_t>(-step);
}

// A lead's steps in units of their greatest common divisor; 0 where a sample is missing on either side.
struct Steps {
  std::vector<std::int64_t> values;
  std::vector<std::uint8_t> missing;
};

Steps steps_of(const Lead& lead) {
  Steps steps;
  if (lead.samples.empty()) return steps;
  std::int64_t divisor = 0;
  for (std::size_t i = 0; i + 1 < lead.samples.size(); ++i) {
    const bool is_missing = lead.samples[i] == kMissingSample || lead.samples[i + 1] == kMissingSample;
    const std::int64_t step = is_missing ? 0 : std::int64_t{lead.samples[i + 1]} - lead.samples[i];
    steps.values.push_back(step);
    steps.missing.push_back(is_missing ? 1 : 0);
    if (divisor != 1) divisor = std::gcd(divisor, step);
  }
  if (divisor > 1) {
    for (std::int64_t& step : steps.values) step /= divisor;
  }
  return steps;
}

// Calls `on_block` with the hash of the block of `count` steps that begins at each step; every `every`-th alone.
template <typename OnBlock>
void roll(const Steps& steps, std::size_t count, std::size_t every, const OnBlock& on_block) {
  if (count == 0 || steps.values.size() < count) return;
  std::uint64_t hash = 0, highest = 1;  // the power of the base that a step has when it leaves
  for (std::size_t i = 0; i < count; ++i) highest = product(highest, kBase);
  std::size_t changes = 0, missing = 0;
  for (std::size_t i = 0; i < steps.values.size(); ++i) {
    hash = sum(product(hash, kBase), digit_of(steps.values[i]));
    changes += steps.values[i] != 0 ? 1 : 0;
    missing += steps.missing[i];
    if (i >= count) {
      hash = sum(hash, kPrime - product(digit_of(steps.values[i - count]), highest));
      changes -= steps.values[i - count] != 0 ? 1 : 0;
      missing -= steps.missing[i - count];
    }
    if (i + 1 < count || (i + 1 - count) % every != 0) continue;
    if (changes >= kLeastChanges && missing == 0) on_block(hash);
  }
}

std::size_t filter_place(std::uint64_t hash) { return static_cast<std::size_t>(hash & 0xFFFFF); }

}  // namespace

RecordingBlocks blocks_of(const Record& record) {
  RecordingBlocks blocks;
  const std::size_t length = record.length_samples();
  const double samples = std::round(kBlockSeconds * record.sampling_rate_hz);
  const std::size_t block = samples < static_cast<double>(length) ? static_cast<std::size_t>(samples) : length;
  if (block < kShortestBlock) return blocks;
  blocks.block_samples = static_cast<std::int32_t>(block);
  std::set<std::uint64_t> hashes;
  for (const Lead& lead : record.leads) {
    roll(steps_of(lead), block - 1, block, [&](std::uint64_t hash) { hashes.insert(hash); });
  }
  blocks.hashes.assign(hashes.begin(), hashes.end());
  return blocks;
}

SeenIndex::SeenIndex(std::span<const SeenRecording> seen) : filter_(std::size_t{1} << 20, false) {
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const RecordingBlocks& blocks = seen[i].blocks;
    if (blocks.hashes.empty()) continue;
    if (std::ranges::find(block_lengths_, blocks.block_samples) == block_lengths_.end()) {
      block_lengths_.push_back(blocks.block_samples);
    }
    for (const std::uint64_t hash : blocks.hashes) {
      recordings_of_[hash].push_back(static_cast<std::uint32_t>(i));
      filter_[filter_place(hash)] = true;
    }
  }
}

std::vector<std::size_t> SeenIndex::find_in(const Record& record) const {
  std::set<std::size_t> found;
  for (const Lead& lead : record.leads) {
    const Steps steps = steps_of(lead);
    for (const std::int32_t block : block_lengths_) {
      roll(steps, static_cast<std::size_t>(block) - 1, 1, [&](std::uint64_t hash) {
        if (!filter_[filter_place(hash)]) return;
        const auto recordings = recordings_of_.find(hash);
        if (recordings != recordings_of_.end()) found.insert(recordings->second.begin(), recordings->second.end());
      });
    }
  }
  return {found.begin(), found.end()};
}

void to_json(nlohmann::json& json, const SeenRecording& recording) {
  std::string hashes;
  for (const std::uint64_t hash : recording.blocks.hashes) {
    char text[kHexDigits + 1];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    hashes += text;
  }
  json = {{"database", recording.database},
          {"record", recording.record},
          {"subject", recording.subject},
          {"through", recording.through},
          {"block_samples", recording.blocks.block_samples},
          {"blocks", hashes}};
}

void from_json(const nlohmann::json& json, SeenRecording& recording) {
  const std::string where = "provenance, seen recording";
  get_field(json, "database", where, recording.database);
  get_field(json, "record", where, recording.record);
  get_field(json, "subject", where, recording.subject);
  get_field(json, "through", where, recording.through);
  get_field(json, "block_samples", where, recording.blocks.block_samples);
  std::string hashes;
  get_field(json, "blocks", where, hashes);
  if (hashes.size() % kHexDigits != 0 || recording.blocks.block_samples < 0 ||
      (!hashes.empty() && recording.blocks.block_samples < 2)) {
    throw Error(ErrorKind::data, where, "field 'blocks' is damaged");
  }
  recording.blocks.hashes.clear();
  for (std::size_t i = 0; i < hashes.size(); i += kHexDigits) {
    std::uint64_t hash = 0;
    const char* const end = hashes.data() + i + kHexDigits;
    const auto [last, failed] = std::from_chars(hashes.data() + i, end, hash, 16);
    if (failed != std::errc() || last != end) throw Error(ErrorKind::data, where, "field 'blocks' is damaged");
    recording.blocks.hashes.push_back(hash);
  }
}

}  // namespace beatbench
