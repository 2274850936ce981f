// Our own detector. Every bump of the QRS energy is a candidate; of all sequences of candidates the best is taken, by
// dynamic programming: each candidate earns by its size against the recording's own QRS and noise levels, and each
// interval between two costs where it does not fit the rhythm around it or where the second looks like the first's T
// wave. The constants are first choices that were not fitted.
#include <algorithm>
#include <cmath>
#include <limits>

#include "signal/detectors/detectors.h"
#include "signal/detectors/r_peak.h"

namespace beatbench::detectors {
namespace {

constexpr double kGridHz = 200.0;  // energy is looked at in steps of 5 ms
constexpr std::ptrdiff_t steps(double seconds) { return static_cast<std::ptrdiff_t>(seconds * kGridHz + 0.5); }

constexpr std::ptrdiff_t kHalfWave = steps(0.025);    // the slope and curvature filters pass 8 to 25 Hz best
constexpr std::ptrdiff_t kQrs = steps(0.080);         // the energy is averaged over so long
constexpr std::ptrdiff_t kSeparation = steps(0.075);  // a candidate is the largest bump within so much on both sides
constexpr std::ptrdiff_t kBlock = steps(2.0);         // levels are taken from blocks of this length ...
constexpr std::ptrdiff_t kBlocksAround = 3;           // ... as the median over so many on both sides
constexpr double kSmallestLevel = 0.01;               // mV; below it there is no beat

constexpr std::ptrdiff_t kRefractory = steps(0.20);
constexpr std::ptrdiff_t kHorizon = steps(4.0);   // how far back each candidate looks for the one before
constexpr double kMostForSize = 1.0;              // a candidate earns log(size / threshold), at most this ...
constexpr double kLeastForSize = -2.5;            // ... and is none below this
constexpr double kShort = 0.6, kShortCost = 1.5;  // of the usual interval; cost for each e-fold beyond
constexpr double kLong = 1.4, kLongCost = 1.0;
constexpr std::ptrdiff_t kTWave = steps(0.40);  // a T wave follows within this time ...
constexpr double kTWaveSize = 0.45;             // ... with less than this part of the QRS's energy amplitude
constexpr double kTWaveCost = 2.0;
constexpr double kFirstInterval_s = 0.8;  // before any is known
constexpr std::ptrdiff_t kIntervalsAround = 6;

struct Candidate {
  std::ptrdiff_t at = 0;    // grid step
  double log_size = 0;      // of the energy's amplitude in mV
  double score = 0;         // what it earns as a beat
  double log_interval = 0;  // of the usual interval around it, in grid steps
};

// The root of the mean energy of slope and curvature around each grid step, in mV.
std::vector<float> qrs_amplitude(const Sums& sums, std::ptrdiff_t count, double samples_per_step) {
  constexpr std::ptrdiff_t margin = 2 * kHalfWave + kQrs;
  std::vector<double> grid(static_cast<std::size_t>(count + 2 * margin + 1));
  for (std::size_t k = 0; k < grid.size(); ++k) {
    grid[k] = sums.up_to(static_cast<double>(static_cast<std::ptrdiff_t>(k) - margin) * samples_per_step);
  }
  const double scale = 1.0 / (samples_per_step * static_cast<double>(kHalfWave));
  const std::ptrdiff_t from = margin - kQrs / 2;
  std::vector<double> energy(static_cast<std::size_t>(count + kQrs + 1), 0.0);  // sums again
  for (std::ptrdiff_t i = 0; i < count + kQrs; ++i) {
    const double* g = grid.data() + from + i;
    const std::ptrdiff_t left = -(kHalfWave / 2), right = left + kHalfWave;
    const double slope = g[kHalfWave] - 2 * g[0] + g[-kHalfWave];
    const double curvature = 0.5 * (3 * (g[right] - g[left]) - (g[right + kHalfWave] - g[left - kHalfWave]));
    energy[static_cast<std::size_t>(i + 1)] = slope * slope + curvature * curvature;
  }
  for (std::size_t i = 1; i < energy.size(); ++i) energy[i] += energy[i - 1];
  std::vector<float> amplitude(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < amplitude.size(); ++i) {
    const double mean = (energy[i + static_cast<std::size_t>(kQrs)] - energy[i]) / static_cast<double>(kQrs);
    amplitude[i] = static_cast<float>(scale * std::sqrt(std::max(mean, 0.0)));
  }
  return amplitude;
}

double median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// A figure per block, replaced by its median over the blocks around.
std::vector<float> median_of_neighbours(const std::vector<float>& blocks) {
  const auto count = static_cast<std::ptrdiff_t>(blocks.size());
  std::vector<float> out, near;
  for (std::ptrdiff_t b = 0; b < count; ++b) {
    near.assign(blocks.begin() + std::max<std::ptrdiff_t>(0, b - kBlocksAround),
                blocks.begin() + std::min(count, b + kBlocksAround + 1));
    out.push_back(static_cast<float>(median(near)));
  }
  return out;
}

// Between the middles of the blocks, straight lines.
double level_at(const std::vector<float>& blocks, std::ptrdiff_t at) {
  const double place = (static_cast<double>(at) - kBlock / 2.0) / static_cast<double>(kBlock);
  const double last = static_cast<double>(blocks.size() - 1), inside = std::clamp(place, 0.0, last);
  const auto left = static_cast<std::size_t>(inside);
  const std::size_t right = std::min(left + 1, blocks.size() - 1);
  const double part = inside - static_cast<double>(left);
  return blocks[left] * (1 - part) + blocks[right] * part;
}

// The log of the size at which a bump is as likely a beat as not: midway between the QRS level and the noise level.
class Threshold {
 public:
  explicit Threshold(const std::vector<float>& amplitude) {
    std::vector<float> block;
    for (std::size_t first = 0; first < amplitude.size(); first += kBlock) {
      const std::size_t end = std::min(first + kBlock, amplitude.size());
      block.assign(amplitude.begin() + static_cast<std::ptrdiff_t>(first),
                   amplitude.begin() + static_cast<std::ptrdiff_t>(end));
      qrs_.push_back(*std::ranges::max_element(block));
      noise_.push_back(static_cast<float>(median(block)));
    }
    qrs_ = median_of_neighbours(qrs_);
    noise_ = median_of_neighbours(noise_);
  }

  double log_at(std::ptrdiff_t at) const {
    const double noise = std::max(level_at(noise_, at), 1e-4);
    return std::log(std::max(std::sqrt(level_at(qrs_, at) * noise), kSmallestLevel));
  }

 private:
  std::vector<float> qrs_, noise_;
};

bool is_largest_around(const std::vector<float>& amplitude, std::ptrdiff_t at) {
  const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, at - kSeparation);
  const std::ptrdiff_t end = std::min(static_cast<std::ptrdiff_t>(amplitude.size()), at + kSeparation + 1);
  const float here = amplitude[static_cast<std::size_t>(at)];
  const auto begin = amplitude.begin();
  return std::all_of(begin + first, begin + at, [&](float other) { return other < here; }) &&
         std::all_of(begin + at + 1, begin + end, [&](float other) { return other <= here; });
}

std::vector<Candidate> find_candidates(const std::vector<float>& amplitude) {
  const Threshold threshold(amplitude);
  const auto count = static_cast<std::ptrdiff_t>(amplitude.size());
  std::vector<Candidate> candidates;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const float here = amplitude[static_cast<std::size_t>(i)];
    const float before = i > 0 ? amplitude[static_cast<std::size_t>(i - 1)] : 0.0F;
    const float after = i + 1 < count ? amplitude[static_cast<std::size_t>(i + 1)] : 0.0F;
    if (here <= before || here < after || !is_largest_around(amplitude, i)) continue;
    const double log_size = std::log(here), score = log_size - threshold.log_at(i);
    if (score < kLeastForSize) continue;
    candidates.push_back({i, log_size, std::min(score, kMostForSize), std::log(kFirstInterval_s * kGridHz)});
  }
  return candidates;
}

double cost_of_interval(double log_ratio) {
  static const double log_short = std::log(kShort), log_long = std::log(kLong);
  return kShortCost * std::max(0.0, log_short - log_ratio) + kLongCost * std::max(0.0, log_ratio - log_long);
}

double cost_between(const Candidate& first, const Candidate& second) {
  static const double log_t_wave = std::log(kTWaveSize);
  const std::ptrdiff_t gap = second.at - first.at;
  const double log_usual = 0.5 * (first.log_interval + second.log_interval);
  double cost = cost_of_interval(std::log(static_cast<double>(gap)) - log_usual);
  if (gap < kTWave) cost += kTWaveCost * std::max(0.0, log_t_wave + first.log_size - second.log_size);
  return cost;
}

// A beat that is missing before the first or after the last costs as in between.
double cost_of_end(const Candidate& candidate, std::ptrdiff_t steps_to_end) {
  const double ratio = std::log(static_cast<double>(steps_to_end + 1)) - candidate.log_interval;
  return std::max(0.0, cost_of_interval(std::max(ratio, 0.0)));
}

std::vector<std::size_t> best_path(const std::vector<Candidate>& candidates, std::ptrdiff_t length) {
  constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::vector<double> total(candidates.size());
  std::vector<std::size_t> before(candidates.size(), none);
  std::size_t horizon = 0, best_beyond = none;  // the best that ends before the horizon, for pauses longer than it
  for (std::size_t j = 0; j < candidates.size(); ++j) {
    const Candidate& here = candidates[j];
    for (; candidates[horizon].at < here.at - kHorizon; ++horizon) {
      if (best_beyond == none || total[horizon] > total[best_beyond]) best_beyond = horizon;
    }
    double best = -cost_of_end(here, here.at);
    const auto consider = [&](std::size_t i) {
      const double value = total[i] - cost_between(candidates[i], here);
      if (value <= best) return;
      best = value;
      before[j] = i;
    };
    if (best_beyond != none) consider(best_beyond);
    for (std::size_t i = horizon; i < j && candidates[i].at <= here.at - kRefractory; ++i) consider(i);
    total[j] = best + here.score;
  }
  std::size_t last = none;
  double best = 0;  // of no beat at all
  for (std::size_t j = 0; j < candidates.size(); ++j) {
    const double value = total[j] - cost_of_end(candidates[j], length - candidates[j].at);
    if (value <= best) continue;
    best = value;
    last = j;
  }
  std::vector<std::size_t> path;
  for (std::size_t j = last; j != none; j = before[j]) path.push_back(j);
  std::ranges::reverse(path);
  return path;
}

// Tells each candidate the median of the intervals around it on a path.
void learn_intervals(std::vector<Candidate>& candidates, const std::vector<std::size_t>& path) {
  if (path.size() < 4) return;
  std::vector<float> intervals, near;
  for (std::size_t i = 1; i < path.size(); ++i) {
    intervals.push_back(static_cast<float>(candidates[path[i]].at - candidates[path[i - 1]].at));
  }
  const auto count = static_cast<std::ptrdiff_t>(intervals.size());
  std::vector<double> usual;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    near.assign(intervals.begin() + std::max<std::ptrdiff_t>(0, i - kIntervalsAround),
                intervals.begin() + std::min(count, i + kIntervalsAround + 1));
    usual.push_back(std::log(std::clamp(median(near), 0.3 * kGridHz, 2.0 * kGridHz)));
  }
  std::size_t k = 0;
  for (Candidate& candidate : candidates) {
    while (k + 1 < usual.size() && candidates[path[k + 1]].at < candidate.at) ++k;
    candidate.log_interval = usual[k];
  }
}

}  // namespace

std::vector<std::int64_t> bestpath(std::span<const float> signal_mv, double sampling_rate_hz) {
  const double samples_per_step = sampling_rate_hz / kGridHz;
  const auto count = static_cast<std::ptrdiff_t>(static_cast<double>(signal_mv.size()) / samples_per_step);
  if (count < 1) return {};
  const Sums sums(signal_mv);
  std::vector<Candidate> candidates = find_candidates(qrs_amplitude(sums, count, samples_per_step));
  std::vector<std::size_t> path = best_path(candidates, count);
  for (int pass = 0; pass < 2; ++pass) {
    learn_intervals(candidates, path);
    path = best_path(candidates, count);
  }
  std::vector<std::int64_t> beats;
  for (const std::size_t j : path) {
    const double middle = static_cast<double>(candidates[j].at) * samples_per_step;
    const std::int64_t peak = r_peak(sums, middle, sampling_rate_hz).sample;
    if (beats.empty() || peak > beats.back()) beats.push_back(peak);
  }
  return beats;
}

}  // namespace beatbench::detectors
