#include "beatbench/wfdb/csv_recording.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "wfdb/csv_columns.h"
#include "wfdb/csv_time.h"
#include "wfdb/text_fields.h"

namespace beatbench {
namespace {

using wfdb::CsvColumn;
using wfdb::CsvTable;
using wfdb::quote;

constexpr double kLargestDigital = 2'000'000'000;  // what an int32 holds, with room
constexpr double kLargestMillivolts = 50;          // beyond it the values of an ECG are in another unit

std::string heading_of(const CsvColumn& column, std::size_t index) {
  return column.heading.empty() ? std::to_string(index + 1) : column.heading;
}

class CsvRecordingReader {
 public:
  CsvRecordingReader(const std::filesystem::path& path, const CsvOptions& options)
      : options_(options), where_(path.string()) {
    const std::string bytes = read_text_file(path);
    table_ = wfdb::parse_csv(in_utf8(bytes), where_);
    record_.id = record_.subject = path.stem().string();
    record_.content_hash = content_hash(bytes);
  }

  Record read() {
    for (const std::string& line : table_.left_out) warn(line);
    const std::optional<std::size_t> time = find_time();
    set_timing(time);
    for (const std::size_t column : find_signals(time)) add_lead(table_.columns[column], column);
    return std::move(record_);
  }

 private:
  // By heading, or by number from 1.
  std::size_t find_column(const std::string& name) const {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      if (table_.columns[i].heading == name) return i;
    }
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool is_number = failed == std::errc() && end == name.data() + name.size();
    if (is_number && number >= 1 && number <= table_.columns.size()) return number - 1;
    std::string present;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      present += (present.empty() ? "" : ", ") + heading_of(table_.columns[i], i);
    }
    throw Error(ErrorKind::usage, where_, "has no column " + quote(name) + "; it has: " + present);
  }

  std::optional<std::size_t> find_time() const {
    if (options_.time == "none") return std::nullopt;
    if (options_.time) return find_column(*options_.time);
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const CsvColumn& column = table_.columns[i];
      const bool first_without_headings = i == 0 && table_.columns.size() > 1 && column.heading.empty();
      if (wfdb::is_counter(column) || !wfdb::looks_like_time(column, first_without_headings)) continue;
      if (options_.sampling_rate_hz && wfdb::rises_by_one(column)) continue;  // whatever its heading, it counts
      return i;
    }
    return std::nullopt;
  }

  void set_timing(std::optional<std::size_t> time) {
    const std::optional<double>& given = options_.sampling_rate_hz;
    if (given && !(*given > 0 && std::isfinite(*given))) {
      throw Error(ErrorKind::usage, "sampling rate", number_text(*given) + " Hz is not valid; allowed: above 0");
    }
    if (!time && !given) {
      throw Error(ErrorKind::usage, where_, "has no column of times, so its sampling rate must be given");
    }
    if (!time || !read_times(table_.columns[*time])) {
      record_.sampling_rate_hz = *given;
      timing_.length_samples = static_cast<std::int64_t>(table_.line_of_row.size());
      return;
    }
    record_.sampling_rate_hz = timing_.sampling_rate_hz;
    record_.start_s = timing_.start_s;
    if (timing_.unit_is_guessed && !given) {
      warn("its times do not say their unit; they are taken to mean " + number_text(timing_.sampling_rate_hz) + " Hz");
    }
    if (given && std::abs(*given - timing_.sampling_rate_hz) > 0.01 * *given) {
      throw Error(ErrorKind::usage, where_,
                  "its times say " + number_text(timing_.sampling_rate_hz) + " Hz, but " + number_text(*given) +
                      " Hz was given; leave one out, or name another time column");
    }
    if (given) record_.sampling_rate_hz = *given;
    const std::int64_t missing = timing_.length_samples - static_cast<std::int64_t>(table_.line_of_row.size());
    if (missing > 0) warn("its times leave gaps of " + std::to_string(missing) + " samples in all");
  }

  // Whether a column of times gives a rate. Where one was given, it need not.
  bool read_times(const CsvColumn& column) {
    try {
      timing_ = wfdb::timing_of(column, table_, where_);
      return true;
    } catch (const Error& error) {
      if (!options_.sampling_rate_hz) throw;
      warn("its times are left aside: " + std::string(error.what()));
      return false;
    }
  }

  std::vector<std::size_t> find_signals(std::optional<std::size_t> time) const {
    std::vector<std::size_t> signals;
    for (const std::string& name : options_.signals) {
      signals.push_back(find_column(name));
      if (table_.columns[signals.back()].numbers == 0) {
        throw Error(ErrorKind::data, where_, "column " + quote(name) + " holds no numbers");
      }
    }
    if (!options_.signals.empty()) return signals;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const CsvColumn& column = table_.columns[i];
      const bool is_time = i == time || wfdb::looks_like_time(column, false);
      if (is_time || wfdb::is_counter(column)) continue;
      if (column.numbers > column.texts + column.clocks)
        signals.push_back(i);
      else if (column.texts > 0)
        warn("column " + quote(heading_of(column, i)) + " is text and left out");
    }
    if (signals.empty()) throw Error(ErrorKind::data, where_, "has no column of samples");
    return signals;
  }

  // Decimal digits are kept exactly where an int32 holds them all.
  void add_lead(const CsvColumn& column, std::size_t index) {
    double largest = 0;
    for (const double value : column.values) largest = std::max(largest, std::isnan(value) ? 0.0 : std::abs(value));
    const double exact = std::pow(10.0, column.decimals);
    const bool fits = column.is_plain && largest * exact <= kLargestDigital;
    Lead lead;
    lead.name = column.heading.empty() ? "column " + std::to_string(index + 1) : column.heading;
    lead.gain = fits ? exact : largest > 0 ? std::exp2(std::floor(std::log2(kLargestDigital / largest))) : 1.0;
    lead.units = column.units;
    if (column.units.empty() && largest > kLargestMillivolts) {
      warn("column " + quote(heading_of(column, index)) + " has no unit and values up to " + number_text(largest) +
           ", which cannot be mV");
    }
    lead.samples.assign(static_cast<std::size_t>(timing_.length_samples), kMissingSample);
    for (std::size_t row = 0; row < column.values.size(); ++row) {
      if (std::isnan(column.values[row])) continue;
      const auto sample = timing_.sample_of_row.empty() ? row : static_cast<std::size_t>(timing_.sample_of_row[row]);
      lead.samples[sample] = static_cast<std::int32_t>(std::llround(column.values[row] * lead.gain));
    }
    if (column.texts > 0) {
      warn("column " + quote(heading_of(column, index)) + " has " + std::to_string(column.texts) +
           " cells of text, taken as missing samples");
    }
    record_.leads.push_back(std::move(lead));
  }

  void warn(const std::string& message) const {
    if (options_.on_warning) options_.on_warning(where_ + ": " + message);
  }

  const CsvOptions& options_;
  std::string where_;
  CsvTable table_;
  wfdb::CsvTiming timing_;
  Record record_;
};

}  // namespace

Record read_csv_recording(const std::filesystem::path& path, const CsvOptions& options) {
  return CsvRecordingReader(path, options).read();
}

}  // namespace beatbench
