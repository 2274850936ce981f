// P. S. Hamilton, "Open Source ECG Analysis", Computers in Cardiology 29, 101-104 (2002), doi 10.1109/CIC.2002.1166717,
// after P. S. Hamilton and W. J. Tompkins, "Quantitative Investigation of QRS Detection Rules Using the MIT/BIH
// Arrhythmia Database", IEEE Trans. Biomed. Eng. 33(12), 1157-1165 (1986), doi 10.1109/TBME.1986.325695: a band-pass of
// 8 to 16 Hz, the absolute slope, its mean over 80 ms, and five rules about its peaks.
//
// Deviations from the papers:
// - The signal is resampled to 200 Hz, and the filters are symmetrical around each sample instead of causal.
// - The levels of QRS and noise and the usual interval are medians of eight, which the paper of 1986 found best; that
//   of 2002 allows means and medians. The noise level starts at 0 and the usual interval at 1 s.
// - Of the threshold's range, 0.3125 to 0.475 of the way from the noise level to the QRS level, the lowest is taken:
//   the papers leave it to the user.
// - The learning phase begins at the first peak that deflects the signal at all: the QRS level is that of the largest
//   peaks of eight pieces of 1 s. After 8 s without a beat it is repeated on those 8 s, and they are searched again.
// - The papers give no metric for a baseline shift: within 200 ms, the steepest slope one way is below an eighth of the
//   steepest the other way. The 200 ms were chosen with lead 0 of all of mitdb in view: within 80 ms a wide beat looks
//   like a shift.
// - The beat is placed on the R peak of the signal itself.
#include <algorithm>
#include <cmath>
#include <optional>

#include "beatbench/signal/resample.h"
#include "signal/detectors/detectors.h"
#include "signal/detectors/r_peak.h"
#include "signal/detectors/waveforms.h"

namespace beatbench::detectors {
namespace {

constexpr double kRate_hz = 200.0;
constexpr std::int64_t samples(double seconds) { return static_cast<std::int64_t>(seconds * kRate_hz + 0.5); }

// Of the papers.
constexpr double kLowPass = 5;                        // samples, 25 ms: a mean over so many, twice: -3 dB at 13 Hz
constexpr double kHighPass = 25;                      // samples, 125 ms: the mean over so many is taken away
constexpr double kQrs = 16;                           // samples, 80 ms: the slope is averaged over so many
constexpr std::int64_t kSeparation = samples(0.200);  // peaks so near to a larger one do not count
constexpr std::int64_t kTWave = samples(0.360);       // a peak so soon after a beat is a T wave ...
constexpr double kTWaveSlope = 0.5;                   // ... if it is less steep than this part of the beat
constexpr double kThreshold = 0.3125;                 // of the way from the noise level to the QRS level
constexpr double kMissed = 1.5;                       // a beat is overdue after so many usual intervals ...
constexpr double kThresholdBack = 0.5;                // ... and is looked for above this part of the threshold
constexpr std::size_t kLatest = 8;                    // peaks and intervals that levels are made of
constexpr std::int64_t kPiece = samples(1.0);         // of the learning phase, which has kLatest of them
constexpr double kFirstInterval = kRate_hz;           // samples, 1 s
constexpr std::int64_t kSilence = samples(8.0);
// Our own.
constexpr double kShift = 0.125;                      // of one slope to the other, see above
constexpr std::int64_t kQrsReach = samples(0.080);    // the steepest slope of a QRS lies within this of its peak,
constexpr std::int64_t kShiftReach = samples(0.200);  // those of its both sides, T wave included, within this

struct Peak {
  std::int64_t at = 0;
  double height = 0;
  double steepest = 0;  // slope of the signal, without sign
  bool is_shift = false;
};

// The steepest slopes near a peak, up and down, both without sign.
struct Slopes {
  double up = 0, down = 0;
};

Slopes steepest_slopes(std::span<const float> slope, std::int64_t at, std::int64_t reach) {
  const std::int64_t first = std::max<std::int64_t>(0, at - reach);
  const std::int64_t end = std::min(static_cast<std::int64_t>(slope.size()), at + reach + 1);
  const auto [down, up] = std::minmax_element(slope.begin() + first, slope.begin() + end);
  return {std::max(0.0F, *up), std::max(0.0F, -*down)};
}

std::vector<Peak> find_peaks(std::span<const float> signal) {
  if (signal.empty()) return {};
  std::vector<float> in_band = centred_mean(centred_mean(signal, kLowPass), kLowPass);
  const std::vector<float> baseline = centred_mean(in_band, kHighPass);
  for (std::size_t i = 0; i < in_band.size(); ++i) in_band[i] -= baseline[i];
  std::vector<float> slope = five_point_slope(in_band, kRate_hz);
  for (float& value : slope) value = std::abs(value);
  const std::vector<float> energy = centred_mean(slope, kQrs);
  const std::vector<float> raw_slope = five_point_slope(signal, kRate_hz);
  std::vector<Peak> peaks;
  for (const std::int64_t at : separated_peaks(energy, kSeparation)) {
    if (r_peak(signal, static_cast<double>(at), kRate_hz).deflection_mv < kSmallestDeflection_mv) continue;
    const Slopes qrs = steepest_slopes(raw_slope, at, kQrsReach), both = steepest_slopes(raw_slope, at, kShiftReach);
    const bool is_shift = std::min(both.up, both.down) < kShift * std::max(both.up, both.down);
    peaks.push_back({at, energy[static_cast<std::size_t>(at)], std::max(qrs.up, qrs.down), is_shift});
  }
  return peaks;
}

// The median of the latest eight values.
class Latest {
 public:
  explicit Latest(double before_any) : values_(kLatest, before_any) {}

  void see(double value) {
    values_[next_] = value;
    next_ = (next_ + 1) % kLatest;
  }

  double median() const {
    std::vector<double> sorted = values_;
    std::ranges::sort(sorted);
    return (sorted[kLatest / 2 - 1] + sorted[kLatest / 2]) / 2;
  }

 private:
  std::vector<double> values_;
  std::size_t next_ = 0;
};

class Rules {
 public:
  explicit Rules(std::span<const Peak> peaks) : peaks_(peaks) {}

  std::vector<std::int64_t> run(std::int64_t length) {
    if (peaks_.empty()) return {};
    learn(0);
    for (std::size_t i = 0; i < peaks_.size();) {
      if (peaks_[i].at - heard_ > kSilence) {
        i = learn_from_silence(i);
        continue;
      }
      search_back(i, peaks_[i].at);
      judge(i);
      ++i;
    }
    search_back(peaks_.size(), length);
    return std::move(beats_);
  }

 private:
  void learn(std::size_t first) {
    std::vector<double> largest(kLatest);
    for (std::size_t i = first; i < peaks_.size(); ++i) {
      const auto piece = static_cast<std::size_t>((peaks_[i].at - peaks_[first].at) / kPiece);
      if (piece >= kLatest) break;
      largest[piece] = std::max(largest[piece], peaks_[i].height);
    }
    std::erase(largest, 0.0);
    qrs_ = Latest(0);
    noise_ = Latest(0);
    for (std::size_t i = 0; i < kLatest; ++i) qrs_.see(largest[i % largest.size()]);
  }

  // Where to go on: at the first peak of the silence that is no T wave of the beat before it.
  std::size_t learn_from_silence(std::size_t now) {
    std::size_t first = search_from_;
    while (first < now && last_ && peaks_[first].at - last_->at < kTWave) ++first;
    learn(first);
    heard_ = peaks_[now].at;
    search_from_ = now;
    last_ = std::nullopt;
    return first;
  }

  double threshold() const { return noise_.median() + kThreshold * (qrs_.median() - noise_.median()); }

  void judge(std::size_t i) {
    const Peak& here = peaks_[i];
    if (here.is_shift) return;
    if (last_ && here.at - last_->at < kTWave && here.steepest < kTWaveSlope * last_->steepest) return;
    if (here.height > threshold())
      accept(i);
    else
      noise_.see(here.height);
  }

  void accept(std::size_t i) {
    const Peak& here = peaks_[i];
    qrs_.see(here.height);
    if (last_) intervals_.see(static_cast<double>(here.at - last_->at));
    last_ = here;
    heard_ = std::max(heard_, here.at);
    search_from_ = i + 1;
    beats_.push_back(here.at);
  }

  void search_back(std::size_t end, std::int64_t now) {
    while (last_ && static_cast<double>(now - last_->at) > kMissed * intervals_.median()) {
      std::optional<std::size_t> largest;
      for (std::size_t i = search_from_; i < end; ++i) {
        const Peak& here = peaks_[i];
        if (here.is_shift || here.at - last_->at < kTWave || here.height <= kThresholdBack * threshold()) continue;
        if (!largest || here.height > peaks_[*largest].height) largest = i;
      }
      if (!largest) return;
      accept(*largest);
    }
  }

  std::span<const Peak> peaks_;
  Latest qrs_{0}, noise_{0}, intervals_{kFirstInterval};
  std::optional<Peak> last_;     // beat; none after a silence
  std::size_t search_from_ = 0;  // the first peak after it
  std::int64_t heard_ = 0;       // when there was a beat or the levels were learnt
  std::vector<std::int64_t> beats_;
};

}  // namespace

std::vector<std::int64_t> hamilton(std::span<const float> signal_mv, double sampling_rate_hz) {
  const std::vector<float> signal = resample(signal_mv, sampling_rate_hz, kRate_hz);
  const std::vector<Peak> peaks = find_peaks(signal);
  const std::vector<std::int64_t> beats = Rules(peaks).run(static_cast<std::int64_t>(signal.size()));
  return place_beats(signal_mv, sampling_rate_hz, beats, kRate_hz);
}

}  // namespace beatbench::detectors
