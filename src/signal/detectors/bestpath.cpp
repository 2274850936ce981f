// Our own detector. Every bump of the QRS energy is a candidate; of all sequences of candidates the best is taken, by
// dynamic programming. A candidate earns by its size against the levels of QRS complexes and noise around it, by the
// quickness of its edges, and by its likeness to the beats around it; an interval costs where it does not fit the
// rhythm around it or where its second bump looks like the T wave of the first. Rhythm and likeness are learnt from the
// path before, so the search is done three times.
//
// Where there are several leads, each is searched alone first. Their sizes, as multiples of the lead's own threshold,
// are then averaged geometrically; a lead counts by how alike the beats are that were found in it nearby, so noise has
// no say. What is found is put on the R peak of the first lead, as long as that shows anything there.
//
// A recording is searched in pieces that overlap, so that time and memory do not grow beyond its length, and a stream
// of samples gives the same beats, see beat_pieces.h.
//
// The constants of size, edges, likeness and rhythm were chosen on the 22 records of DS1 of mitdb (lead 0; those of
// several leads, on both), as of the division of de Chazal et al. (2004), then rounded; the cost of pauses, and that
// likeness counts less for small bumps, also with the first five minutes of 232 at 100 Hz in view.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "beatbench/signal/prepare.h"
#include "signal/detectors/beat_pieces.h"
#include "signal/detectors/detectors.h"
#include "signal/detectors/median.h"
#include "signal/detectors/path_search.h"
#include "signal/detectors/qrs_energy.h"
#include "signal/detectors/r_peak.h"
#include "signal/detectors/wide.h"

namespace beatbench::detectors {
namespace {

constexpr std::ptrdiff_t kSeparation = steps(0.075);  // a candidate is the largest bump within so much on both sides
constexpr double kLeastForSize = -2.5;                // log of size / threshold; below it there is no candidate
constexpr std::ptrdiff_t kEdgeReach = steps(0.020);
constexpr double kTemplateEdges = -0.4,
                 kLeastEdges = -1.5;  // log of edges / size, against the median of large candidates

// Of several leads.
constexpr std::ptrdiff_t kQualityBlock = steps(0.5), kQualityReach = steps(4.0);
constexpr double kQualityPart = 0.3;  // the likeness that so many of the beats around do not reach
constexpr double kNoLikeness = 0.5, kLeastQuality = 0.02;
constexpr float kLeastSize = -1.5F;  // log of size / threshold; a lead says no more than this against a beat
constexpr float kTiny_mv = 1e-6F;
constexpr float kShowsNothing = -1.0F;  // log of size / threshold of the first lead: another's R peak is taken
constexpr std::ptrdiff_t kPlaceReach = steps(0.1);

// Marks the local maxima: the steps that are larger than the one before and not smaller than the one after.
BEATBENCH_WIDE void mark_maxima(const float* values, std::size_t count, unsigned char* __restrict marks) {
  for (std::size_t i = 0; i < count; ++i) {
    const float before = values[i - 1], here = values[i], after = values[i + 1];
    marks[i] = static_cast<unsigned char>(static_cast<int>(here > before) & static_cast<int>(here >= after));
  }
}

// Whether nothing within kSeparation exceeds a value, nor equals it before it.
BEATBENCH_WIDE bool is_largest(const float* here) {
  static_assert(kSeparation == 15);
  int larger = 0;
  for (int k = 0; k < 16; ++k) larger += static_cast<int>(here[k - 15] >= *here) + static_cast<int>(here[k] > *here);
  return larger == 1;  // it equals itself
}

// The steps whose amplitude nothing within kSeparation exceeds, nor equals before it.
std::vector<std::ptrdiff_t> largest_bumps(const std::vector<float>& amplitude) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  const std::size_t count = amplitude.size();
  std::vector<float> padded(count + 2 * kSeparation, 0.0F);
  std::ranges::copy(amplitude, padded.begin() + kSeparation);
  std::vector<unsigned char> marks(count + word, 0);
  mark_maxima(padded.data() + kSeparation, count, marks.data());
  std::vector<std::ptrdiff_t> bumps;
  static_assert(std::endian::native == std::endian::little);
  for (std::size_t first = 0; first < count; first += word) {  // most words have no mark
    std::uint64_t some = 0;
    std::memcpy(&some, marks.data() + first, word);
    for (; some != 0; some &= some - 1) {
      const std::size_t i = first + static_cast<std::size_t>(std::countr_zero(some)) / 8;
      if (is_largest(padded.data() + kSeparation + i)) bumps.push_back(static_cast<std::ptrdiff_t>(i));
    }
  }
  return bumps;
}

float largest_near(const std::vector<float>& values, std::ptrdiff_t at, std::ptrdiff_t reach) {
  const auto begin = values.begin() + std::max<std::ptrdiff_t>(0, at - reach);
  const auto end = values.begin() + std::min(static_cast<std::ptrdiff_t>(values.size()), at + reach + 1);
  return *std::max_element(begin, end);
}

// `log_edges` tells a candidate's step and size what its edges are.
template <typename LogEdges>
std::vector<Candidate> find_candidates(const std::vector<float>& amplitude, LogEdges log_edges) {
  const Levels levels(amplitude);
  std::vector<Candidate> candidates;
  std::vector<float> large, spare;
  for (const std::ptrdiff_t at : largest_bumps(amplitude)) {
    Candidate candidate;
    candidate.at = at;
    candidate.log_size = std::log(amplitude[static_cast<std::size_t>(at)]);
    candidate.own_score = candidate.log_size - std::log(levels.threshold(at));
    if (candidate.own_score < kLeastForSize) continue;
    candidate.log_edges = log_edges(at) - candidate.log_size;
    if (candidate.own_score > 0) large.push_back(static_cast<float>(candidate.log_edges));
    candidates.push_back(candidate);
  }
  const double usual = large.empty() ? 0 : median(large, spare);
  for (Candidate& candidate : candidates) {
    candidate.log_edges -= usual;
    candidate.own_score += std::clamp(candidate.log_edges, kLeastEdges, kTemplateEdges) - kTemplateEdges;
  }
  return candidates;
}

double log_of(float value) { return std::log(value + kTiny_mv); }

Path path_of_lead(const QrsEnergy& lead) {
  const auto log_edges = [&](std::ptrdiff_t at) { return log_of(largest_near(lead.edges, at, kEdgeReach)); };
  return find_path(find_candidates(lead.amplitude, log_edges), {lead.slope});
}

// For each block of a lead how alike the beats around it are that were found in the lead alone.
std::vector<float> quality_of(const QrsEnergy& lead) {
  const Path path = path_of_lead(lead);
  std::vector<float> quality, near;
  for (std::ptrdiff_t middle = kQualityBlock / 2;
       middle < static_cast<std::ptrdiff_t>(lead.amplitude.size()) + kQualityBlock / 2; middle += kQualityBlock) {
    near.clear();
    for (const std::size_t beat : path.beats) {
      const Candidate& candidate = path.candidates[beat];
      if (std::abs(candidate.at - middle) < kQualityReach) near.push_back(static_cast<float>(candidate.likeness));
    }
    double alike = 0;
    if (near.size() >= 2) {
      const auto place =
          near.begin() + static_cast<std::ptrdiff_t>(kQualityPart * static_cast<double>(near.size() - 1));
      std::ranges::nth_element(near, place);
      alike = std::max(0.0, *place - kNoLikeness);
    }
    quality.push_back(static_cast<float>(std::max(alike * alike, kLeastQuality)));
  }
  return quality;
}

// Samples of a piece whose beats count.
struct Core {
  std::int64_t begin, end;
};
constexpr double kSkipped_s = 1.0;

// What all leads say at each grid step.
struct Fusion {
  std::vector<std::vector<float>> weights;    // [lead][block of kQualityBlock], adding up to 1
  std::vector<std::vector<float>> log_sizes;  // [lead][step], of amplitude / threshold
  std::vector<float> amplitude;               // the weighted geometric mean of those sizes
  Slopes slopes;                              // as multiples of the threshold, weighted

  double weight(std::size_t lead, std::ptrdiff_t at) const {
    return weights[lead][static_cast<std::size_t>(at / kQualityBlock)];
  }
};

Fusion fuse(std::span<const QrsEnergy> leads) {
  Fusion out;
  const std::size_t count = leads.front().amplitude.size();
  for (const QrsEnergy& lead : leads) out.weights.push_back(quality_of(lead));
  for (std::size_t block = 0; block < out.weights.front().size(); ++block) {
    float sum = 0;
    for (const auto& weights : out.weights) sum += weights[block];
    for (auto& weights : out.weights) weights[block] /= sum;
  }
  std::vector<float> mean(count, 0.0F);
  for (std::size_t l = 0; l < leads.size(); ++l) {
    const std::vector<float> thresholds = Levels(leads[l].amplitude).thresholds(count);
    out.slopes.push_back(leads[l].slope);
    std::vector<float> log_sizes(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(i);
      const auto weight = static_cast<float>(out.weight(l, at));
      log_sizes[i] = std::max(std::log((leads[l].amplitude[i] + kTiny_mv) / thresholds[i]), kLeastSize);
      mean[i] += weight * log_sizes[i];
    }
    for (std::ptrdiff_t k = 0; k < std::ssize(out.slopes.back()); ++k) {
      const auto at = std::clamp<std::ptrdiff_t>(k - kBeyond, 0, static_cast<std::ptrdiff_t>(count) - 1);
      const double scale = out.weight(l, at) / thresholds[static_cast<std::size_t>(at)];
      out.slopes.back()[static_cast<std::size_t>(k)] *= static_cast<float>(scale);
    }
    out.log_sizes.push_back(std::move(log_sizes));
  }
  for (float& value : mean) value = std::exp(value);
  out.amplitude = std::move(mean);
  return out;
}

Path path_of_leads(std::span<const QrsEnergy> leads, const Fusion& fusion) {
  const auto log_edges = [&](std::ptrdiff_t at) {
    double sum = 0;
    for (std::size_t l = 0; l < leads.size(); ++l) {
      const auto i = static_cast<std::size_t>(at);
      const double blunter = log_of(largest_near(leads[l].edges, at, kEdgeReach)) - log_of(leads[l].amplitude[i]);
      sum += fusion.weight(l, at) * (blunter + fusion.log_sizes[l][i]);
    }
    return sum;
  };
  return find_path(find_candidates(fusion.amplitude, log_edges), fusion.slopes);
}

// The lead whose R peak counts, and where its own bump is: the first, unless it shows nothing there.
std::pair<std::size_t, std::ptrdiff_t> place_of(std::ptrdiff_t at, std::span<const QrsEnergy> leads,
                                                const Fusion& fusion) {
  std::size_t lead = 0;
  const auto shows = [&](std::size_t l) { return largest_near(fusion.log_sizes[l], at, kPlaceReach); };
  if (shows(0) < kShowsNothing) {
    for (std::size_t l = 1; l < leads.size(); ++l) lead = shows(l) > shows(lead) ? l : lead;
  }
  const std::vector<float>& amplitude = leads[lead].amplitude;
  const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, at - kPlaceReach);
  const std::ptrdiff_t end = std::min(static_cast<std::ptrdiff_t>(amplitude.size()), at + kPlaceReach + 1);
  return {lead, std::max_element(amplitude.begin() + first, amplitude.begin() + end) - amplitude.begin()};
}

// R peaks that lie more than `kSkipped_s` outside of `core` are not looked for.
std::vector<std::int64_t> beats_of_whole(std::span<const std::span<const float>> leads_mv, double sampling_rate_hz,
                                         StepWeights& weights, Core core) {
  const double samples_per_step = weights.samples_per_step();
  if (static_cast<double>(leads_mv.front().size()) < samples_per_step) return {};
  std::vector<QrsEnergy> leads;
  std::vector<RPeakSearch> r_peaks;
  for (const auto& lead : leads_mv) {
    leads.push_back(qrs_energy(lead, weights));
    r_peaks.emplace_back(lead, sampling_rate_hz);
  }
  std::vector<std::int64_t> beats;
  const double skipped = kSkipped_s * sampling_rate_hz;
  const auto add_beat = [&](std::size_t lead, std::ptrdiff_t at) {
    const double middle = static_cast<double>(at) * samples_per_step;
    if (middle < static_cast<double>(core.begin) - skipped || middle > static_cast<double>(core.end) + skipped) return;
    const std::int64_t peak = r_peaks[lead].near(middle).sample;
    if (beats.empty() || peak > beats.back()) beats.push_back(peak);
  };
  if (leads.size() == 1) {
    const Path path = path_of_lead(leads.front());
    for (const std::size_t beat : path.beats) add_beat(0, path.candidates[beat].at);
    return beats;
  }
  const Fusion fusion = fuse(leads);
  const Path path = path_of_leads(leads, fusion);
  for (const std::size_t beat : path.beats) {
    const auto [lead, at] = place_of(path.candidates[beat].at, leads, fusion);
    add_beat(lead, at);
  }
  return beats;
}

BEATBENCH_WIDE bool has_gaps(std::span<const float> lead) {
  int gaps = 0;
  for (const float value : lead) gaps |= static_cast<int>(value != value);
  return gaps != 0;
}

// Of a piece of the recording whose leads may have gaps.
std::vector<std::int64_t> beats_of_piece(std::span<const std::span<const float>> leads_mv, double sampling_rate_hz,
                                         StepWeights& weights, Core core) {
  const auto is_gap = [](float value) { return std::isnan(value); };
  std::vector<std::vector<float>> filled;
  std::vector<std::span<const float>> whole;
  filled.reserve(leads_mv.size());
  for (const auto& lead : leads_mv) {
    if (!has_gaps(lead)) {
      whole.push_back(lead);
      continue;
    }
    filled.emplace_back(lead.begin(), lead.end());
    fill_gaps(filled.back());
    whole.emplace_back(filled.back());
  }
  std::vector<std::int64_t> beats = beats_of_whole(whole, sampling_rate_hz, weights, core);
  if (filled.empty()) return beats;
  std::erase_if(beats, [&](std::int64_t beat) {
    return std::ranges::all_of(leads_mv,
                               [&](const auto& lead) { return is_gap(lead[static_cast<std::size_t>(beat)]); });
  });
  return beats;
}

}  // namespace

BeatPieces::BeatPieces(double sampling_rate_hz)
    : rate_hz_(sampling_rate_hz),
      weights_(sampling_rate_hz),
      core_(std::llround(kPieceCore_s * sampling_rate_hz)),
      margin_(std::llround(kPieceMargin_s * sampling_rate_hz)) {}

void BeatPieces::search(std::span<const std::span<const float>> leads_mv, std::int64_t first_sample,
                        std::vector<std::int64_t>& beats) {
  const std::int64_t begin = begin_ - first_sample;
  const std::int64_t length =
      std::min(end() - first_sample, static_cast<std::int64_t>(leads_mv.front().size())) - begin;
  std::vector<std::span<const float>> piece;
  for (const auto& lead : leads_mv) {
    piece.push_back(lead.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(length)));
  }
  const auto closest = std::llround(kClosestBeats_s * rate_hz_);
  const Core core = {core_begin_ - begin_, core_begin_ + core_ - begin_};
  for (const std::int64_t at : beats_of_piece(piece, rate_hz_, weights_, core)) {
    const std::int64_t beat = begin_ + at;
    if (beat < core_begin_ || beat >= core_begin_ + core_ || beat - last_beat_ < closest) continue;
    beats.push_back(beat);
    last_beat_ = beat;
  }
  core_begin_ += core_;
  begin_ = std::max<std::int64_t>(0, core_begin_ - margin_);
}

std::vector<std::int64_t> bestpath_in_leads(std::span<const std::span<const float>> leads_mv, double sampling_rate_hz) {
  std::vector<std::int64_t> beats;
  if (leads_mv.empty()) return beats;
  BeatPieces pieces(sampling_rate_hz);
  while (pieces.core_begin() < static_cast<std::int64_t>(leads_mv.front().size())) pieces.search(leads_mv, 0, beats);
  return beats;
}

std::vector<std::int64_t> bestpath(std::span<const float> signal_mv, double sampling_rate_hz) {
  return bestpath_in_leads({&signal_mv, 1}, sampling_rate_hz);
}

}  // namespace beatbench::detectors
