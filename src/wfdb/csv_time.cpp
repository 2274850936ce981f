#include "wfdb/csv_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "wfdb/text_fields.h"

namespace beatbench::wfdb {
namespace {

constexpr double kLowestRate_hz = 30, kHighestRate_hz = 10'000;
constexpr double kLargestJitter = 0.25;  // of a step, beyond what rounding explains
constexpr double kLongestGap = 10.0;     // all gaps together, in lengths of what is there

template <std::size_t n>
bool is_one_of(const std::string& word, const std::array<std::string_view, n>& words) {
  return std::ranges::find(words, word) != words.end();
}

// The step between neighbours in each stretch without a gap, as a mean over all of them: a time that was rounded to
// milliseconds has no exact step.
double mean_step(const std::vector<double>& times, double usual) {
  double time = 0;
  std::size_t steps = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] - times[i - 1] >= 1.5 * usual) continue;
    time += times[i] - times[i - 1];
    ++steps;
  }
  return steps == 0 ? usual : time / static_cast<double>(steps);
}

double median_step(const std::vector<double>& times) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  return *middle;
}

// What the column itself says of its unit, in seconds.
std::optional<double> stated_unit(const CsvColumn& column) {
  if (column.clocks > column.numbers) return 1.0;
  if (const auto seconds = seconds_in(column.units)) return seconds;
  const std::string heading = lower_case(column.heading);
  if (const auto seconds = seconds_in(heading)) return seconds;
  const std::size_t line = heading.rfind('_');
  return line == std::string::npos ? std::nullopt : seconds_in(heading.substr(line + 1));
}

// Seconds in one unit of the column.
double find_unit(const CsvColumn& column, double step, const std::string& where) {
  if (const auto stated = stated_unit(column)) return *stated;
  for (const double seconds : {1.0, 1e-3, 1e-6}) {
    const double rate = 1.0 / (step * seconds);
    if (rate >= kLowestRate_hz && rate <= kHighestRate_hz) return seconds;
  }
  throw Error(ErrorKind::usage, where,
              "the time column " + quote(column.heading) + " rises by " + number_text(step) +
                  " a row, which is no rate of an ECG in s, ms or us; name another column or give the sampling rate");
}

// A rate is rounded to a whole number where one is as near as the times can tell: `error` is what their rounding makes
// of the whole length, relative to it.
double tidy_rate(double rate, double error) {
  const double whole = std::round(rate);
  return std::abs(rate - whole) <= std::min(5e-4, error) * whole ? whole : rate;
}

// What a column's times are rounded to, in its unit.
double resolution_of(const CsvColumn& column) {
  const double last_digit = std::pow(10.0, -column.decimals);
  return column.is_plain ? last_digit : last_digit * std::max(1.0, std::abs(column.values.back()));
}

// Clocks begin again at midnight.
std::vector<double> past_midnight(std::vector<double> times, bool clocks) {
  constexpr double day = 86'400;
  double add = 0;
  for (std::size_t i = 1; clocks && i < times.size(); ++i) {
    if (times[i] + add < times[i - 1] - day / 2) add += day;
    times[i] += add;
  }
  return times;
}

// Times that stand still for rows on end, because they are rounded to more than a step: the rate is that of the whole,
// and every row is the next sample.
CsvTiming coarse_timing(const std::vector<double>& times, double resolution, const auto& fail) {
  CsvTiming timing;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] - times[i - 1] > 2.5 * resolution) fail(i, "jumps, and is too coarse to tell by how many samples");
  }
  const double duration = times.back() - times.front();
  if (duration > 100 * resolution) timing.sampling_rate_hz = static_cast<double>(times.size() - 1) / duration;
  timing.length_samples = static_cast<std::int64_t>(times.size());
  return timing;
}

}  // namespace

bool rises_by_one(const CsvColumn& column) {
  return std::ranges::adjacent_find(column.values, [](double a, double b) { return b - a != 1; }) ==
         column.values.end();
}

bool is_counter(const CsvColumn& column) {
  constexpr std::array<std::string_view, 9> headings = {
      "sample", "sample #", "sample number", "samples", "index", "frame", "n", "#", "unnamed: 0"};
  if (column.texts + column.clocks > 0 || column.decimals > 0 || column.numbers < 2) return false;
  if (is_one_of(lower_case(column.heading), headings)) return std::ranges::is_sorted(column.values);
  return column.heading.empty() && column.values.size() >= 10 && rises_by_one(column);
}

bool looks_like_time(const CsvColumn& column, bool first_without_headings) {
  if (column.clocks > column.numbers + column.texts) return true;
  constexpr std::array<std::string_view, 8> headings = {"t", "s", "sec", "seconds", "ms", "msec", "us", "milliseconds"};
  const std::string heading = lower_case(column.heading);
  const bool headed = is_one_of(heading, headings) || heading.starts_with("time") || heading.starts_with("elapsed");
  if (headed || seconds_in(column.units)) {
    return column.numbers > column.texts;
  }
  if (!first_without_headings || column.values.size() < 10 || column.numbers < column.values.size()) return false;
  const double step = median_step(column.values);
  return step > 0 && std::ranges::adjacent_find(column.values, [&](double a, double b) {
                       return !(b - a > 0.5 * step && b - a < 1.5 * step);
                     }) == column.values.end();
}

CsvTiming timing_of(const CsvColumn& column, const CsvTable& table, const std::string& where) {
  const bool clocks = column.clocks > column.numbers;
  const std::vector<double> times = past_midnight(column.values, clocks);
  const auto fail = [&](std::size_t row, const std::string& message) {
    throw Error(ErrorKind::data, where + ", line " + std::to_string(table.line_of_row[row]),
                "the time column " + quote(column.heading) + " " + message);
  };
  if (times.size() < 2) throw Error(ErrorKind::data, where, "has one row; a rate cannot be told from its time");
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (std::isnan(times[i])) fail(i, "holds no time");
    if (i > 0 && times[i] < times[i - 1]) fail(i, "runs backwards");
  }
  const double usual = median_step(times);
  const double resolution = resolution_of(column);
  CsvTiming timing;
  if (usual <= 0) timing = coarse_timing(times, resolution, fail);
  const double step =
      usual <= 0 && timing.sampling_rate_hz > 0 ? 1.0 / timing.sampling_rate_hz : mean_step(times, usual);
  if (!(step > 0)) throw Error(ErrorKind::data, where, "the time column " + quote(column.heading) + " stands still");
  const double unit = find_unit(column, step, where);
  const double stretch = step * static_cast<double>(times.size() - 1);
  timing.sampling_rate_hz = tidy_rate(1.0 / (step * unit), 1.5 * resolution / stretch);
  timing.unit_is_guessed = !stated_unit(column) && unit != 1.0;
  constexpr double longest_clock = 1e7;  // s; a larger number is a date
  timing.start_s = std::abs(times.front() * unit) < longest_clock ? times.front() * unit : 0;
  if (usual <= 0) return timing;
  timing.sample_of_row.push_back(0);
  const double longest = kLongestGap * static_cast<double>(times.size());
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double steps = (times[i] - times[i - 1]) / step;
    if (std::abs(steps - std::round(steps)) * step > kLargestJitter * step + resolution) {
      fail(i, "is not evenly spaced: it rises by " + number_text(times[i] - times[i - 1]) + " where " +
                  number_text(step) + " is usual");
    }
    const double place = static_cast<double>(timing.sample_of_row.back()) + std::max(1.0, std::round(steps));
    if (place > static_cast<double>(times.size()) + longest) {
      fail(i, "jumps by " + number_text(steps) + " samples; the gaps are longer than ten times the samples");
    }
    timing.sample_of_row.push_back(static_cast<std::int64_t>(place));
  }
  timing.length_samples = timing.sample_of_row.back() + 1;
  return timing;
}

}  // namespace beatbench::wfdb
