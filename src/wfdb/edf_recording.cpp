#include "beatbench/wfdb/edf_recording.h"

#include <edflib.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <memory>
#include <mutex>
#include <system_error>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "wfdb/text_fields.h"

namespace beatbench {
namespace {

constexpr double kUnitsPerSecond = EDFLIB_TIME_DIMENSION;  // EDFlib's times are in 100 ns
constexpr std::uint64_t kMostAtOnce = 1 << 20;             // samples, whose number EDFlib takes as an int

// EDFlib keeps all open files in one table.
std::mutex& edflib_in_use() {
  static std::mutex mutex;
  return mutex;
}

// "ECG II" -> "II": EDF+ puts the kind of signal in front of the lead.
std::string lead_name(std::string_view label) {
  label = trimmed(label);
  const std::string kind = lower_case(label.substr(0, 4));
  const bool has_lead = (kind == "ecg " || kind == "ekg ") && label.size() > 4;
  return std::string(has_lead ? trimmed(label.substr(4)) : label);
}

bool is_labelled_ecg(std::string_view label) {
  const std::string kind = lower_case(trimmed(label).substr(0, 3));
  return kind == "ecg" || kind == "ekg";
}

class EdfReader {
 public:
  EdfReader(const std::filesystem::path& path, const EdfOptions& options)
      : options_(options), where_(path.string()), header_(std::make_unique<edf_hdr_struct>()) {
    errno = 0;
    if (edfopen_file_readonly(path.c_str(), header_.get(), EDFLIB_READ_ALL_ANNOTATIONS) != 0) fail(header_->filetype);
    record_.id = record_.subject = path.stem().string();
  }
  ~EdfReader() { edfclose_file(header_->handle); }
  EdfReader(const EdfReader&) = delete;
  EdfReader& operator=(const EdfReader&) = delete;

  Record read() {
    std::vector<int> signals = chosen_signals();
    keep_one_rate(signals);
    record_.sampling_rate_hz = rate_of(signals.front());
    if (!std::isfinite(record_.sampling_rate_hz)) {
      throw Error(ErrorKind::data, where_, "its data records last 0 s, which gives no sampling rate");
    }
    record_.start_s = static_cast<double>(options_.first_sample) / record_.sampling_rate_hz;
    const std::uint64_t count = sample_count(signal(signals.front()));
    for (const int index : signals) add_lead(index, count);
    add_annotations(count);
    record_.content_hash = content_hash(std::string_view(hashes_));
    return std::move(record_);
  }

 private:
  [[noreturn]] void fail(int code) const {
    const bool ends_early = code == EDFLIB_FILE_READ_ERROR && errno == 0;
    switch (ends_early ? EDFLIB_FILE_CONTAINS_FORMAT_ERRORS : code) {
      case EDFLIB_NO_SUCH_FILE_OR_DIRECTORY:
      case EDFLIB_FILE_READ_ERROR:
        throw Error(ErrorKind::io, where_, "cannot read: " + std::generic_category().message(errno));
      case EDFLIB_MALLOC_ERROR:
        throw Error(ErrorKind::io, where_, "asks for more memory than there is");
      case EDFLIB_FILE_IS_DISCONTINUOUS:
        throw Error(ErrorKind::unsupported, where_,
                    "is EDF+D, a recording in pieces with gaps; allowed: EDF, EDF+C, BDF, BDF+C");
      default:
        throw Error(ErrorKind::data, where_,
                    "breaks the EDF format in its header, its length or its annotations (EDFlib's error " +
                        std::to_string(code) + "); allowed: EDF, EDF+C, BDF, BDF+C");
    }
  }

  const edf_param_struct& signal(int index) const { return header_->signalparam[index]; }

  double rate_of(int index) const {
    return signal(index).smp_in_datarecord / (static_cast<double>(header_->datarecord_duration) / kUnitsPerSecond);
  }

  template <typename Condition>
  std::vector<int> signals_where(Condition&& condition) const {
    std::vector<int> found;
    for (int i = 0; i < header_->edfsignals; ++i) {
      if (signal(i).smp_in_file > 0 && condition(signal(i))) found.push_back(i);
    }
    return found;
  }

  std::vector<int> chosen_signals() const {
    std::vector<int> found;
    for (const std::string& name : options_.leads) {
      const std::string wanted = lower_case(name);
      std::vector<int> named = signals_where([&](const edf_param_struct& s) {
        return lower_case(lead_name(s.label)) == wanted || lower_case(trimmed(s.label)) == wanted;
      });
      if (named.empty()) named = signals_where([&](const edf_param_struct& s) { return is_same_lead(s.label, name); });
      for (const int i : named) {
        if (std::ranges::find(found, i) == found.end()) found.push_back(i);
      }
    }
    const auto unit = [](const edf_param_struct& s) { return trimmed(s.physdimension); };
    if (options_.leads.empty()) {
      found = signals_where([](const edf_param_struct& s) { return is_labelled_ecg(s.label); });
      if (found.empty()) found = signals_where([&](const edf_param_struct& s) { return is_voltage(unit(s)); });
      if (found.empty()) found = signals_where([&](const edf_param_struct& s) { return unit(s).empty(); });
    }
    if (!found.empty()) return found;
    throw Error(ErrorKind::unsupported, where_,
                (options_.leads.empty() ? "has no signal in mV or uV" : "has none of the leads asked for") +
                    std::string("; it has: ") + all_signals());
  }

  std::string all_signals() const {
    std::string text;
    for (int i = 0; i < header_->edfsignals; ++i) {
      text += (i == 0 ? "" : ", ") + wfdb::quote(trimmed(signal(i).label));
    }
    return text.empty() ? "none" : text;
  }

  void keep_one_rate(std::vector<int>& signals) const {
    const int samples = signal(signals.front()).smp_in_datarecord;
    const double rate_hz = rate_of(signals.front());
    std::erase_if(signals, [&](int i) {
      if (signal(i).smp_in_datarecord == samples) return false;
      warn("signal " + wfdb::quote(trimmed(signal(i).label)) + " is left out: it has " + number_text(rate_of(i)) +
           " Hz, not " + number_text(rate_hz));
      return true;
    });
  }

  std::uint64_t sample_count(const edf_param_struct& first) const {
    const auto length = static_cast<std::uint64_t>(first.smp_in_file);
    const std::uint64_t start = options_.first_sample;
    const std::uint64_t count = options_.sample_count.value_or(length - std::min(start, length));
    if (start < length && count <= length - start) return count;
    throw Error(ErrorKind::usage, where_,
                "has " + std::to_string(length) + " samples; asked for " + std::to_string(count) + " from sample " +
                    std::to_string(start) + " on");
  }

  void add_lead(int index, std::uint64_t count) {
    const edf_param_struct& s = signal(index);
    const double steps = static_cast<double>(s.dig_max) - s.dig_min;
    const double gain = steps / (s.phys_max - s.phys_min);
    const double baseline = s.dig_max - s.phys_max * gain;
    if (!std::isfinite(gain) || gain == 0 || !(std::abs(baseline) < 2e9)) {
      throw Error(ErrorKind::data, where_,
                  "signal " + wfdb::quote(trimmed(s.label)) + " has a physical range of " + number_text(s.phys_min) +
                      " to " + number_text(s.phys_max) + ", which gives its samples no scale");
    }
    const int sign = gain < 0 ? -1 : 1;
    Lead lead;
    lead.name = lead_name(s.label);
    lead.units = trimmed(s.physdimension);
    lead.gain = std::abs(gain);
    lead.baseline = sign * static_cast<std::int32_t>(std::lround(baseline));
    lead.adc_zero = sign * (s.dig_max / 2 + s.dig_min / 2);
    lead.adc_resolution_bits = std::bit_width(static_cast<unsigned>(steps));
    lead.samples = read_samples(index, count);
    if (sign < 0) {
      for (std::int32_t& sample : lead.samples) sample = -sample;
    }
    add_hash(lead.name + " " + lead.units + " " + number_text(lead.gain) + " " + std::to_string(lead.baseline));
    hashes_ +=
        content_hash({reinterpret_cast<const unsigned char*>(lead.samples.data()), count * sizeof(std::int32_t)});
    record_.leads.push_back(std::move(lead));
  }

  std::vector<std::int32_t> read_samples(int index, std::uint64_t count) const {
    static_assert(sizeof(int) == sizeof(std::int32_t));
    std::vector<std::int32_t> samples(count);
    const auto start = static_cast<long long>(options_.first_sample);
    bool is_read = edfseek(header_->handle, index, start, EDFSEEK_SET) == start;
    for (std::uint64_t done = 0; is_read && done < count;) {
      const int now = static_cast<int>(std::min(count - done, kMostAtOnce));
      is_read = edfread_digital_samples(header_->handle, index, now, samples.data() + done) == now;
      done += static_cast<std::uint64_t>(now);
    }
    if (!is_read) throw Error(ErrorKind::io, where_, "cannot read its samples; it may have changed while it was read");
    return samples;
  }

  void add_annotations(std::uint64_t count) {
    for (int i = 0; i < header_->annotations_in_file; ++i) {
      edf_annotation_struct found;
      if (edf_get_annotation(header_->handle, i, &found) != 0) continue;
      const double at = static_cast<double>(found.onset) / kUnitsPerSecond * record_.sampling_rate_hz;
      const auto sample = std::llround(at) - static_cast<long long>(options_.first_sample);
      if (sample < 0 || sample >= static_cast<long long>(count)) continue;
      Annotation note;
      note.sample = sample;
      note.code = codes::note;
      note.aux = found.annotation;
      add_hash(std::to_string(sample) + " " + note.aux);
      record_.annotations.push_back(std::move(note));
    }
    std::ranges::stable_sort(record_.annotations, {}, &Annotation::sample);
  }

  void add_hash(const std::string& text) { hashes_ += content_hash(std::string_view(text)); }

  void warn(const std::string& message) const {
    if (options_.on_warning) options_.on_warning(where_ + ": " + message);
  }

  const EdfOptions& options_;
  std::string where_;
  std::unique_ptr<edf_hdr_struct> header_;  // 200 KiB
  Record record_;
  std::string hashes_;
};

}  // namespace

Record read_edf_recording(const std::filesystem::path& path, const EdfOptions& options) {
  const std::lock_guard lock(edflib_in_use());
  return EdfReader(path, options).read();
}

}  // namespace beatbench
