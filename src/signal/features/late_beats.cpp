#include <algorithm>
#include <array>
#include <cmath>

#include "signal/features/beat_shape.h"

namespace beatbench::features {
namespace {

constexpr std::array<std::string_view, 15> kNumbers = {
    "log of the interval before the beat before over that of late beats",
    "log of the interval before over the same",
    "log of the interval after over the same",
    "log of the interval after the beat after over the same",
    "log of the median interval of the eleven beats around over the same",
    "largest correlation of what is before the QRS complex (P wave) with that of late beats",
    "log of its distance from that, over the size of the template's QRS complex",
    "mean correlation of the late beats' P waves with their median",
    "log of the size of that median over the size of the template's QRS complex",
    "correlation of that median with that of the eleven beats around",
    "mean correlation of the P waves of the eleven beats around with their median",
    "correlation of the beat's own with that",
    "log of the size of the beat's own over the size of the template's QRS complex",
    "largest correlation of the beat's own with that of the beat before",
    "the same, with that of the beat after",
};

constexpr std::size_t kNearest = 15;             // late beats that a beat is compared with
constexpr std::size_t kAround = 5;               // beats on either side
constexpr double kLate = 0.8;                    // share of the intervals before that are shorter than a late beat's
constexpr double kAlike = 0.9;                   // correlation of a QRS complex that counts as that of the template
constexpr double kSize_mv = 0.05, kP_mv = 0.02;  // what counts for nothing, so that logs stay small

// The one of the values that `share` of the others lie below.
double value_of_rank(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<std::size_t>(at)];
}

// The latest fifth of the beats whose QRS complex is that of the template: the sinus node is likeliest to have made
// these.
std::vector<std::size_t> latest_beats(const TemplateBeat& beat_template, std::span<const double> logs) {
  std::vector<std::size_t> places;
  std::vector<double> intervals;
  for (std::size_t i = 0; i < beat_template.beats.size(); ++i) {
    if (beat_template.beats[i].correlation < kAlike) continue;
    places.push_back(i);
    intervals.push_back(logs[i]);
  }
  if (places.empty()) return {0};
  const double least = value_of_rank(intervals, kLate);
  std::erase_if(places, [&](std::size_t i) { return logs[i] < least; });
  return places;
}

// Those of `places`, ascending, that are nearest to `place`.
std::span<const std::size_t> nearest(std::span<const std::size_t> places, std::size_t place) {
  const std::size_t count = std::min(kNearest, places.size());
  auto begin = static_cast<std::size_t>(std::ranges::lower_bound(places, place) - places.begin());
  begin = std::min(begin > count / 2 ? begin - count / 2 : 0, places.size() - count);
  const auto distance = [&](std::size_t i) { return places[i] > place ? places[i] - place : place - places[i]; };
  while (begin > 0 && distance(begin - 1) < distance(begin + count - 1)) --begin;
  while (begin + count < places.size() && distance(begin + count) < distance(begin)) ++begin;
  return places.subspan(begin, count);
}

// Their P waves, the median of these, and how alike they are: the mean correlation with that median.
struct Atria {
  std::vector<float> p;
  double agreement = 0;
};

Atria atria_of(const TemplateBeat& beat_template, std::span<const std::size_t> places) {
  Atria atria{part_of(median_beat(beat_template.beats, places), kPBegin, kPEnd)};
  for (const std::size_t i : places) {
    atria.agreement +=
        compare_p(beat_template.beats[i].windows, atria.p).correlation / static_cast<double>(places.size());
  }
  return atria;
}

}  // namespace

const std::span<const std::string_view> kLateBeatsNumbers = kNumbers;

void append_late_beats(const FeatureSource& source, std::vector<float>& values) {
  const TemplateBeat& beat_template = *source.template_beat;
  const std::vector<double> logs = log_intervals(source);
  const std::vector<float> qrs = part_of(beat_template.windows, kQrsBegin, kQrsEnd);
  const double size = std::sqrt(dot(qrs, qrs)) + kSize_mv;
  const std::size_t last = beat_template.beats.size() - 1;
  const auto p_of = [&](std::size_t place) { return part_of(beat_template.beats[place].windows, kPBegin, kPEnd); };
  const auto log_size = [&](double mv) { return std::log((mv + kP_mv) / size); };
  const std::vector<std::size_t> latest = latest_beats(beat_template, logs);
  for (const std::size_t place : source.places) {
    const auto late = nearest(latest, place);
    std::vector<double> intervals;
    for (const std::size_t i : late) intervals.push_back(logs[i]);
    const double late_log = median_or_zero(intervals);
    std::vector<std::size_t> around;
    for (std::size_t i = place > kAround ? place - kAround : 0; i <= std::min(place + kAround, last); ++i)
      around.push_back(i);
    intervals.clear();
    for (const std::size_t i : around) intervals.push_back(logs[i]);
    const Atria reference = atria_of(beat_template, late), local = atria_of(beat_template, around);
    const std::vector<float> own = p_of(place);
    const PLikeness p = compare_p(beat_template.beats[place].windows, reference.p);
    const double to_local = compare_p(beat_template.beats[place].windows, local.p).correlation;
    const auto alike = [&](std::size_t other) {
      return compare_p(beat_template.beats[place].windows, p_of(other)).correlation;
    };
    for (const double number :
         {logs[place == 0 ? 0 : place - 1] - late_log, logs[place] - late_log, logs[place + 1] - late_log,
          logs[std::min(place + 2, last + 1)] - late_log, median_or_zero(intervals) - late_log, p.correlation,
          log_size(p.distance), reference.agreement, log_size(std::sqrt(dot(reference.p, reference.p))),
          correlation(local.p, reference.p, 1e-4), local.agreement, to_local, log_size(std::sqrt(dot(own, own))),
          alike(place == 0 ? 0 : place - 1), alike(std::min(place + 1, last))}) {
      values.push_back(static_cast<float>(number));
    }
  }
}

}  // namespace beatbench::features
