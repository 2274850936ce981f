#include "signal/detectors/qrs_energy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "signal/detectors/median.h"
#include "signal/detectors/wide.h"

namespace beatbench::detectors {
namespace {

constexpr std::ptrdiff_t kHalfWave = steps(0.025);  // the slope and curvature filters pass 8 to 25 Hz best
constexpr std::ptrdiff_t kHalfEdge = steps(0.010);
constexpr std::size_t kQrs = 16;  // steps that an energy is averaged over: 80 ms; a power of two
constexpr std::ptrdiff_t kMargin = 2 * kBeyond;
constexpr std::ptrdiff_t kBlock = steps(2.0);
constexpr std::ptrdiff_t kBlocksAround = 3;
constexpr std::size_t kMedianStride = 4;  // every fourth amplitude serves for the median: neighbours are alike
constexpr float kSmallestNoise_mv = 1e-4F, kSmallestLevel_mv = 0.01F;

// The signal's integral over each step, in mV samples; kMargin steps more at both ends.
std::vector<float> step_sums(std::span<const float> signal, std::ptrdiff_t count, const StepWeights& weights) {
  std::vector<float> out(static_cast<std::size_t>(count + 2 * kMargin));
  const auto inner = std::span(out).subspan(kMargin, static_cast<std::size_t>(count));
  weights.sum_up(signal, inner);
  const auto whole = static_cast<float>(weights.samples_per_step());
  std::fill_n(out.begin(), kMargin, whole * signal.front());
  std::fill_n(out.end() - kMargin, kMargin, whole * signal.back());
  return out;
}

// Sums over kHalfWave steps from each on, and over kHalfEdge; the last ones are not whole and left 0.
BEATBENCH_WIDE void find_sums(const std::vector<float>& steps, std::vector<float>& waves, std::vector<float>& edges) {
  static_assert(kHalfWave == 5 && kHalfEdge == 2);
  const float* s = steps.data();
  float* __restrict w = waves.data();
  float* __restrict e = edges.data();
  const std::size_t count = steps.size() - kHalfWave;
  for (std::size_t i = 0; i < count; ++i) {
    w[i] = s[i] + ((s[i + 1] + s[i + 2]) + (s[i + 3] + s[i + 4]));
    e[i] = s[i] + s[i + 1];
  }
}

// The energies of waves and edges: squares of slope and curvature. `w` and `e` point to the first of them.
BEATBENCH_WIDE void find_energies(const float* w, const float* e, std::size_t count, float* __restrict of_waves,
                                  float* __restrict of_edges) {
  const auto end = static_cast<std::ptrdiff_t>(count);
  for (std::ptrdiff_t i = 0; i < end; ++i) {
    const float slope = w[i] - w[i - kHalfWave];
    const float curvature = 0.5F * (2 * w[i - kHalfWave / 2] - w[i - kHalfWave / 2 - kHalfWave] - w[i + 3]);
    of_waves[i] = slope * slope + curvature * curvature;
    const float edge = 2 * e[i - 1] - e[i - 1 - kHalfEdge] - e[i - 1 + kHalfEdge];
    of_edges[i] = edge * edge;
  }
  static_assert(kHalfWave - kHalfWave / 2 == 3);
}

BEATBENCH_WIDE void find_slopes(const float* w, float scale, std::size_t count, float* __restrict slopes) {
  const auto end = static_cast<std::ptrdiff_t>(count);
  for (std::ptrdiff_t i = 0; i < end; ++i) slopes[i] = scale * (w[i] - w[i - kHalfWave]);
}

// `factor` times the root of the sum of each value and the kQrs - 1 after it; the last kQrs values have no root. They
// are added up four at a time, twice, as long as they are in the nearest cache.
BEATBENCH_WIDE void find_roots(float* values, std::size_t count, float factor) {
  static_assert(kQrs == 16);
  constexpr std::size_t at_once = 1024;
  std::array<float, at_once + 12> of_four;
  for (std::size_t first = 0; first < count; first += at_once) {
    const std::size_t now = std::min(at_once, count - first);
    float* v = values + first;
    float* four = of_four.data();
    for (std::size_t i = 0; i < now + 12; ++i) four[i] = (v[i] + v[i + 1]) + (v[i + 2] + v[i + 3]);
    for (std::size_t i = 0; i < now; ++i) {
      v[i] = factor * std::sqrt((four[i] + four[i + 4]) + (four[i + 8] + four[i + 12]));
    }
  }
}

float largest_of(std::span<const float> values) {
  std::array<float, 8> lanes{};  // no value is below 0
  std::size_t i = 0;
  for (; i + lanes.size() <= values.size(); i += lanes.size()) {
    for (std::size_t k = 0; k < lanes.size(); ++k) lanes[k] = std::max(lanes[k], values[i + k]);
  }
  for (; i < values.size(); ++i) lanes[0] = std::max(lanes[0], values[i]);
  return *std::ranges::max_element(lanes);
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

}  // namespace

void StepWeights::cover(std::size_t steps) {
  const auto step = static_cast<std::uint64_t>(std::llround(std::ldexp(samples_per_step_, 32)));
  constexpr std::uint64_t whole = std::uint64_t{1} << 32;
  const auto part = [](std::uint64_t time) { return static_cast<float>(static_cast<double>(time) * 0x1p-32); };
  for (std::uint64_t k = first_.size(); k < steps; ++k) {
    const std::uint64_t begin = k * step, end = begin + step, first = begin / whole;
    first_.push_back(static_cast<std::uint32_t>(first));
    for (std::uint64_t i = first; i < first + taps_; ++i) {
      const std::uint64_t from = std::max(begin, i * whole), to = std::min(end, (i + 1) * whole);
      weights_.push_back(from < to ? part(to - from) : 0.0F);
    }
  }
}

void StepWeights::sum_up(std::span<const float> signal, std::span<float> sums) const {
  const auto sum = [&](std::size_t k, std::size_t taps, auto sample) {
    const float* weights = weights_.data() + k * taps;
    float total = weights[0] * sample(first_[k]);
    for (std::size_t t = 1; t < taps; ++t) total += weights[t] * sample(first_[k] + t);
    return total;
  };
  const auto inside = [&](std::size_t i) { return signal[i]; };
  const auto at_the_end = [&](std::size_t i) { return signal[std::min(i, signal.size() - 1)]; };
  std::size_t safe = sums.size();  // steps that do not look beyond the signal
  while (safe > 0 && first_[safe - 1] + taps_ > signal.size()) --safe;
  std::size_t k = 0;
  if (taps_ == 3) {  // from 200 to 400 Hz
    for (; k < safe; ++k) sums[k] = sum(k, 3, inside);
  }
  for (; k < safe; ++k) sums[k] = sum(k, taps_, inside);
  for (; k < sums.size(); ++k) sums[k] = sum(k, taps_, at_the_end);
}

QrsEnergy qrs_energy(std::span<const float> signal_mv, StepWeights& weights) {
  const double samples_per_step = weights.samples_per_step();
  const auto count = static_cast<std::ptrdiff_t>(static_cast<double>(signal_mv.size()) / samples_per_step);
  weights.cover(static_cast<std::size_t>(count));
  const std::vector<float> sums = step_sums(signal_mv, count, weights);
  std::vector<float> waves(sums.size()), edges(sums.size());
  find_sums(sums, waves, edges);
  const double of_wave = 1.0 / (samples_per_step * kHalfWave), of_edge = 1.0 / (samples_per_step * kHalfEdge);
  const double of_mean = 1.0 / std::sqrt(static_cast<double>(kQrs));

  QrsEnergy out;
  const auto steps_in_all = static_cast<std::size_t>(count), energies = steps_in_all + kQrs;
  out.amplitude.resize(energies);
  out.edges.resize(energies);
  constexpr std::ptrdiff_t first = kMargin - kQrs / 2;
  find_energies(waves.data() + first, edges.data() + first, energies, out.amplitude.data(), out.edges.data());
  find_roots(out.amplitude.data(), steps_in_all, static_cast<float>(of_wave * of_mean));
  find_roots(out.edges.data(), steps_in_all, static_cast<float>(of_edge * of_mean));
  out.amplitude.resize(steps_in_all);
  out.edges.resize(steps_in_all);

  out.slope.resize(steps_in_all + 2 * kBeyond);
  find_slopes(waves.data() + kMargin - kBeyond, static_cast<float>(of_wave), out.slope.size(), out.slope.data());
  return out;
}

Levels::Levels(std::span<const float> amplitude) {
  std::vector<float> block, spare;
  for (std::size_t first = 0; first < amplitude.size(); first += kBlock) {
    const auto part = amplitude.subspan(first, std::min<std::size_t>(kBlock, amplitude.size() - first));
    block.clear();
    for (std::size_t i = 0; i < part.size(); i += kMedianStride) block.push_back(part[i]);
    qrs_.push_back(largest_of(part));
    noise_.push_back(median(block, spare));
  }
  qrs_ = medians_around(qrs_, kBlocksAround);
  noise_ = medians_around(noise_, kBlocksAround);
}

std::vector<float> Levels::thresholds(std::size_t count) const {
  std::vector<float> out(count);
  const auto last = static_cast<std::ptrdiff_t>(qrs_.size()) - 1;
  for (std::ptrdiff_t block = -1; block <= last; ++block) {  // from its middle to that of the next
    const auto left = static_cast<std::size_t>(std::max<std::ptrdiff_t>(block, 0));
    const auto right = static_cast<std::size_t>(std::min(block + 1, last));
    const std::ptrdiff_t middle = block * kBlock + kBlock / 2;
    const std::ptrdiff_t end = std::min(middle + kBlock, static_cast<std::ptrdiff_t>(count));
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(middle, 0); i < end; ++i) {
      const float part = static_cast<float>(i - middle) / static_cast<float>(kBlock);
      const float qrs = qrs_[left] + part * (qrs_[right] - qrs_[left]);
      const float noise = std::max(noise_[left] + part * (noise_[right] - noise_[left]), kSmallestNoise_mv);
      out[static_cast<std::size_t>(i)] = std::max(std::sqrt(qrs * noise), kSmallestLevel_mv);
    }
  }
  return out;
}

double Levels::threshold(std::ptrdiff_t at) const {
  const double noise = std::max<double>(level_at(noise_, at), kSmallestNoise_mv);
  return std::max<double>(std::sqrt(level_at(qrs_, at) * noise), kSmallestLevel_mv);
}

}  // namespace beatbench::detectors
