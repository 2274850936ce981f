#include "signal/detectors/qrs_energy.h"

#include <algorithm>
#include <cmath>

namespace beatbench::detectors {
namespace {

constexpr std::ptrdiff_t kHalfWave = steps(0.025);  // the slope and curvature filters pass 8 to 25 Hz best
constexpr std::ptrdiff_t kHalfEdge = steps(0.010);
constexpr std::ptrdiff_t kQrs = 16;  // steps that an energy is averaged over: 80 ms; a power of two
constexpr std::ptrdiff_t kMargin = 2 * kBeyond;
constexpr std::ptrdiff_t kBlock = steps(2.0);
constexpr std::ptrdiff_t kBlocksAround = 3;
constexpr std::size_t kMedianStride = 4;  // every fourth amplitude serves for the median: neighbours are alike
constexpr float kSmallestNoise_mv = 1e-4F, kSmallestLevel_mv = 0.01F;

// The signal's integral over each step, in mV samples; kMargin steps more at both ends.
std::vector<float> step_sums(std::span<const float> signal, std::ptrdiff_t count, double samples_per_step) {
  std::vector<float> out(static_cast<std::size_t>(count + 2 * kMargin));
  const auto last = static_cast<std::ptrdiff_t>(signal.size()) - 1;
  const auto at = [&](std::ptrdiff_t i) { return signal[static_cast<std::size_t>(i)]; };
  const auto put = [&](std::ptrdiff_t k, float value) { out[static_cast<std::size_t>(k)] = value; };
  double end = 0;
  std::ptrdiff_t right = 0;  // the sample that `end` lies in
  for (std::ptrdiff_t k = 0; k < count; ++k) {
    const double begin = end;
    const std::ptrdiff_t left = right;
    end = static_cast<double>(k + 1) * samples_per_step;
    right = std::min(static_cast<std::ptrdiff_t>(end), last);
    if (left == right) {
      put(kMargin + k, static_cast<float>(end - begin) * at(left));
      continue;
    }
    float sum = static_cast<float>(static_cast<double>(left + 1) - begin) * at(left);
    for (std::ptrdiff_t i = left + 1; i < right; ++i) sum += at(i);
    put(kMargin + k, sum + static_cast<float>(end - static_cast<double>(right)) * at(right));
  }
  const auto step = static_cast<float>(samples_per_step);
  std::fill_n(out.begin(), kMargin, step * signal.front());
  std::fill_n(out.end() - kMargin, kMargin, step * signal.back());
  return out;
}

// Each value and the `length` - 1 after it, added up. The last ones are not whole.
std::vector<float> running_sums(std::vector<float> values, std::ptrdiff_t length) {
  const auto count = static_cast<std::ptrdiff_t>(values.size());
  std::vector<float> out(values.size(), 0.0F);
  for (std::ptrdiff_t done = 0, width = 1; width <= length; width *= 2) {
    if (length & width) {
      for (std::ptrdiff_t i = 0; i + done < count; ++i) {
        out[static_cast<std::size_t>(i)] += values[static_cast<std::size_t>(i + done)];
      }
      done += width;
    }
    for (std::ptrdiff_t i = 0; i + width < count; ++i) {
      values[static_cast<std::size_t>(i)] += values[static_cast<std::size_t>(i + width)];
    }
  }
  return out;
}

// The root of the mean of `energy` over kQrs, from half of that before each step on; energy[0] belongs kQrs / 2 before
// the first.
std::vector<float> root_mean(std::vector<float> energy, std::ptrdiff_t count, double scale) {
  const std::vector<float> sums = running_sums(std::move(energy), kQrs);
  const auto factor = static_cast<float>(scale / std::sqrt(static_cast<double>(kQrs)));
  std::vector<float> out(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = factor * std::sqrt(std::max(sums[i], 0.0F));
  return out;
}

std::vector<float> median_of_neighbours(const std::vector<float>& blocks) {
  const auto count = static_cast<std::ptrdiff_t>(blocks.size());
  std::vector<float> out, near;
  for (std::ptrdiff_t b = 0; b < count; ++b) {
    near.assign(blocks.begin() + std::max<std::ptrdiff_t>(0, b - kBlocksAround),
                blocks.begin() + std::min(count, b + kBlocksAround + 1));
    out.push_back(median(near));
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

}  // namespace

float median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

QrsEnergy qrs_energy(std::span<const float> signal_mv, double sampling_rate_hz) {
  const double samples_per_step = sampling_rate_hz / kGridHz;
  const auto count = static_cast<std::ptrdiff_t>(static_cast<double>(signal_mv.size()) / samples_per_step);
  const std::vector<float> sums = step_sums(signal_mv, count, samples_per_step);
  const std::vector<float> waves = running_sums(sums, kHalfWave), edges = running_sums(sums, kHalfEdge);
  QrsEnergy out;

  const std::ptrdiff_t energies = count + kQrs;
  const std::ptrdiff_t start = kMargin - kQrs / 2;
  std::vector<float> of_waves(static_cast<std::size_t>(energies)), of_edges(of_waves.size());
  const float* w = waves.data() + start;
  const float* e = edges.data() + start;
  for (std::ptrdiff_t i = 0; i < energies; ++i) {
    const float slope = w[i] - w[i - kHalfWave];
    const float curvature = 0.5F * (2 * w[i - kHalfWave / 2] - w[i - kHalfWave / 2 - kHalfWave] - w[i + 3]);
    of_waves[static_cast<std::size_t>(i)] = slope * slope + curvature * curvature;
    const float edge = 2 * e[i - 1] - e[i - 1 - kHalfEdge] - e[i - 1 + kHalfEdge];
    of_edges[static_cast<std::size_t>(i)] = edge * edge;
  }
  static_assert(kHalfWave - kHalfWave / 2 == 3);
  out.amplitude = root_mean(std::move(of_waves), count, 1.0 / (samples_per_step * kHalfWave));
  out.edges = root_mean(std::move(of_edges), count, 1.0 / (samples_per_step * kHalfEdge));

  const auto scale = static_cast<float>(1.0 / (samples_per_step * kHalfWave));
  out.slope.resize(static_cast<std::size_t>(count + 2 * kBeyond));
  const float* before = waves.data() + kMargin - kBeyond;
  for (std::size_t i = 0; i < out.slope.size(); ++i) {
    const auto k = static_cast<std::ptrdiff_t>(i);
    out.slope[i] = scale * (before[k] - before[k - kHalfWave]);
  }
  return out;
}

Levels::Levels(std::span<const float> amplitude) {
  std::vector<float> block;
  for (std::size_t first = 0; first < amplitude.size(); first += kBlock) {
    const auto part = amplitude.subspan(first, std::min<std::size_t>(kBlock, amplitude.size() - first));
    float largest = 0;
    for (const float value : part) largest = std::max(largest, value);
    block.clear();
    for (std::size_t i = 0; i < part.size(); i += kMedianStride) block.push_back(part[i]);
    qrs_.push_back(largest);
    noise_.push_back(median(block));
  }
  qrs_ = median_of_neighbours(qrs_);
  noise_ = median_of_neighbours(noise_);
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
