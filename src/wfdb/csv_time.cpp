#include "wfdb/csv_time.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

#include "beatbench/core/error.h"
#include "wfdb/text_fields.h"

namespace beatbench::wfdb {
namespace {

constexpr double kLowestRate_hz = 30, kHighestRate_hz = 10'000;
constexpr double kLargestJitter = 0.25;  // of a step, beyond what rounding explains
constexpr double kLongestGap = 10.0;     // all gaps together, in lengths of what is there

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

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

// Seconds in one unit of the column.
double find_unit(const CsvColumn& column, double step, const std::string& where) {
  if (column.clocks > column.numbers) return 1.0;
  const std::string units = lower_case(column.units), heading = lower_case(column.heading);
  constexpr std::array<std::pair<std::string_view, double>, 8> named = {{{"s", 1.0},
                                                                         {"sec", 1.0},
                                                                         {"seconds", 1.0},
                                                                         {"ms", 1e-3},
                                                                         {"msec", 1e-3},
                                                                         {"milliseconds", 1e-3},
                                                                         {"us", 1e-6},
                                                                         {"microseconds", 1e-6}}};
  for (const auto& [name, seconds] : named) {
    if (units == name || heading == name || heading.ends_with("_" + std::string(name))) return seconds;
  }
  for (const double seconds : {1.0, 1e-3, 1e-6}) {
    const double rate = 1.0 / (step * seconds);
    if (rate >= kLowestRate_hz && rate <= kHighestRate_hz) return seconds;
  }
  throw Error(ErrorKind::usage, where,
              "the time column " + quote(column.heading) + " rises by " + number_text(step) +
                  " a row, which is no rate of an ECG in s, ms or us; name another column or give the sampling rate");
}

// A rate that comes from rounded times is rounded to a whole number, where one is that near.
double tidy_rate(double rate) {
  const double whole = std::round(rate);
  return std::abs(rate - whole) <= 5e-4 * whole ? whole : rate;
}

}  // namespace

bool is_counter(const CsvColumn& column) {
  constexpr std::array<std::string_view, 9> headings = {
      "sample", "sample #", "sample number", "samples", "index", "frame", "n", "#", "unnamed: 0"};
  if (column.texts + column.clocks > 0 || column.decimals > 0 || column.numbers < 2) return false;
  return is_one_of(lower_case(column.heading), headings) && std::ranges::is_sorted(column.values);
}

bool looks_like_time(const CsvColumn& column, bool first_without_headings) {
  if (column.clocks > column.numbers + column.texts) return true;
  constexpr std::array<std::string_view, 8> headings = {"t", "s", "sec", "seconds", "ms", "msec", "us", "milliseconds"};
  const std::string heading = lower_case(column.heading);
  if (is_one_of(heading, headings) || heading.starts_with("time") || heading.starts_with("elapsed")) {
    return column.numbers > column.texts;
  }
  if (!first_without_headings || column.values.size() < 10 || column.numbers < column.values.size()) return false;
  const double step = median_step(column.values);
  return step > 0 && std::ranges::adjacent_find(column.values, [&](double a, double b) {
                       return !(b - a > 0.5 * step && b - a < 1.5 * step);
                     }) == column.values.end();
}

CsvTiming timing_of(const CsvColumn& column, const CsvTable& table, const std::string& where) {
  const std::vector<double>& times = column.values;
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
  const double step = mean_step(times, usual);
  if (!(step > 0)) throw Error(ErrorKind::data, where, "the time column " + quote(column.heading) + " stands still");
  CsvTiming timing;
  timing.sampling_rate_hz = tidy_rate(1.0 / (step * find_unit(column, step, where)));
  timing.sample_of_row.push_back(0);
  const double resolution = std::pow(10.0, -column.decimals);  // of times as they are written
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
