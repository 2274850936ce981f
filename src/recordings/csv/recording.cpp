#include "beatbench/recordings/csv/recording.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "recordings/csv/columns.h"
#include "recordings/csv/time.h"
#include "recordings/text_fields.h"

namespace beatbench {
namespace {

using csv::CsvColumn;
using csv::CsvTable;
using csv::CsvTiming;

constexpr double kLargestDigital = 2'000'000'000;  // what an int32 holds, with room
constexpr double kLargestMillivolts = 50;          // beyond it the values of an ECG are in another unit
constexpr double kSameRate = 0.01;                 // two statements of a rate that differ by more contradict each other

std::string heading_of(const CsvColumn& column, std::size_t index) {
  return column.heading.empty() ? std::to_string(index + 1) : column.heading;
}

std::string hertz_text(double rate_hz) { return number_text(rate_hz) + " Hz"; }

bool is_same_rate(double a, double b) { return std::abs(a - b) <= kSameRate * std::min(a, b); }

std::uintmax_t memory_bytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page <= 0) return std::numeric_limits<std::uintmax_t>::max();
  return static_cast<std::uintmax_t>(pages) * static_cast<std::uintmax_t>(page);
}

constexpr std::uintmax_t kMebibyte = 1 << 20;

// What a file becomes in memory is up to sixteen times as long, gaps in its times left aside.
void check_size(const std::filesystem::path& path) {
  std::error_code not_regular;
  const std::uintmax_t size = std::filesystem::file_size(path, not_regular), largest = memory_bytes() / 16;
  if (not_regular || size <= largest) return;
  throw Error(ErrorKind::data, path.string(),
              "is of " + std::to_string(size / kMebibyte) + " MiB; at most " + std::to_string(largest / kMebibyte) +
                  " MiB, a sixteenth of this machine's memory, are read");
}

// Gaps may be ten times as long as what is there.
void check_samples(std::int64_t length, std::size_t leads, const std::string& where) {
  const std::uintmax_t bytes = static_cast<std::uintmax_t>(length) * leads * sizeof(std::int32_t);
  if (bytes <= memory_bytes() / 4) return;
  throw Error(ErrorKind::data, where,
              "holds, with the gaps that its times leave, " + std::to_string(bytes / kMebibyte) +
                  " MiB of samples, more than a quarter of this machine's memory");
}

// How the values of a lead become whole numbers.
struct Scale {
  double gain = 1;
  double limit = 0;    // larger values are none of the signal, but a sign of something or other
  double largest = 0;  // of the values within
  bool is_exact = true;

  // Decimal digits are kept where an int32 holds them all. Where it does not hold a few values that are out of all
  // proportion, the others keep theirs.
  explicit Scale(const CsvColumn& column) {
    constexpr double out_of_proportion = 1000, beyond_any = 1e4;  // in what most values are below
    constexpr int most_places = 18, written_by_hand = 9;
    std::vector<double> sizes;
    for (const double value : column.values) {
      if (value != 0 && !std::isnan(value)) sizes.push_back(std::abs(value));
    }
    const double exact = std::pow(10.0, std::min(column.places, most_places));
    gain = exact;
    limit = kLargestDigital / exact;
    if (sizes.empty()) return;
    // Below half of the values, or where they are computed, below more: what is left of a filter's zeros says nothing.
    const std::size_t rank = column.places <= written_by_hand ? sizes.size() / 2 : sizes.size() * 3 / 4;
    const auto most = sizes.begin() + static_cast<std::ptrdiff_t>(rank);
    std::ranges::nth_element(sizes, most);
    const double usual = *most;
    is_exact = column.places <= most_places &&
               std::ranges::none_of(sizes, [&](double v) { return v > limit && v <= out_of_proportion * usual; });
    if (!is_exact) limit = beyond_any * usual;
    for (const double size : sizes) largest = std::max(largest, size <= limit ? size : 0.0);
    constexpr double finest = 100;  // 2^100 steps a unit: beyond it there are no signals, but numbers that overflow
    if (!is_exact) gain = std::exp2(std::min(finest, std::floor(std::log2(kLargestDigital / largest))));
  }
};

CsvTable read_table(const std::filesystem::path& path, std::string& hash) {
  check_ordinary_file(path);
  check_size(path);
  std::string bytes = read_text_file(path);
  hash = content_hash(bytes);
  return csv::parse_csv(with_line_feeds(to_utf8(std::move(bytes))), path.string());
}

class CsvRecordingReader {
 public:
  CsvRecordingReader(const std::filesystem::path& path, const CsvOptions& options)
      : options_(options), where_(path.string()), table_(read_table(path, record_.content_hash)) {
    record_.id = record_.subject = path.stem().string();
  }

  Record read() {
    for (const std::string& line : table_.warnings) warn(line);
    set_known_rate();
    const std::vector<std::size_t> times = find_times();
    set_timing(times);
    const std::vector<std::size_t> signals = find_signals(times);
    check_samples(timing_.length_samples, signals.size(), where_);
    for (const std::size_t column : signals) add_lead(table_.columns[column], column);
    set_stated(signals);
    return std::move(record_);
  }

 private:
  // By heading, whole or without its unit, or by number from 1.
  std::size_t find_column(const std::string& name) const {
    for (const auto part : {&CsvColumn::heading, &CsvColumn::name}) {
      for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        if (table_.columns[i].*part == name) return i;
      }
    }
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool is_number = failed == std::errc() && end == name.data() + name.size();
    if (is_number && number >= 1 && number <= table_.columns.size()) return number - 1;
    std::string present;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      add_word(present, heading_of(table_.columns[i], i));
    }
    throw Error(ErrorKind::usage, where_, "has no column " + quote(name) + "; it has: " + present);
  }

  // The rate that was given, else the one that the lines around the table say.
  void set_known_rate() {
    const std::optional<double>& given = options_.sampling_rate_hz;
    if (given && !(*given > 0 && std::isfinite(*given))) {
      throw Error(ErrorKind::usage, "sampling rate", number_text(*given) + " Hz is not valid; allowed: above 0");
    }
    known_rate_ = given;
    const auto& stated = table_.statements.rates_hz;
    if (stated.empty()) return;
    const auto text_of = [](const auto& rate) {
      return hertz_text(rate.value) + " (line " + std::to_string(rate.line) + ")";
    };
    const auto other =
        std::ranges::find_if(stated, [&](const auto& rate) { return !is_same_rate(rate.value, stated.front().value); });
    if (other != stated.end()) {
      rate_conflict_ = "it says " + text_of(stated.front()) + " and " + text_of(*other);
      warn(rate_conflict_ + "; neither is taken for its sampling rate");
      return;
    }
    if (!csv::is_stated_rate(stated.front().value)) {
      rate_conflict_ = "it says " + text_of(stated.front()) + ", which is no rate of an ECG";
      warn(rate_conflict_ + "; it is left aside");
      return;
    }
    stated_rate_ = stated.front().value;
    if (!given) {
      known_rate_ = stated_rate_;
    } else if (!is_same_rate(*given, *stated_rate_)) {
      warn("it says " + text_of(stated.front()) + "; " + hertz_text(*given) + ", as given, is taken");
    }
  }

  // Columns of times, in which a rate may be found.
  std::vector<std::size_t> find_times() const {
    if (options_.time == "none") return {};
    if (options_.time) return {find_column(*options_.time)};
    std::vector<std::size_t> times;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const CsvColumn& column = table_.columns[i];
      if (counts_rows(column) || !(csv::looks_like_time(column) || is_time_by_content(i))) continue;
      if (known_rate_ && csv::rises_by_one(column)) continue;  // whatever its heading, it counts
      times.push_back(i);
    }
    return times;
  }

  // The first of several columns, rising evenly as no signal does.
  bool is_time_by_content(std::size_t index) const {
    const CsvColumn& column = table_.columns[index];
    const bool may_be = index == 0 && table_.columns.size() > 1 && !is_ecg_lead(column.name);
    return may_be && !is_voltage(column.units) && csv::rises_evenly(column);
  }

  bool counts_rows(const CsvColumn& column) const {
    if (csv::is_counter(column)) return true;
    const bool may_count = table_.columns.size() > 1 && column.decimals == 0 && column.values.size() >= 10;
    return may_count && !is_ecg_lead(column.name) && !csv::looks_like_time(column) && csv::rises_by_one(column);
  }

  // The best of the columns that give a rate: fine rather than coarse, with its unit rather than without.
  std::optional<std::size_t> best_time(const std::vector<std::size_t>& times) {
    std::optional<std::size_t> best;
    std::optional<Error> first_error;
    std::vector<std::pair<std::size_t, CsvTiming>> found;
    const auto rank = [](const CsvTiming& timing) { return 2 * timing.is_coarse + timing.unit_is_guessed; };
    for (const std::size_t column : times) {
      try {
        found.emplace_back(column, csv::timing_of(table_.columns[column], table_, table_.statements.time_unit, where_));
        if (!best || rank(found.back().second) < rank(found[*best].second)) best = found.size() - 1;
      } catch (const Error& error) {
        if (!first_error) first_error = error;
      }
    }
    if (!best) {
      if (first_error && !known_rate_) throw *first_error;
      if (first_error) warn("its times are left aside: " + std::string(first_error->what()));
      return std::nullopt;
    }
    const std::size_t chosen = found[*best].first;
    const double rate = found[*best].second.sampling_rate_hz;
    for (const auto& [column, timing] : found) {
      const double other = timing.sampling_rate_hz;
      if (std::abs(other - rate) <= (kSameRate + timing.relative_error) * rate) continue;
      warn("its times contradict each other: " + quote(table_.columns[chosen].heading) + " says " + hertz_text(rate) +
           ", " + quote(table_.columns[column].heading) + " " + hertz_text(other) + "; the first is taken");
    }
    timing_ = std::move(found[*best].second);
    return chosen;
  }

  void set_timing(const std::vector<std::size_t>& times) {
    const std::optional<double>& given = options_.sampling_rate_hz;
    const auto time = best_time(times);
    if (!time && !known_rate_) {
      throw Error(ErrorKind::usage, where_,
                  rate_conflict_.empty() ? "has no column of times, so its sampling rate must be given"
                                         : rate_conflict_ + "; the sampling rate must be given");
    }
    if (!time) {
      record_.sampling_rate_hz = *known_rate_;
      timing_ = {};
      timing_.length_samples = static_cast<std::int64_t>(table_.rows());
      warn_of_jumps();
      if (table_.blank_lines > 0 && table_.blank_lines * 2 < table_.rows()) {
        warn("its " + std::to_string(table_.blank_lines) + " blank lines between rows are taken to mean nothing");
      }
      return;
    }
    const double rate = timing_.sampling_rate_hz;
    record_.sampling_rate_hz = rate;
    record_.start_s = timing_.start_s;
    if (given && !is_same_rate(*given, rate)) {
      throw Error(ErrorKind::usage, where_,
                  "its times say " + hertz_text(rate) + ", but " + hertz_text(*given) +
                      " was given; leave one out, or name another time column");
    }
    if (!given && stated_rate_ && !is_same_rate(*stated_rate_, rate)) {
      throw Error(ErrorKind::usage, where_,
                  "its line " + std::to_string(table_.statements.rates_hz.front().line) + " says " +
                      hertz_text(*stated_rate_) + ", its times " + hertz_text(rate) +
                      "; give the sampling rate, and where it is the first, say that there is no time column");
    }
    const bool agrees = stated_rate_ && std::abs(*stated_rate_ - rate) <= timing_.relative_error * rate;
    if (given || agrees) record_.sampling_rate_hz = *known_rate_;
    if (timing_.unit_is_guessed && !known_rate_) {
      warn("its times do not say their unit; they are taken to mean " + hertz_text(rate));
    }
    if (!csv::is_rate_of_ecg(rate)) warn("its times say " + hertz_text(rate) + ", which is no rate of an ECG");
    const std::int64_t missing = timing_.length_samples - static_cast<std::int64_t>(table_.rows());
    if (missing > 0) warn("its times leave gaps of " + std::to_string(missing) + " samples in all");
  }

  // Where no times tell of gaps, a column that counts the rows may.
  void warn_of_jumps() const {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const CsvColumn& column = table_.columns[i];
      if (!counts_rows(column) || column.numbers < 3) continue;
      const double step = column.values[1] - column.values[0];
      const auto jump =
          std::ranges::adjacent_find(column.values, [&](double a, double b) { return step > 0 && b - a > 1.5 * step; });
      if (jump == column.values.end()) continue;
      const auto row = static_cast<std::size_t>(jump - column.values.begin()) + 1;
      warn("column " + quote(heading_of(column, i)) + " jumps at line " + std::to_string(table_.line_of(row)) +
           "; the rows are taken as if none were missing");
    }
  }

  std::vector<std::size_t> find_signals(const std::vector<std::size_t>& times) const {
    std::vector<std::size_t> signals;
    for (const std::string& name : options_.signals) {
      signals.push_back(find_column(name));
      refuse_odd_numbers(table_.columns[signals.back()], signals.back());
      if (table_.columns[signals.back()].numbers == 0) {
        throw Error(ErrorKind::data, where_, "column " + quote(name) + " holds no numbers");
      }
    }
    if (!options_.signals.empty()) return signals;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const CsvColumn& column = table_.columns[i];
      const bool is_time = std::ranges::find(times, i) != times.end() || csv::looks_like_time(column);
      if (is_time || is_time_by_content(i) || counts_rows(column)) continue;
      refuse_odd_numbers(column, i);
      if (column.numbers > column.texts + column.clocks)
        signals.push_back(i);
      else if (column.texts > 0)
        warn("column " + quote(heading_of(column, i)) + " is text and left out");
      else if (!column.heading.empty())
        warn("column " + quote(column.heading) + " holds no numbers and is left out");
    }
    if (signals.empty()) throw Error(ErrorKind::data, where_, "has no column of samples");
    return signals;
  }

  void refuse_odd_numbers(const CsvColumn& column, std::size_t index) const {
    const bool are_most = 2 * (column.odd_numbers + column.numbers) > table_.rows();
    if (column.numbers == 0 || !are_most || column.odd_numbers * 100 <= table_.rows()) return;
    throw Error(ErrorKind::data, where_,
                "column " + quote(heading_of(column, index)) + " has " + std::to_string(column.odd_numbers) +
                    " cells such as " + quote(column.odd_number) + ", which are no numbers as they are known");
  }

  void add_lead(const CsvColumn& column, std::size_t index) {
    const Scale scale(column);
    Lead lead;
    lead.name = column.name.empty() ? "column " + std::to_string(index + 1) : column.name;
    lead.gain = scale.gain;
    lead.units = units_of(column);
    const std::string heading = "column " + quote(heading_of(column, index));
    if (lead.units.empty() && scale.largest > kLargestMillivolts) {
      warn(heading + " has no unit and values up to " + number_text(scale.largest) + ", which cannot be mV");
    }
    constexpr int written_by_hand = 9;  // decimals; more are those of a double, which mean nothing
    if (!scale.is_exact && column.places <= written_by_hand) {
      warn(heading + " has more digits than a sample holds; its values are rounded to " +
           number_text(1.0 / scale.gain));
    }
    lead.samples.assign(static_cast<std::size_t>(timing_.length_samples), kMissingSample);
    std::size_t too_large = 0, first_too_large = 0;
    for (std::size_t row = 0; row < column.values.size(); ++row) {
      const double value = column.values[row];
      if (std::isnan(value)) continue;
      if (std::abs(value) > scale.limit) {
        if (too_large++ == 0) first_too_large = row;
        continue;
      }
      const auto sample = timing_.sample_of_row.empty() ? row : static_cast<std::size_t>(timing_.sample_of_row[row]);
      lead.samples[sample] = static_cast<std::int32_t>(std::llround(value * lead.gain));
    }
    if (too_large > 0) {
      warn(heading + " has " + std::to_string(too_large) + " values beyond all others, first " +
           number_text(column.values[first_too_large]) + " in line " + std::to_string(table_.line_of(first_too_large)) +
           ", taken as missing samples");
    }
    if (column.texts > 0) {
      warn(heading + " has " + std::to_string(column.texts) + " cells of text, taken as missing samples");
    }
    record_.leads.push_back(std::move(lead));
  }

  // Its own, else the one that the lines around the table say of all.
  std::string units_of(const CsvColumn& column) const {
    const auto& stated = table_.statements.voltages;
    const bool agree =
        std::ranges::all_of(stated, [&](const auto& unit) { return unit.value == stated.front().value; });
    if (!column.units.empty() || column.is_digital || stated.empty()) return column.units;
    if (agree) return stated.front().value;
    warn("it says the unit " + quote(stated.front().value) + " and " + quote(stated.back().value) +
         "; neither is taken");
    return "";
  }

  // The lead that the lines around the table name, where there is one and no heading.
  void set_stated(const std::vector<std::size_t>& signals) {
    const bool is_unnamed = signals.size() == 1 && table_.columns[signals.front()].name.empty();
    if (is_unnamed && !table_.statements.lead.empty()) record_.leads.front().name = table_.statements.lead;
  }

  void warn(const std::string& message) const {
    if (options_.on_warning) options_.on_warning(where_ + ": " + message);
  }

  const CsvOptions& options_;
  std::string where_;
  Record record_;
  CsvTable table_;
  CsvTiming timing_;
  std::optional<double> known_rate_, stated_rate_;
  std::string rate_conflict_;
};

}  // namespace

Record read_csv_recording(const std::filesystem::path& path, const CsvOptions& options) {
  return CsvRecordingReader(path, options).read();
}

}  // namespace beatbench
