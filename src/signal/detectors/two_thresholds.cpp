#include "signal/detectors/two_thresholds.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "signal/detectors/r_peak.h"
#include "signal/detectors/waveforms.h"

namespace beatbench::detectors {
namespace {

// Of the paper.
constexpr double kRefractory_s = 0.200;
constexpr double kTWave_s = 0.360;    // a peak so soon after a beat is a T wave ...
constexpr double kTWaveSlope = 0.5;   // ... if it is less steep than this part of the beat
constexpr double kThreshold = 0.25;   // of the way from the noise level to the signal level
constexpr double kSecond = 0.5;       // the second threshold, of the first
constexpr double kIrregular = 0.5;    // the first threshold while the rhythm is irregular, of what it was
constexpr double kWeight = 0.125;     // of a peak in its level ...
constexpr double kWeightBack = 0.25;  // ... and of one that was found in searching back
constexpr std::size_t kIntervals = 8;
constexpr double kShortest = 0.92, kLongest = 1.16, kMissed = 1.66;  // of the mean of the selected intervals
constexpr double kLearning_s = 2.0;
// Our own.
constexpr double kFirstInterval_s = 1.0;
constexpr double kSilence_s = 8.0;
constexpr double kWaveReach_s = 0.075;  // half of the paper's integration window: the QRS lies within this of its peak

struct Level {
  double signal = 0, noise = 0;
  double threshold() const { return noise + kThreshold * (signal - noise); }
  void see_signal(double peak, double weight) { signal += weight * (peak - signal); }
  void see_noise(double peak) { noise += kWeight * (peak - noise); }
};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void push_latest(std::vector<double>& values, double value) {
  if (values.size() == kIntervals) values.erase(values.begin());
  values.push_back(value);
}

// The paper's two means of the latest intervals between beats.
class Rhythm {
 public:
  void see(double interval) {
    push_latest(latest_, interval);
    if (selected_.empty() || fits(interval)) push_latest(selected_, interval);
    const bool full = latest_.size() == kIntervals;
    const auto fitting = std::ranges::count_if(latest_, [this](double each) { return fits(each); });
    if (full && fitting == 0) selected_ = latest_;
    irregular_ = full && fitting < static_cast<std::ptrdiff_t>(kIntervals);
  }

  double usual(double before_any) const { return selected_.empty() ? before_any : mean(selected_); }
  bool irregular() const { return irregular_; }

 private:
  bool fits(double interval) const {
    const double usual = mean(selected_);
    return interval >= kShortest * usual && interval <= kLongest * usual;
  }

  std::vector<double> latest_, selected_;
  bool irregular_ = false;
};

class Decision {
 public:
  Decision(std::span<const QrsCandidate> candidates, double rate_hz) : candidates_(candidates), rate_hz_(rate_hz) {}

  std::vector<std::int64_t> run(std::int64_t length) {
    if (candidates_.empty()) return {};
    learn(0, candidates_.front().at + samples(kLearning_s));
    for (std::size_t i = 0; i < candidates_.size();) {
      if (candidates_[i].at - heard_ > samples(kSilence_s)) {
        i = learn_from_silence(i);
        continue;
      }
      search_back(i, candidates_[i].at);
      judge(i);
      ++i;
    }
    search_back(candidates_.size(), length);
    return std::move(beats_);
  }

 private:
  std::int64_t samples(double seconds) const { return std::llround(seconds * rate_hz_); }

  // The signal levels of the candidates from `first` up to a time: medians of the largest ones of every 2 s.
  void learn(std::size_t first, std::int64_t until) {
    std::vector<double> integrated, in_band;
    std::int64_t piece_end = 0;
    for (std::size_t i = first; i < candidates_.size() && candidates_[i].at <= until; ++i) {
      const QrsCandidate& here = candidates_[i];
      if (integrated.empty() || here.at > piece_end) {
        piece_end = here.at + samples(kLearning_s);
        integrated.push_back(0);
        in_band.push_back(0);
      }
      integrated.back() = std::max(integrated.back(), here.integrated);
      in_band.back() = std::max(in_band.back(), here.in_band);
    }
    const auto lower_median = [](std::vector<double>& values) {
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
      std::ranges::nth_element(values, middle);
      return *middle;
    };
    integrated_ = {lower_median(integrated), 0};
    in_band_ = {lower_median(in_band), 0};
  }

  // Where to go on: at the first candidate of the silence that is no T wave of the beat before it.
  std::size_t learn_from_silence(std::size_t now) {
    std::size_t first = search_from_;
    while (first < now && last_ && candidates_[first].at - last_->at < samples(kTWave_s)) ++first;
    learn(first, std::max(candidates_[now].at, candidates_[first].at + samples(kLearning_s)));
    heard_ = candidates_[now].at;
    search_from_ = now;
    last_ = std::nullopt;
    return first;
  }

  bool is_t_wave(const QrsCandidate& here) const {
    return last_ && here.at - last_->at < samples(kTWave_s) && here.slope < kTWaveSlope * last_->slope;
  }

  bool exceeds(const QrsCandidate& here, double part) const {
    return here.integrated >= part * integrated_.threshold() && here.in_band >= part * in_band_.threshold();
  }

  void judge(std::size_t i) {
    const QrsCandidate& here = candidates_[i];
    if (last_ && here.at - last_->at < samples(kRefractory_s)) return;
    if (exceeds(here, rhythm_.irregular() ? kIrregular : 1.0) && !is_t_wave(here)) return accept(i, kWeight);
    integrated_.see_noise(here.integrated);
    in_band_.see_noise(here.in_band);
  }

  void accept(std::size_t i, double weight) {
    const QrsCandidate& here = candidates_[i];
    integrated_.see_signal(here.integrated, weight);
    in_band_.see_signal(here.in_band, weight);
    if (last_) rhythm_.see(static_cast<double>(here.at - last_->at));
    last_ = here;
    heard_ = std::max(heard_, here.at);
    search_from_ = i + 1;
    beats_.push_back(here.at);
  }

  // Where a beat is overdue at a time, the largest peak since the last one counts if it exceeds the second threshold.
  void search_back(std::size_t end, std::int64_t now) {
    const double first_interval = kFirstInterval_s * rate_hz_;
    while (last_ && static_cast<double>(now - last_->at) > kMissed * rhythm_.usual(first_interval)) {
      const double part = kSecond * (rhythm_.irregular() ? kIrregular : 1.0);
      std::optional<std::size_t> largest;
      for (std::size_t i = search_from_; i < end; ++i) {
        const QrsCandidate& here = candidates_[i];
        if (here.at - last_->at < samples(kRefractory_s) || !exceeds(here, part) || is_t_wave(here)) continue;
        if (!largest || here.integrated > candidates_[*largest].integrated) largest = i;
      }
      if (!largest) return;
      accept(*largest, kWeightBack);
    }
  }

  std::span<const QrsCandidate> candidates_;
  double rate_hz_;
  Level integrated_, in_band_;
  Rhythm rhythm_;
  std::optional<QrsCandidate> last_;  // beat; none after a silence
  std::size_t search_from_ = 0;       // the first candidate after it
  std::int64_t heard_ = 0;            // when there was a beat or the levels were learnt
  std::vector<std::int64_t> beats_;
};

}  // namespace

std::vector<QrsCandidate> find_qrs_candidates(const QrsWaveforms& waveforms) {
  if (waveforms.signal_mv.empty()) return {};
  const std::int64_t reach = std::llround(kWaveReach_s * waveforms.rate_hz);
  const auto value = [](std::span<const float> waveform, std::int64_t at) {
    return std::abs(static_cast<double>(waveform[static_cast<std::size_t>(at)]));
  };
  std::vector<QrsCandidate> candidates;
  for (const std::int64_t peak :
       separated_peaks(waveforms.integrated, std::llround(kRefractory_s * waveforms.rate_hz))) {
    const std::int64_t at = largest_near(waveforms.in_band, peak, reach);
    if (r_peak(waveforms.signal_mv, static_cast<double>(at), waveforms.rate_hz).deflection_mv < kSmallestDeflection_mv)
      continue;
    const std::int64_t steepest = largest_near(waveforms.slope, peak, reach);
    candidates.push_back(
        {at, value(waveforms.integrated, peak), value(waveforms.in_band, at), value(waveforms.slope, steepest)});
  }
  return candidates;
}

std::vector<std::int64_t> pick_by_two_thresholds(std::span<const QrsCandidate> candidates, std::int64_t length,
                                                 double rate_hz) {
  return Decision(candidates, rate_hz).run(length);
}

}  // namespace beatbench::detectors
