#include "signal/detectors/path_search.h"

#include <algorithm>
#include <limits>

namespace beatbench::detectors {
namespace {

constexpr std::ptrdiff_t kHalfWindow = steps(0.100), kShift = steps(0.020);  // of what is compared
constexpr std::ptrdiff_t kBeatsAround = 10;
constexpr double kLikenessGain = 1.1, kUsualLikeness = 0.7, kLeastLikeness = 0.3, kAlike = 0.97;
constexpr double kWorthComparing = -1.5;  // a score below it stays below whatever the likeness

constexpr std::ptrdiff_t kRefractory = steps(0.20);
constexpr std::ptrdiff_t kHorizon = steps(4.0);   // how far back each candidate looks for the one before
constexpr double kShort = 0.6, kShortCost = 1.5;  // of the usual interval; cost for each e-fold beyond
constexpr double kLong = 1.4, kLongCost = 1.0;
constexpr double kFirstShortCost = 0.75;        // while no interval is known
constexpr std::ptrdiff_t kTWave = steps(0.40);  // a T wave follows within this time ...
constexpr double kTWaveSize = 0.3;              // ... with less than this part of the QRS's amplitude ...
constexpr double kTWaveEdges = 1.2;             // ... where blunter edges count as much as a smaller size
constexpr double kTWaveCost = 1.3;
constexpr std::ptrdiff_t kIntervalsAround = 6;

float median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// log(n) of the gaps that are asked for most.
double log_of_gap(std::ptrdiff_t gap) {
  static const std::vector<double> table = [] {
    std::vector<double> logs(kHorizon + 1, 0.0);
    for (std::size_t i = 1; i < logs.size(); ++i) logs[i] = std::log(static_cast<double>(i));
    return logs;
  }();
  const auto at = static_cast<std::size_t>(gap);
  return at < table.size() ? table[at] : std::log(static_cast<double>(gap));
}

class PathSearch {
 public:
  explicit PathSearch(double short_cost) : short_cost_(short_cost) {}

  std::vector<std::size_t> best_path(const std::vector<Candidate>& candidates, std::ptrdiff_t length) const {
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
        if (total[i] <= best) return;
        const double value = total[i] - cost_between(candidates[i], here);
        if (value <= best) return;
        best = value;
        before[j] = i;
      };
      std::size_t i = j;
      while (i > horizon && candidates[i - 1].at > here.at - kRefractory) --i;
      while (i-- > horizon) consider(i);
      if (best_beyond != none) consider(best_beyond);
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

 private:
  double cost_between(const Candidate& first, const Candidate& second) const {
    static const double log_short = std::log(kShort), log_long = std::log(kLong), log_t_wave = std::log(kTWaveSize);
    const std::ptrdiff_t gap = second.at - first.at;
    const double ratio = log_of_gap(gap) - 0.5 * (first.log_usual_interval + second.log_usual_interval);
    double cost = short_cost_ * std::max(0.0, log_short - ratio) + kLongCost * std::max(0.0, ratio - log_long);
    if (gap < kTWave) {
      const double blunter = std::clamp(first.log_edges - second.log_edges, -1.0, 2.0);
      const double smaller = first.log_size - second.log_size + kTWaveEdges * blunter;
      cost += kTWaveCost * std::max(0.0, log_t_wave + smaller);
    }
    return cost;
  }

  // A beat that is missing before the first or after the last costs as in between.
  static double cost_of_end(const Candidate& candidate, std::ptrdiff_t steps_to_end) {
    const double ratio = std::log(static_cast<double>(steps_to_end + 1)) - candidate.log_usual_interval;
    return kLongCost * std::max(0.0, ratio - std::log(kLong));
  }

  double short_cost_;
};

// Tells each candidate the median of the intervals around it on a path.
void learn_intervals(Path& path) {
  if (path.beats.size() < 4) return;
  std::vector<float> intervals, near;
  const auto at = [&](std::size_t i) { return path.candidates[path.beats[i]].at; };
  for (std::size_t i = 1; i < path.beats.size(); ++i) intervals.push_back(static_cast<float>(at(i) - at(i - 1)));
  const auto count = static_cast<std::ptrdiff_t>(intervals.size());
  std::vector<double> usual;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    near.assign(intervals.begin() + std::max<std::ptrdiff_t>(0, i - kIntervalsAround),
                intervals.begin() + std::min(count, i + kIntervalsAround + 1));
    usual.push_back(std::log(std::clamp<double>(median(near), 0.2 * kGridHz, 2.0 * kGridHz)));
  }
  std::size_t k = 0;
  for (Candidate& candidate : path.candidates) {
    while (k + 1 < usual.size() && at(k + 1) < candidate.at) ++k;
    candidate.log_usual_interval = usual[k];
  }
}

// Compares the windows around two steps in all leads at once.
class Likeness {
 public:
  explicit Likeness(const Slopes& slopes) : slopes_(slopes) {
    for (std::size_t i = 0; i < slopes.front().size(); ++i) {
      double square = 0;
      for (const std::vector<float>& slope : slopes) square += static_cast<double>(slope[i]) * slope[i];
      squares_.push_back(squares_.back() + square);
    }
  }

  // The largest correlation coefficient over the shifts; the nearest shifts first, until it is high enough.
  double between(std::ptrdiff_t a, std::ptrdiff_t b) const {
    const double square = square_around(a);
    double best = -1;
    for (std::ptrdiff_t i = 0; i <= 2 * kShift && best < kAlike; ++i) {
      const std::ptrdiff_t shifted = b + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);
      const double power = square * square_around(shifted);
      if (power <= 0) continue;
      float product = 0;
      for (const std::vector<float>& slope : slopes_) {
        const float* x = slope.data() + kBeyond + a - kHalfWindow;
        const float* y = slope.data() + kBeyond + shifted - kHalfWindow;
        float sum[8] = {};
        static_assert(2 * kHalfWindow % 8 == 0);
        for (std::ptrdiff_t k = 0; k < 2 * kHalfWindow; k += 8) {
          for (std::ptrdiff_t lane = 0; lane < 8; ++lane) sum[lane] += x[k + lane] * y[k + lane];
        }
        for (const float part : sum) product += part;
      }
      best = std::max(best, product / std::sqrt(power));
    }
    return best;
  }

 private:
  double square_around(std::ptrdiff_t at) const {
    const auto middle = static_cast<std::size_t>(kBeyond + at);
    return squares_[middle + kHalfWindow] - squares_[middle - kHalfWindow];
  }
  static_assert(kHalfWindow + kShift <= kBeyond);

  const Slopes& slopes_;
  std::vector<double> squares_ = {0.0};  // up to each step
};

// How alike each candidate is to that of the beats around it on the path which it resembles most.
void learn_likeness(Path& path, const Likeness& likeness) {
  const auto count = static_cast<std::ptrdiff_t>(path.beats.size());
  std::ptrdiff_t next = 0;  // the first beat that is not before the candidate
  for (Candidate& candidate : path.candidates) {
    while (next < count && path.candidates[path.beats[static_cast<std::size_t>(next)]].at < candidate.at) ++next;
    candidate.likeness = 0;
    if (candidate.own_score < kWorthComparing) continue;
    for (std::ptrdiff_t i = 0; i <= 2 * kBeatsAround && candidate.likeness < kAlike; ++i) {
      const std::ptrdiff_t other = next + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);
      if (other < 0 || other >= count) continue;
      const std::ptrdiff_t at = path.candidates[path.beats[static_cast<std::size_t>(other)]].at;
      if (std::abs(at - candidate.at) < kRefractory) continue;
      candidate.likeness = std::max(candidate.likeness, likeness.between(candidate.at, at));
    }
  }
}

}  // namespace

Path find_path(std::vector<Candidate> candidates, const Slopes& slopes) {
  const auto length = static_cast<std::ptrdiff_t>(slopes.front().size()) - 2 * kBeyond;
  const Likeness likeness(slopes);
  Path path{std::move(candidates), {}};
  path.beats = PathSearch(kFirstShortCost).best_path(path.candidates, length);
  for (int pass = 0; pass < 2; ++pass) {
    learn_intervals(path);
    learn_likeness(path, likeness);
    for (Candidate& candidate : path.candidates) {
      const double likeness_score = std::clamp(candidate.likeness, kLeastLikeness, 1.0) - kUsualLikeness;
      candidate.score = candidate.own_score + kLikenessGain * likeness_score;
    }
    path.beats = PathSearch(kShortCost).best_path(path.candidates, length);
  }
  return path;
}

}  // namespace beatbench::detectors
