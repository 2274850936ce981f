#include "signal/detectors/path_search.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>

#include "signal/detectors/median.h"
#include "signal/detectors/wide.h"

namespace beatbench::detectors {
namespace {

constexpr std::size_t kWindow = 24;    // of what is compared: 240 ms, every second step
constexpr std::ptrdiff_t kAtOnce = 3;  // beats that are compared before a look at how alike they were
constexpr std::size_t kShifts = 5;     // by up to 20 ms both ways
constexpr std::ptrdiff_t kBeatsAround = 10;
constexpr double kLikenessGain = 1.1, kTemplateLikeness = 0.7, kLeastLikeness = 0.3, kAlike = 0.97;
constexpr double kWorthComparing = -1.5;  // a score below it stays below whatever the likeness

constexpr std::ptrdiff_t kRefractory = steps(0.20);
constexpr std::ptrdiff_t kHorizon = steps(4.0);   // how far back each candidate looks for the one before
constexpr double kShort = 0.6, kShortCost = 1.5;  // of the usual interval; cost for each e-fold beyond
constexpr double kLong = 1.4, kLongCost = 0.8;
constexpr double kFirstShortCost = 0.75;        // while no interval is known
constexpr std::ptrdiff_t kTWave = steps(0.40);  // a T wave follows within this time ...
constexpr double kTWaveSize = 0.3;              // ... with less than this part of the QRS's amplitude ...
constexpr double kTWaveEdges = 1.2;             // ... where blunter edges count as much as a smaller size
constexpr double kTWaveCost = 1.3;
constexpr std::ptrdiff_t kIntervalsAround = 6;

// log(n) of the gaps that are asked for most.
const std::vector<double>& logs_of_gaps() {
  static const std::vector<double> table = [] {
    std::vector<double> logs(kHorizon + 1, 0.0);
    for (std::size_t i = 1; i < logs.size(); ++i) logs[i] = std::log(static_cast<double>(i));
    return logs;
  }();
  return table;
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
      double best = std::numeric_limits<double>::lowest();
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
      if (best < 0 && -cost_of_end(here, here.at) >= best) {  // that cost is never below 0
        best = -cost_of_end(here, here.at);
        before[j] = none;
      }
      total[j] = best + here.score;
    }
    std::size_t last = none;
    double best = 0;  // of no beat at all
    for (std::size_t j = 0; j < candidates.size(); ++j) {
      if (total[j] <= best) continue;
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
    const std::ptrdiff_t gap = second.at - first.at;
    const double log_gap =
        gap <= kHorizon ? logs_of_gaps_[static_cast<std::size_t>(gap)] : std::log(static_cast<double>(gap));
    const double ratio = log_gap - 0.5 * (first.log_usual_interval + second.log_usual_interval);
    double cost = short_cost_ * std::max(0.0, log_short_ - ratio) + kLongCost * std::max(0.0, ratio - log_long_);
    if (gap < kTWave) {
      const double blunter = std::clamp(first.log_edges - second.log_edges, -1.0, 2.0);
      const double smaller = first.log_size - second.log_size + kTWaveEdges * blunter;
      cost += kTWaveCost * std::max(0.0, log_t_wave_ + smaller);
    }
    return cost;
  }

  // A beat that is missing before the first or after the last costs as in between.
  double cost_of_end(const Candidate& candidate, std::ptrdiff_t steps_to_end) const {
    const double ratio = std::log(static_cast<double>(steps_to_end + 1)) - candidate.log_usual_interval;
    return kLongCost * std::max(0.0, ratio - log_long_);
  }

  double short_cost_;
  double log_short_ = std::log(kShort), log_long_ = std::log(kLong), log_t_wave_ = std::log(kTWaveSize);
  const std::vector<double>& logs_of_gaps_ = logs_of_gaps();
};

// 0, -1, 1, -2, 2 and so on.
std::ptrdiff_t from_near_to_far(std::ptrdiff_t i) { return i % 2 == 0 ? i / 2 : -(i + 1) / 2; }

// Tells each candidate the median of the intervals around it on a path.
void learn_intervals(Path& path) {
  if (path.beats.size() < 4) return;
  std::vector<float> intervals;
  const auto at = [&](std::size_t i) { return path.candidates[path.beats[i]].at; };
  for (std::size_t i = 1; i < path.beats.size(); ++i) intervals.push_back(static_cast<float>(at(i) - at(i - 1)));
  std::vector<double> usual;
  for (const float interval : medians_around(intervals, kIntervalsAround)) {
    usual.push_back(std::log(std::clamp<double>(interval, 0.2 * kGridHz, 2.0 * kGridHz)));
  }
  std::size_t k = 0;
  for (Candidate& candidate : path.candidates) {
    while (k + 1 < usual.size() && at(k + 1) < candidate.at) ++k;
    candidate.log_usual_interval = usual[k];
  }
}

// What is compared is each second step of the slope around a bump, in every lead.
using Window = std::array<float, kWindow>;

// The windows around a bump that are shifted against each other by two steps lie in one strip: lane i has the window
// from strip[i] on. Lanes beyond kShifts are not used.
constexpr std::size_t kLanes = 8;
using Strip = std::array<float, kWindow + kLanes>;
using Lanes = std::array<float, kLanes>;
static_assert(kShifts <= kLanes);

template <typename Values>
float cut(const std::vector<float>& slope, std::ptrdiff_t first, Values& values) {
  const float* from = slope.data() + kBeyond + first;
  float square = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = from[2 * k];
    square += values[k] * values[k];
  }
  return square;
}

float inverse_root(float square) { return square > 0 ? 1 / std::sqrt(square) : 0.0F; }

// A beat's windows, as a vector of length 1.
void cut_windows(const Slopes& slopes, std::ptrdiff_t at, std::span<Window> windows) {
  float square = 0;
  for (std::size_t lead = 0; lead < slopes.size(); ++lead) {
    square += cut(slopes[lead], at - static_cast<std::ptrdiff_t>(kWindow), windows[lead]);
  }
  const float scale = inverse_root(square);
  for (Window& window : windows) {
    for (float& value : window) value *= scale;
  }
}

// Eight values that are worked on at once, whatever the processor's registers hold; a type of GCC and Clang.
using LaneVector [[gnu::vector_size(kLanes * sizeof(float))]] = float;

// Raises `most` to the correlation coefficients of a beat's windows and those of each lane, over all leads. Four sums
// do not wait for each other.
BEATBENCH_WIDE void raise_to_correlation(std::span<const Window> windows, std::span<const Strip> strips,
                                         const Lanes& scales, Lanes& most) {
  static_assert(kWindow % 4 == 0);
  LaneVector a{}, b{}, c{}, d{}, lanes, largest;
  for (std::size_t lead = 0; lead < windows.size(); ++lead) {
    const Window& window = windows[lead];
    const float* strip = strips[lead].data();
    for (std::size_t k = 0; k < kWindow; k += 4) {
      std::memcpy(&lanes, strip + k, sizeof lanes);
      a += window[k] * lanes;
      std::memcpy(&lanes, strip + k + 1, sizeof lanes);
      b += window[k + 1] * lanes;
      std::memcpy(&lanes, strip + k + 2, sizeof lanes);
      c += window[k + 2] * lanes;
      std::memcpy(&lanes, strip + k + 3, sizeof lanes);
      d += window[k + 3] * lanes;
    }
  }
  std::memcpy(&lanes, scales.data(), sizeof lanes);
  std::memcpy(&largest, most.data(), sizeof largest);
  const LaneVector found = ((a + b) + (c + d)) * lanes;
  largest = found > largest ? found : largest;
  std::memcpy(most.data(), &largest, sizeof largest);
}

BEATBENCH_WIDE void add_squares(const Strip& strip, Lanes& sums) {
  LaneVector sum, lanes;
  std::memcpy(&sum, sums.data(), sizeof sum);
  for (std::size_t k = 0; k < kWindow; ++k) {
    std::memcpy(&lanes, strip.data() + k, sizeof lanes);
    sum += lanes * lanes;
  }
  std::memcpy(sums.data(), &sum, sizeof sum);
}

// Compares one candidate with beats.
class Comparison {
 public:
  explicit Comparison(const Slopes& slopes) : slopes_(slopes), strips_(slopes.size()) {}

  void begin(std::ptrdiff_t at) {
    constexpr std::ptrdiff_t first = static_cast<std::ptrdiff_t>(kWindow + 2 * (kShifts / 2));
    Lanes squares{};
    for (std::size_t lead = 0; lead < slopes_.size(); ++lead) {
      Strip& strip = strips_[lead];
      cut(slopes_[lead], at - first, strip);
      add_squares(strip, squares);
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) scales_[lane] = inverse_root(squares[lane]);
    most_.fill(0);
  }

  void add_beat(std::span<const Window> beat) { raise_to_correlation(beat, strips_, scales_, most_); }

  // With the beat that it is most like, or 0.
  float likeness() const { return *std::max_element(most_.begin(), most_.begin() + kShifts); }

 private:
  const Slopes& slopes_;
  std::vector<Strip> strips_;  // one for each lead
  Lanes scales_{}, most_{};
};

// How alike each candidate is to that of the beats around it on the path which it resembles most.
void learn_likeness(Path& path, const Slopes& slopes) {
  const std::size_t leads = slopes.size();
  const auto count = static_cast<std::ptrdiff_t>(path.beats.size());
  std::vector<Window> windows(path.beats.size() * leads);
  const auto windows_of = [&](std::ptrdiff_t beat) {
    return std::span(windows).subspan(static_cast<std::size_t>(beat) * leads, leads);
  };
  const auto at = [&](std::ptrdiff_t i) { return path.candidates[path.beats[static_cast<std::size_t>(i)]].at; };
  for (std::ptrdiff_t i = 0; i < count; ++i) cut_windows(slopes, at(i), windows_of(i));
  Comparison comparison(slopes);
  std::ptrdiff_t next = 0;  // the first beat that is not before the candidate
  for (Candidate& candidate : path.candidates) {
    while (next < count && at(next) < candidate.at) ++next;
    candidate.likeness = 0;
    if (candidate.own_score < kWorthComparing) continue;
    comparison.begin(candidate.at);
    for (std::ptrdiff_t i = 0; i <= 2 * kBeatsAround; ++i) {
      const std::ptrdiff_t other = next + from_near_to_far(i);
      if (other < 0 || other >= count || std::abs(at(other) - candidate.at) < kRefractory) continue;
      comparison.add_beat(windows_of(other));
      if (i % kAtOnce == kAtOnce - 1 && comparison.likeness() >= kAlike) break;
    }
    candidate.likeness = comparison.likeness();
  }
}

}  // namespace

Path find_path(std::vector<Candidate> candidates, const Slopes& slopes) {
  const auto length = static_cast<std::ptrdiff_t>(slopes.front().size()) - 2 * kBeyond;
  Path path{std::move(candidates), {}};
  for (Candidate& candidate : path.candidates) candidate.score = candidate.own_score;
  path.beats = PathSearch(kFirstShortCost).best_path(path.candidates, length);
  learn_likeness(path, slopes);  // which speaks for a small bump less than for a large one
  for (Candidate& candidate : path.candidates) {
    const double likeness_score = std::clamp(candidate.likeness, kLeastLikeness, 1.0) - kTemplateLikeness;
    const double share = likeness_score > 0 ? std::clamp(1 + candidate.own_score, 0.0, 1.0) : 1.0;
    candidate.score = candidate.own_score + kLikenessGain * share * likeness_score;
  }
  for (int pass = 0; pass < 2; ++pass) {
    learn_intervals(path);
    path.beats = PathSearch(kShortCost).best_path(path.candidates, length);
  }
  return path;
}

}  // namespace beatbench::detectors
