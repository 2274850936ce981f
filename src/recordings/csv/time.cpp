#include "recordings/csv/time.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/csv/headings.h"
#include "recordings/text_fields.h"

namespace beatbench::csv {
namespace {

constexpr double kLowestRate_hz = 30, kHighestRate_hz = 10'000;
constexpr double kLowestGuess_hz = 50;    // where it depends on a unit that is not stated
constexpr double kLargestJitter = 0.25;   // of a step, beyond what rounding explains
constexpr double kLongestGap = 10.0;      // all gaps together, in lengths of what is there
constexpr double kMostSingleGaps = 0.03;  // of the rows: more of them are no samples that were lost
constexpr double kFinest = 0.75;          // of what times are rounded to: a finer step cannot be told row by row
constexpr std::size_t kRowsBeside = 16;   // that tell whether a row is late for good
constexpr double kLargestError = 0.01;    // of a rate that coarse times give

bool is_clock(const CsvColumn& column) { return column.clocks > column.numbers; }

double median_step(const std::vector<double>& times) {
  std::vector<double> steps;
  steps.reserve(times.size());
  for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  return *middle;
}

// The step between neighbours, as a mean over all but gaps: a time that was rounded to milliseconds has no exact step,
// and its usual one may be far from the mean.
double mean_step(const std::vector<double>& times, double usual, double resolution) {
  constexpr int most_rounds = 8;
  for (int round = 0; round < most_rounds; ++round) {
    double time = 0;
    std::size_t steps = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
      if (times[i] - times[i - 1] >= 1.5 * usual + resolution) continue;
      time += times[i] - times[i - 1];
      ++steps;
    }
    const double mean = steps == 0 ? usual : time / static_cast<double>(steps);
    if (!(mean > 0) || mean == usual) return mean;
    usual = mean;
  }
  return usual;
}

// By how many steps a row is late for good, and not by rounding or for itself: the rows before and behind it tell.
double lateness(const std::vector<double>& times, const std::vector<double>& samples, std::size_t row, double step,
                double resolution) {
  constexpr std::size_t most = kRowsBeside;
  const auto is_gap = [&](std::size_t i) { return times[i] - times[i - 1] >= 1.5 * step + 2 * resolution; };
  double before = 0, behind = 0, samples_before = 0;
  std::size_t rows_before = 0, rows_behind = 0;
  for (std::size_t i = row; i > 0 && rows_before < most && (i == row || !is_gap(i)); --i) {
    samples_before += i == row ? 1.0 : samples[i];
    before += times[i - 1] + samples_before * step;
    ++rows_before;
  }
  for (std::size_t i = row; i < times.size() && rows_behind < most && (i == row || !is_gap(i)); ++i) {
    behind += times[i] - static_cast<double>(rows_behind++) * step;
  }
  return (behind / static_cast<double>(rows_behind) - before / static_cast<double>(rows_before)) / step;
}

// From each row to the next in samples: 1, or more where samples are missing between them.
std::vector<double> samples_between(const std::vector<double>& times, double step, double resolution) {
  std::vector<double> samples(times.size(), 1.0);
  const auto steps_at = [&](std::size_t i) { return (times[i] - times[i - 1]) / step; };
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (steps_at(i) < 1.5) continue;
    if (steps_at(i) * step >= 1.5 * step + 2 * resolution && resolution < 0.25 * step) {
      samples[i] = std::round(steps_at(i));
      continue;
    }
    const double late = lateness(times, samples, i, step, resolution);
    if (late < 0.5) continue;
    bool is_latest = true;  // of the rows near it, of which any may seem late
    for (std::size_t j = i + 1; j < std::min(times.size(), i + kRowsBeside); ++j) {
      is_latest = is_latest && (steps_at(j) < 1.5 || lateness(times, samples, j, step, resolution) <= late);
    }
    if (is_latest) samples[i] = 1.0 + std::round(late);
  }
  return samples;
}

// The mean step where no samples are missing.
double step_within(const std::vector<double>& times, const std::vector<double>& samples, double step) {
  double time = 0;
  std::size_t steps = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (samples[i] > 1) continue;
    time += times[i] - times[i - 1];
    ++steps;
  }
  return time > 0 ? time / static_cast<double>(steps) : step;
}

// What the column itself says of its unit, or else the file of all times, in seconds.
std::optional<double> stated_unit(const CsvColumn& column, const std::optional<std::string>& time_unit,
                                  const std::string& where) {
  if (is_clock(column)) return 1.0;
  if (const auto seconds = seconds_in(column.units)) return seconds;
  if (const auto seconds = seconds_in(column.heading)) return seconds;
  const std::string_view unknown = column.units.empty() ? unknown_units_in(column.heading) : column.units;
  if (const auto seconds = seconds_among(unknown)) return seconds;
  if (!unknown.empty()) {
    throw Error(ErrorKind::usage, where,
                "the time column " + quote(column.heading) + " is in " + quote(unknown) +
                    ", which is no known unit of time; name another column or give the sampling rate");
  }
  return time_unit ? seconds_in(*time_unit) : std::nullopt;
}

// Seconds in one unit of the column, where it does not say so.
double guessed_unit(const CsvColumn& column, double step, const std::string& where) {
  for (const double seconds : {1.0, 1e-3, 1e-6, 1e-9}) {
    const double rate = 1.0 / (step * seconds);
    if (is_rate_of_ecg(rate) && (seconds == 1.0 || rate >= kLowestGuess_hz)) return seconds;
  }
  throw Error(ErrorKind::usage, where,
              "the time column " + quote(column.heading) + " rises by " + number_text(step) +
                  " a row, which is no rate of an ECG in s, ms, us or ns; name another column or give the sampling "
                  "rate");
}

// As signals do, and times do not even where they are wrong.
bool falls_often(const CsvColumn& column) {
  constexpr std::size_t few = 10;
  std::size_t falls = 0;
  for (std::size_t i = 1; i < column.values.size(); ++i) falls += column.values[i] < column.values[i - 1];
  return column.values.size() > few && 5 * falls > column.values.size();
}

// A rate is rounded to a whole number where one is as near as the times can tell.
double tidy_rate(double rate, double error) {
  const double whole = std::round(rate);
  return std::abs(rate - whole) <= std::min(5e-4, error) * whole ? whole : rate;
}

// What a column's times are rounded to, in its unit: their last digit, or that of a double.
double resolution_of(const CsvColumn& column, const std::vector<double>& times) {
  const double last_digit = std::pow(10.0, -column.decimals), largest = std::abs(times.back());
  const double of_double = largest * std::numeric_limits<double>::epsilon();
  return std::max(column.is_plain ? last_digit : last_digit * std::max(1.0, largest), of_double);
}

// Clocks begin again at midnight.
std::vector<double> past_midnight(std::vector<double> times) {
  constexpr double day = 86'400;
  double add = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] + add < times[i - 1] - day / 2) add += day;
    times[i] += add;
  }
  return times;
}

// Times that stand still for rows on end, because they are rounded to more than a step: every row is the next sample,
// and the rate is what stands between the first and the last change of time. `resolution` becomes what they rise by.
CsvTiming coarse_timing(const std::vector<double>& times, double& resolution, const auto& fail) {
  CsvTiming timing;
  timing.is_coarse = true;
  timing.length_samples = static_cast<std::int64_t>(times.size());
  double rise = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] > times[i - 1]) rise = std::min(rise, times[i] - times[i - 1]);
  }
  resolution = std::max(resolution, std::isfinite(rise) ? rise : 0.0);
  std::size_t first = 0, last = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] - times[i - 1] > 2.5 * resolution) fail(i, "jumps, and is too coarse to tell by how many samples");
    if (times[i] <= times[i - 1]) continue;
    if (first == 0) first = i;
    last = i;
  }
  if (last == first) fail(times.size() - 1, first == 0 ? "stands still" : "is too coarse to tell a rate");
  timing.relative_error = 2.0 / static_cast<double>(last - first);
  if (timing.relative_error > kLargestError) fail(last, "is too coarse to tell a rate");
  timing.sampling_rate_hz = static_cast<double>(last - first) / (times[last] - times[first]);
  // As many rows at each time, or they do not come at the pace that it says.
  const double usual = timing.sampling_rate_hz * resolution;
  std::size_t since = first;
  for (std::size_t i = first + 1; i <= last; ++i) {
    if (times[i] <= times[i - 1]) continue;
    const double expected = timing.sampling_rate_hz * (times[i] - times[i - 1]);
    if (std::abs(static_cast<double>(i - since) - expected) > 2 + 0.1 * usual) {
      fail(i, "is too coarse, and its rows do not come evenly");
    }
    since = i;
  }
  return timing;
}

}  // namespace

bool is_rate_of_ecg(double rate_hz) { return rate_hz >= kLowestRate_hz && rate_hz <= kHighestRate_hz; }

bool is_stated_rate(double rate_hz) { return rate_hz >= 10 && rate_hz <= 20'000; }

bool rises_by_one(const CsvColumn& column) {
  return std::ranges::adjacent_find(column.values, [](double a, double b) { return b - a != 1; }) ==
         column.values.end();
}

bool is_counter(const CsvColumn& column) {
  if (column.texts + column.clocks > 0 || column.decimals > 0 || column.numbers < 2) return false;
  if (names_counter(column.name, true)) return true;
  if (names_counter(column.name)) return std::ranges::is_sorted(column.values);
  return column.heading.empty() && column.values.size() >= 10 && rises_by_one(column);
}

bool looks_like_time(const CsvColumn& column) {
  if (column.clocks > column.numbers + column.texts) return true;
  if (is_voltage(column.units) || falls_often(column)) return false;
  return (names_time(column.name) || seconds_in(column.units)) && column.numbers > column.texts;
}

bool rises_evenly(const CsvColumn& column) {
  if (column.values.size() < 10 || column.numbers < column.values.size()) return false;
  if (!std::ranges::is_sorted(column.values)) return false;
  const double step = median_step(column.values);
  return step > 0 && std::ranges::adjacent_find(column.values, [&](double a, double b) {
                       return !(b - a > 0.5 * step && b - a < 1.5 * step);
                     }) == column.values.end();
}

CsvTiming timing_of(const CsvColumn& column, const CsvTable& table, const std::optional<std::string>& time_unit,
                    const std::string& where) {
  const std::vector<double> of_clock = is_clock(column) ? past_midnight(column.values) : std::vector<double>();
  const std::vector<double>& times = is_clock(column) ? of_clock : column.values;
  const auto fail = [&](std::size_t row, const std::string& message) {
    throw Error(ErrorKind::data, where + ", line " + std::to_string(table.line_of(row)),
                "the time column " + quote(column.heading) + " " + message);
  };
  if (times.size() < 2) throw Error(ErrorKind::data, where, "has one row; a rate cannot be told from its time");
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (std::isnan(times[i])) fail(i, "holds no time");
    if (i > 0 && times[i] < times[i - 1]) fail(i, "runs backwards");
  }
  const double usual = median_step(times);
  double resolution = resolution_of(column, times);
  CsvTiming timing;
  const bool is_coarse = usual <= 0 || mean_step(times, usual, resolution) < kFinest * resolution;
  if (is_coarse) timing = coarse_timing(times, resolution, fail);
  double step = timing.is_coarse ? 1.0 / timing.sampling_rate_hz : mean_step(times, usual, resolution);
  if (!(step > 0)) fail(times.size() - 1, "stands still");
  std::vector<double> samples;
  if (!timing.is_coarse) {
    samples = samples_between(times, step, resolution);
    step = step_within(times, samples, step);
  }
  const auto stated = stated_unit(column, time_unit, where);
  const double unit = stated ? *stated : guessed_unit(column, step, where);
  if (!timing.is_coarse) timing.relative_error = 1.5 * resolution / (step * static_cast<double>(times.size() - 1));
  timing.sampling_rate_hz = tidy_rate(1.0 / (step * unit), timing.relative_error);
  timing.unit_is_guessed = !stated && unit != 1.0;
  constexpr double longest_clock = 1e7;  // s; a larger number is a date
  timing.start_s = std::abs(times.front() * unit) < longest_clock ? times.front() * unit : 0;
  if (timing.is_coarse) return timing;
  timing.sample_of_row.reserve(times.size());
  timing.sample_of_row.push_back(0);
  constexpr std::size_t few_gaps = 10;
  const double longest = kLongestGap * static_cast<double>(times.size());
  std::size_t single_gaps = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double rise = times[i] - times[i - 1];
    const double steps = rise / step;
    if (std::abs(steps - samples[i]) * step > kLargestJitter * step + resolution) {
      fail(i, "is not evenly spaced: it rises by " + number_text(rise) + " where " + number_text(step) + " is usual");
    }
    const double place = static_cast<double>(timing.sample_of_row.back()) + samples[i];
    if (place > static_cast<double>(times.size()) + longest) {
      fail(i, "jumps by " + number_text(steps) + " samples; the gaps are longer than ten times the samples");
    }
    single_gaps += samples[i] == 2;
    if (single_gaps > few_gaps && static_cast<double>(single_gaps) > kMostSingleGaps * static_cast<double>(i)) {
      fail(i, "rises twice as far as usual, as it does in " + std::to_string(single_gaps) + " of " + std::to_string(i) +
                  " rows; its rows do not come evenly");
    }
    timing.sample_of_row.push_back(static_cast<std::int64_t>(place));
  }
  timing.length_samples = timing.sample_of_row.back() + 1;
  if (timing.length_samples == static_cast<std::int64_t>(times.size())) timing.sample_of_row = {};
  return timing;
}

}  // namespace beatbench::csv
