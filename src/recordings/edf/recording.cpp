#include "beatbench/recordings/edf/recording.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "recordings/edf/annotations.h"
#include "recordings/edf/file.h"
#include "recordings/edf/header.h"
#include "recordings/edf/signals.h"
#include "recordings/edf/times.h"

namespace beatbench {
namespace {

using edf::EdfNote;
using edf::EdfNotes;
using edf::EdfPiece;
using edf::EdfSignal;

constexpr std::size_t kStretchBytes = std::size_t{1} << 18;
constexpr double kSlowestHz = 0.1, kFastestHz = 1e6;
// Of gaps in all leads: what 128 MiB hold, or four times the samples that there are.
constexpr std::uint64_t kMostMissing = std::uint64_t{1} << 25;
constexpr std::uint64_t kMissingPerSample = 4;

// Little-endian two's complement of two or three bytes.
template <std::size_t kBytes>
void decode(const char* from, std::size_t count, int sign, std::int32_t* to) {
  const auto* byte = reinterpret_cast<const unsigned char*>(from);
  for (std::size_t i = 0; i < count; ++i, byte += kBytes) {
    std::uint32_t bits = 0;  // the sample in the upper bytes
    for (std::size_t k = 0; k < kBytes; ++k) bits |= static_cast<std::uint32_t>(byte[k]) << (8 * (4 - kBytes + k));
    to[i] = sign * (static_cast<std::int32_t>(bits) >> (8 * (4 - kBytes)));
  }
}

// "ECG" and a range of digital values, as a lead without samples. Turned around where physical values fall.
Lead lead_of(const EdfSignal& s) {
  const double low = *s.digital_min.value, high = *s.digital_max.value;
  const double gain = (high - low) / (*s.physical_max.value - *s.physical_min.value);
  const double baseline = high - *s.physical_max.value * gain;
  const int sign = gain < 0 ? -1 : 1;
  Lead lead;
  lead.name = edf::edf_lead_name(s.label);
  lead.units = edf::edf_voltage(s.dimension).value_or(s.dimension);
  lead.gain = std::abs(gain);
  lead.baseline = sign * static_cast<std::int32_t>(std::lround(baseline));
  lead.adc_zero = sign * (static_cast<std::int32_t>(high) / 2 + static_cast<std::int32_t>(low) / 2);
  lead.adc_resolution_bits = std::bit_width(static_cast<unsigned>(high - low));
  return lead;
}

bool is_turned(const EdfSignal& s) { return *s.physical_max.value < *s.physical_min.value; }

class EdfReader {
 public:
  EdfReader(const std::filesystem::path& path, const EdfOptions& options)
      : options_(options), file_(path), warnings_([this](const std::string& line) {
          if (options_.on_warning) options_.on_warning(file_.where() + ": " + line);
        }) {
    record_.id = record_.subject = path.stem().string();
  }

  Record read() {
    header_ = edf::read_edf_header(file_, warnings_);
    warnings_.tell();
    signals_ = edf::choose_edf_signals(header_, options_.leads, file_.where(), warnings_);
    keep_one_rate();
    warnings_.tell();
    set_rate();
    read_annotation_signals();
    warnings_.tell();
    add_leads();
    add_annotations();
    record_.content_hash = content_hash(std::string_view(hashes_));
    return std::move(record_);
  }

 private:
  [[noreturn]] void fail(ErrorKind kind, const std::string& message) const {
    throw Error(kind, file_.where(), message);
  }

  std::uint64_t samples_per_record() const { return signals_.front().samples_per_record; }

  double rate_of(const EdfSignal& signal) const {
    return static_cast<double>(signal.samples_per_record) / header_.record_duration_s.value.value_or(0);
  }

  // The highest, or that of the first lead asked for.
  void keep_one_rate() {
    const auto fastest = std::ranges::max_element(signals_, {}, &EdfSignal::samples_per_record);
    const EdfSignal& chosen = options_.leads.empty() ? *fastest : signals_.front();
    const std::uint64_t kept = chosen.samples_per_record;
    const std::string rate = number_text(rate_of(chosen));
    std::erase_if(signals_, [&](const EdfSignal& s) {
      if (s.samples_per_record == kept) return false;
      warnings_.add(
          "rate",
          "signal " + edf::escaped(s.label) + " is left out: it has " + number_text(rate_of(s)) + " Hz, not " + rate,
          edf::escaped(s.label));
      return true;
    });
  }

  void set_rate() {
    const edf::EdfNumber& duration = header_.record_duration_s;
    const double rate_hz = rate_of(signals_.front());
    if (!(rate_hz >= kSlowestHz && rate_hz <= kFastestHz)) {
      fail(ErrorKind::data, "the duration of a data record is " + edf::escaped(duration.text) +
                                "; allowed: a number of seconds in which " + std::to_string(samples_per_record()) +
                                " samples make a rate from " + number_text(kSlowestHz) + " to " +
                                number_text(kFastestHz) + " Hz");
    }
    record_.sampling_rate_hz = rate_hz;
    record_.start_s = static_cast<double>(options_.first_sample) / rate_hz;
  }

  std::string_view bytes_of(const EdfSignal& signal, std::uint64_t record, std::uint64_t from, std::size_t size) {
    const bool is_small = header_.record_bytes <= kStretchBytes;  // several records at once
    return file_.at(header_.data_begin + record * header_.record_bytes + signal.offset + from, size,
                    is_small ? kStretchBytes : 0);
  }

  void read_annotation_signals() {
    std::vector<EdfSignal> keepers;
    std::ranges::copy_if(header_.signals, std::back_inserter(keepers),
                         [](const EdfSignal& s) { return s.holds_annotations && s.samples_per_record > 0; });
    if (keepers.empty()) {
      pieces_ = {{0, header_.records, 0, 0, 0}};
      return;
    }
    edf::EdfTimes times(*header_.record_duration_s.value, samples_per_record());
    std::uint64_t damaged = 0, first_damaged = 0;
    std::string damaged_text;
    for (std::uint64_t r = 0; r < header_.records; ++r) {
      EdfNotes found;
      for (const EdfSignal& s : keepers) {
        const std::string_view bytes = bytes_of(s, r, 0, s.samples_per_record * header_.bytes_per_sample);
        edf::add_edf_notes(bytes, s.number == keepers.front().number, found);
      }
      times.add_record(found.record_begin_s);
      std::ranges::move(found.notes, std::back_inserter(notes_));
      if (damaged == 0 && !found.damaged.empty()) {
        first_damaged = r;
        damaged_text = found.damaged.front();
      }
      damaged += found.damaged.size();
    }
    if (damaged > 0) {
      warnings_.add(std::to_string(damaged) + " damaged annotations of " + keepers.front().name() +
                    " are left out, the first in data record " + std::to_string(first_damaged + 1) + ": " +
                    edf::escaped(damaged_text));
    }
    pieces_ = times.pieces(header_.has_pieces, file_.where(), warnings_);
  }

  std::uint64_t end_of(const EdfPiece& piece) const {
    return piece.first_sample + piece.records * samples_per_record();
  }

  void add_leads() {
    const std::uint64_t count = sample_count();
    for (const EdfSignal& signal : signals_) {
      record_.leads.push_back(lead_of(signal));
      record_.leads.back().samples.assign(count, kMissingSample);
    }
    for (const EdfPiece& piece : pieces_) read_piece(piece, count);
    for (const Lead& lead : record_.leads) {
      add_hash(lead.name + " " + lead.units + " " + number_text(lead.gain) + " " + std::to_string(lead.baseline));
      hashes_ +=
          content_hash({reinterpret_cast<const unsigned char*>(lead.samples.data()), count * sizeof(std::int32_t)});
    }
  }

  std::uint64_t sample_count() const {
    const std::uint64_t length = end_of(pieces_.back()), start = options_.first_sample;
    const std::uint64_t count = options_.sample_count.value_or(length - std::min(start, length));
    if (start >= length || count > length - start) {
      fail(ErrorKind::usage, "has " + std::to_string(length) + " samples; asked for " + std::to_string(count) +
                                 " from sample " + std::to_string(start) + " on");
    }
    const std::uint64_t held = std::min(count, header_.records * samples_per_record());
    const std::uint64_t allowed = std::max(kMostMissing / signals_.size(), held * kMissingPerSample);
    if (count - held > allowed) {
      fail(ErrorKind::unsupported, "its data records leave gaps of " + std::to_string(count - held) +
                                       " samples; allowed: " + std::to_string(allowed) + "; read a part of it");
    }
    return count;
  }

  // What was asked for of a piece, record after record.
  void read_piece(const EdfPiece& piece, std::uint64_t count) {
    const std::uint64_t start = options_.first_sample, n = samples_per_record();
    const std::uint64_t from = std::max(start, piece.first_sample), end = std::min(start + count, end_of(piece));
    for (std::uint64_t at = from; at < end;) {
      const std::uint64_t in_piece = at - piece.first_sample;
      const std::uint64_t now = std::min(n - in_piece % n, end - at);
      for (std::size_t l = 0; l < signals_.size(); ++l) {
        read_samples(signals_[l], piece.first_record + in_piece / n, in_piece % n, now,
                     record_.leads[l].samples.data() + (at - start));
      }
      at += now;
    }
  }

  void read_samples(const EdfSignal& signal, std::uint64_t record, std::uint64_t first, std::uint64_t count,
                    std::int32_t* to) {
    const std::size_t width = header_.bytes_per_sample;
    const int sign = is_turned(signal) ? -1 : 1;
    for (const std::uint64_t end = first + count; first < end;) {
      const std::size_t now = std::min<std::uint64_t>(end - first, kStretchBytes / 4);
      const std::string_view bytes = bytes_of(signal, record, first * width, now * width);
      if (width == 2) {
        decode<2>(bytes.data(), now, sign, to);
      } else {
        decode<3>(bytes.data(), now, sign, to);
      }
      first += now;
      to += now;
    }
  }

  // By the piece in which its time lies, or after which.
  double sample_of(const EdfNote& note) const {
    auto piece = std::ranges::upper_bound(pieces_, note.at_s, {}, &EdfPiece::begin_s);
    if (piece != pieces_.begin()) --piece;
    const double after = std::round((note.at_s - piece->begin_s) * record_.sampling_rate_hz);
    return static_cast<double>(piece->first_sample) + after - static_cast<double>(options_.first_sample);
  }

  void add_annotations() {
    for (EdfNote& found : notes_) {
      const double sample = sample_of(found);
      if (!(sample >= 0 && sample < static_cast<double>(record_.length_samples()))) continue;
      Annotation note;
      note.sample = static_cast<std::int64_t>(sample);
      note.code = codes::note;
      note.aux = std::move(found.text);
      add_hash(std::to_string(note.sample) + " " + note.aux);
      record_.annotations.push_back(std::move(note));
    }
    std::ranges::stable_sort(record_.annotations, {}, &Annotation::sample);
  }

  void add_hash(const std::string& text) { hashes_ += content_hash(std::string_view(text)); }

  const EdfOptions& options_;
  edf::EdfFile file_;
  edf::EdfWarnings warnings_;
  edf::EdfHeader header_;
  std::vector<EdfSignal> signals_;  // the leads, all of one rate
  std::vector<EdfPiece> pieces_;    // by time
  std::vector<EdfNote> notes_;
  Record record_;
  std::string hashes_;
};

}  // namespace

Record read_edf_recording(const std::filesystem::path& path, const EdfOptions& options) {
  return EdfReader(path, options).read();
}

}  // namespace beatbench
