#include "recordings/edf/header.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

namespace beatbench::edf {
namespace {

constexpr std::size_t kHeaderBytes = 256;  // of the file, and again of each signal
constexpr std::size_t kMostSignals = 9999;
constexpr double kMostSamples = 99'999'999;
constexpr std::string_view kBdfVersion = "\377BIOSEMI";

struct Field {
  const char* name;
  std::size_t width;
};

enum FileField { kVersion, kPatient, kRecording, kDate, kTime, kHeaderSize, kReserved, kRecords, kDuration, kSignals };
constexpr std::array<Field, 10> kFileFields = {{{"version", 8},
                                                {"local patient identification", 80},
                                                {"local recording identification", 80},
                                                {"startdate", 8},
                                                {"starttime", 8},
                                                {"number of bytes in the header", 8},
                                                {"reserved field", 44},
                                                {"number of data records", 8},
                                                {"duration of a data record", 8},
                                                {"number of signals", 4}}};

enum SignalField { kLabel, kDimension = 2, kPhysicalMin, kPhysicalMax, kDigitalMin, kDigitalMax, kSamples = 8 };
constexpr std::array<Field, 10> kSignalFields = {{{"label", 16},
                                                  {"transducer type", 80},
                                                  {"physical dimension", 8},
                                                  {"physical minimum", 8},
                                                  {"physical maximum", 8},
                                                  {"digital minimum", 8},
                                                  {"digital maximum", 8},
                                                  {"prefiltering", 80},
                                                  {"number of samples in a data record", 8},
                                                  {"reserved field", 32}}};

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Up to a NUL, which programs write that copy strings, and without the filling.
std::string_view text_of(std::string_view field) {
  field = field.substr(0, field.find('\0'));
  while (!field.empty() && is_blank(field.back())) field.remove_suffix(1);
  while (!field.empty() && is_blank(field.front())) field.remove_prefix(1);
  return field;
}

std::string readable_text_of(std::string_view field) {
  std::string text = to_utf8(std::string(text_of(field)));
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  return text;
}

EdfNumber number_of(std::string_view field) {
  EdfNumber number{std::string(text_of(field))};
  number.value = parse_number(number.text);
  if (!number.has_comma()) return number;
  const std::size_t comma = number.text.find(',');
  const std::size_t digit = number.text.find_first_of("123456789");
  const bool may_group_thousands = digit < comma && number.text.size() == comma + 4;
  if (!may_group_thousands) number.value = parse_number(number.text, true);
  return number;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// Three numbers of one or two digits with periods between, as "02.08.51" and " 2. 8.51" are.
std::optional<std::array<int, 3>> numbers_of(std::string_view text) {
  std::vector<std::string_view> cells;
  split_cells(text, '.', cells);
  std::array<int, 3> numbers = {};
  if (cells.size() != numbers.size()) return std::nullopt;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool has_digits = std::ranges::all_of(cells[i], [](char c) { return c >= '0' && c <= '9'; });
    if (!has_digits || cells[i].empty() || cells[i].size() > 2) return std::nullopt;
    for (const char c : cells[i]) numbers[i] = 10 * numbers[i] + (c - '0');
  }
  return numbers;
}

bool is_date(std::string_view text) {
  const auto date = numbers_of(text);
  return date && (*date)[0] >= 1 && (*date)[0] <= 31 && (*date)[1] >= 1 && (*date)[1] <= 12;
}

bool is_time(std::string_view text) {
  const auto time = numbers_of(text);
  return time && (*time)[0] <= 23 && (*time)[1] <= 59 && (*time)[2] <= 59;
}

class HeaderReader {
 public:
  HeaderReader(EdfFile& file, EdfWarnings& warnings) : file_(file), warnings_(warnings) {}

  EdfHeader read() {
    if (file_.size() < kHeaderBytes) {
      fail("has " + std::to_string(file_.size()) + " bytes; the header of an EDF or BDF file has 256 and more");
    }
    bytes_ = file_.at(0, kHeaderBytes);
    find_signal_count();
    bytes_ = file_.at(0, header_bytes(signals_));
    for (std::size_t i = 0; i < signals_; ++i) add_signal(i);
    header_.record_duration_s = number_of(field(kDuration));
    find_sample_size();
    find_data();
    for (EdfSignal& signal : header_.signals) place(signal);
    header_.has_pieces = is_plus() && lower_case(text_of(field(kReserved))).substr(3, 2) == "+d";
    note_oddities();
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw Error(ErrorKind::data, file_.where(), message); }

  static std::uint64_t header_bytes(std::size_t signals) { return kHeaderBytes * (signals + 1); }

  std::string_view field(FileField wanted) const {
    std::size_t offset = 0;
    for (int i = 0; i < wanted; ++i) offset += kFileFields[static_cast<std::size_t>(i)].width;
    return std::string_view(bytes_).substr(offset, kFileFields[wanted].width);
  }

  // All signals' first fields come first, then all second ones.
  static std::string_view field(std::string_view bytes, std::size_t signals, std::size_t wanted, std::size_t signal) {
    std::size_t offset = kHeaderBytes;
    for (std::size_t i = 0; i < wanted; ++i) offset += kSignalFields[i].width * signals;
    return bytes.substr(offset + kSignalFields[wanted].width * signal, kSignalFields[wanted].width);
  }

  std::string_view field(std::size_t wanted, std::size_t signal) const {
    return field(bytes_, signals_, wanted, signal);
  }

  std::string statement(FileField wanted) const {
    return std::string("the ") + kFileFields[wanted].name + " is " + escaped(text_of(field(wanted)));
  }

  // Fields of numbers that hold none if there are this many signals.
  std::size_t misfits(std::size_t signals) {
    const std::string_view bytes = file_.at(0, header_bytes(signals));
    std::size_t count = 0;
    for (const std::size_t wanted : {kPhysicalMin, kPhysicalMax, kDigitalMin, kDigitalMax, kSamples}) {
      for (std::size_t i = 0; i < signals; ++i) {
        if (!number_of(field(bytes, signals, wanted, i)).value) ++count;
      }
    }
    return count;
  }

  void find_signal_count() {
    const auto by_count = number_of(field(kSignals)).whole(), by_size = number_of(field(kHeaderSize)).whole();
    std::vector<std::size_t> candidates;
    const auto add = [&](std::int64_t count) {
      const bool is_one = count >= 1 && count <= static_cast<std::int64_t>(kMostSignals);
      if (is_one && header_bytes(static_cast<std::size_t>(count)) <= file_.size()) {
        candidates.push_back(static_cast<std::size_t>(count));
      }
    };
    if (by_count) add(*by_count);
    if (by_size && *by_size % static_cast<std::int64_t>(kHeaderBytes) == 0) {
      add(*by_size / static_cast<std::int64_t>(kHeaderBytes) - 1);
    }
    if (candidates.empty()) {
      fail("breaks the EDF format: " + statement(kVersion) + ", " + statement(kSignals) + ", " +
           statement(kHeaderSize) + " and the file has " + std::to_string(file_.size()) +
           "; allowed: 1 to 9999 signals, a header of 256 bytes " + "and 256 more for each, which the file holds");
    }
    signals_ = candidates.front();
    if (candidates.back() != signals_ && misfits(candidates.back()) < misfits(signals_)) signals_ = candidates.back();
    if (by_count != static_cast<std::int64_t>(signals_)) {
      warnings_.add(statement(kSignals) + "; read as " + std::to_string(signals_));
    }
  }

  void add_signal(std::size_t i) {
    EdfSignal signal;
    signal.number = i + 1;
    signal.label = readable_text_of(field(kLabel, i));
    signal.dimension = readable_text_of(field(kDimension, i));
    signal.physical_min = number_of(field(kPhysicalMin, i));
    signal.physical_max = number_of(field(kPhysicalMax, i));
    signal.digital_min = number_of(field(kDigitalMin, i));
    signal.digital_max = number_of(field(kDigitalMax, i));
    const std::string label = lower_case(signal.label);
    signal.holds_annotations = label.starts_with("edf annotation") || label.starts_with("bdf annotation");
    const EdfNumber samples = number_of(field(kSamples, i));
    const auto count = samples.whole();
    if (!count || *count < 0 || static_cast<double>(*count) > kMostSamples) {
      fail(edf_field_text(kSignalFields[kSamples].name, signal, samples.text, "a whole number from 0 on"));
    }
    signal.samples_per_record = static_cast<std::uint64_t>(*count);
    samples_per_record_ += signal.samples_per_record;
    header_.signals.push_back(std::move(signal));
  }

  void place(EdfSignal& signal) {
    signal.offset = header_.record_bytes;
    header_.record_bytes += signal.samples_per_record * header_.bytes_per_sample;
  }

  std::uint64_t stated_records() const {
    const auto count = number_of(field(kRecords)).whole();
    return count && *count > 0 ? static_cast<std::uint64_t>(*count) : 0;
  }

  // Whether the file ends with its last data record. Without a number of them, whether it ends with any.
  bool fits(std::uint64_t data_begin, std::size_t bytes_per_sample) const {
    const std::uint64_t record = samples_per_record_ * bytes_per_sample;
    if (record == 0 || data_begin >= file_.size()) return false;
    const std::uint64_t data = file_.size() - data_begin, records = stated_records();
    return data % record == 0 && (records == 0 || data / record == records);
  }

  // The version says it, and the reserved field in BDF and EDF+. Where they do not agree, the size of the file decides.
  void find_sample_size() {
    const std::string_view version = text_of(field(kVersion));
    const bool is_edf = version == "0", is_bdf = version == kBdfVersion;
    const std::string reserved = lower_case(text_of(field(kReserved)));
    const bool like_edf = reserved.starts_with("edf+");
    const bool like_bdf = reserved.starts_with("bdf+") || reserved.starts_with("24bit");
    const std::uint64_t begin = header_bytes(signals_);
    const bool fits_edf = fits(begin, 2), fits_bdf = fits(begin, 3);
    const bool is_clear = (is_edf && !like_bdf) || (is_bdf && !like_edf);
    const std::string both = statement(kVersion) + " and " + statement(kReserved);
    if (!is_clear && fits_edf == fits_bdf) {
      fail(both + ", and the size of the file does not tell either whether a sample has 16 bits or 24; allowed: the " +
           "version '0' of EDF or '\\xFFBIOSEMI' of BDF");
    }
    header_.bytes_per_sample = (is_clear ? is_edf : fits_edf) ? 2 : 3;
    const bool has_other_size = stated_records() > 0 && fits_edf != fits_bdf && (is_edf ? fits_bdf : fits_edf);
    if (is_clear && !has_other_size) return;
    warnings_.add(both + "; the size of the file is that of samples of " + (fits_edf ? "16" : "24") +
                  " bits; read as " + std::to_string(8 * header_.bytes_per_sample));
  }

  void find_data() {
    header_.data_begin = header_bytes(signals_);
    const auto stated = number_of(field(kHeaderSize)).whole();
    if (stated != static_cast<std::int64_t>(header_.data_begin)) {
      const bool is_longer = stated && *stated > static_cast<std::int64_t>(header_.data_begin);
      const std::size_t width = header_.bytes_per_sample;
      if (is_longer && !fits(header_.data_begin, width) && fits(static_cast<std::uint64_t>(*stated), width)) {
        header_.data_begin = static_cast<std::uint64_t>(*stated);
      }
      warnings_.add(statement(kHeaderSize) + "; allowed: 256 for the file and for each of " + std::to_string(signals_) +
                    " signals; read from byte " + std::to_string(header_.data_begin) + " on");
    }
    const std::uint64_t record = samples_per_record_ * header_.bytes_per_sample;
    const std::uint64_t data = file_.size() - header_.data_begin, stated_count = stated_records();
    const std::uint64_t whole = record == 0 ? 0 : data / record;
    if (whole == 0) {
      fail("holds no whole data record: it has " + std::to_string(data) + " bytes after its header, and the " +
           kSignalFields[kSamples].name + " makes " + std::to_string(record) + " bytes for all signals");
    }
    header_.records = stated_count == 0 ? whole : std::min(whole, stated_count);
    const std::uint64_t left = data - header_.records * record;
    if (stated_count == header_.records && left == 0) return;
    warnings_.add(statement(kRecords) + ", and the file holds " + std::to_string(whole) + " whole ones; " +
                  std::to_string(header_.records) + " are read" +
                  (left == 0 ? "" : ", the " + std::to_string(left) + " bytes after them are left out"));
  }

  bool is_plus() const {
    const std::string reserved = lower_case(text_of(field(kReserved)));
    return reserved.starts_with("edf+") || reserved.starts_with("bdf+");
  }

  void note_oddities() {
    for (std::size_t f = 0; f < kFileFields.size(); ++f) {
      const auto wanted = static_cast<FileField>(f);
      if (is_printable(field(wanted)) || (wanted == kVersion && text_of(field(wanted)) == kBdfVersion)) continue;
      warnings_.add(shown(wanted) + "; allowed: printable ASCII");
    }
    for (std::size_t f = 0; f < kSignalFields.size(); ++f) {
      for (std::size_t i = 0; i < signals_; ++i) {
        if (!is_printable(field(f, i))) {
          note(f, i, std::string(field(f, i).substr(0, field(f, i).find_last_not_of(' ') + 1)), "printable ASCII");
        }
      }
    }
    const EdfNumber& duration = header_.record_duration_s;
    if (duration.has_comma() && duration.value) warnings_.add(statement(kDuration) + "; allowed: a decimal point");
    for (std::size_t i = 0; i < signals_; ++i) {
      for (const std::size_t f : {kPhysicalMin, kPhysicalMax}) {
        const EdfNumber number = number_of(field(f, i));
        if (number.has_comma() && number.value) note(f, i, number.text, "a decimal point");
      }
      if (header_.signals[i].samples_per_record == 0) note(kSamples, i, "0", "above 0");
      const std::string& label = header_.signals[i].label;
      const bool is_usual = label == "EDF Annotations" || label == "BDF Annotations";
      if (header_.signals[i].holds_annotations && !is_usual) note(kLabel, i, label, "'EDF Annotations'");
    }
    if (!is_date(text_of(field(kDate)))) warnings_.add(statement(kDate) + "; allowed: a date such as 31.12.99");
    if (!is_time(text_of(field(kTime)))) warnings_.add(statement(kTime) + "; allowed: a time such as 23.59.59");
    note_reserved();
    if (is_plus()) note_identifications();
  }

  void note_reserved() {
    const std::string_view text = text_of(field(kReserved));
    const bool has_annotations = std::ranges::any_of(header_.signals, &EdfSignal::holds_annotations);
    constexpr std::array<std::string_view, 5> known = {"EDF+C", "EDF+D", "BDF+C", "BDF+D", "24BIT"};
    const bool is_known = text.empty() || std::ranges::any_of(known, [&](auto k) { return text.starts_with(k); });
    const char* allowed = "; allowed: nothing, or 'EDF+C' or 'EDF+D' where a signal is labelled 'EDF Annotations'";
    if (is_known && is_plus() == has_annotations) return;
    warnings_.add(statement(kReserved) + (has_annotations ? ", and a" : ", and no") + " signal has that label" +
                  allowed + (header_.has_pieces && !has_annotations ? "; read as without gaps" : ""));
  }

  void note_identifications() {
    std::vector<std::string_view> words;
    split_cells(text_of(field(kPatient)), ' ', words);
    if (words.size() < 4) warnings_.add("the local patient identification lacks the four words that EDF+ asks for");
    split_cells(text_of(field(kRecording)), ' ', words);
    if (words.size() >= 5 && words.front() == "Startdate") return;
    warnings_.add("the local recording identification lacks the 'Startdate' and four words that EDF+ asks for");
  }

  // Whom a recording is of is not repeated.
  std::string shown(FileField wanted) const {
    if (wanted == kPatient || wanted == kRecording) return std::string("the ") + kFileFields[wanted].name + " is odd";
    return std::string("the ") + kFileFields[wanted].name + " is " +
           escaped(field(wanted).substr(0, field(wanted).find_last_not_of(' ') + 1));
  }

  void note(std::size_t wanted, std::size_t signal, const std::string& text, const std::string& allowed) {
    const EdfSignal& odd = header_.signals[signal];
    warnings_.add(kSignalFields[wanted].name + allowed, edf_field_text(kSignalFields[wanted].name, odd, text, allowed),
                  odd.name());
  }

  EdfFile& file_;
  EdfWarnings& warnings_;
  std::string bytes_;  // of the header
  std::size_t signals_ = 0;
  std::uint64_t samples_per_record_ = 0;  // of all signals
  EdfHeader header_;
};

}  // namespace

std::optional<std::int64_t> EdfNumber::whole() const {
  const bool is_whole = value && !has_comma() && std::abs(*value) < 1e15 && *value == std::floor(*value);
  if (!is_whole) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::string edf_field_text(const std::string& field, const EdfSignal& signal, const std::string& text,
                           const std::string& allowed) {
  return "the " + field + " of " + signal.name() + " is " + escaped(text) + "; allowed: " + allowed;
}

EdfHeader read_edf_header(EdfFile& file, EdfWarnings& warnings) { return HeaderReader(file, warnings).read(); }

}  // namespace beatbench::edf
