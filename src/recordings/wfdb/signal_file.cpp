#include "recordings/wfdb/signal_file.h"

#include <algorithm>
#include <set>
#include <span>
#include <system_error>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/flac_source.h"

namespace beatbench::wfdb {
namespace {

namespace fs = std::filesystem;

void check_same_file(const SignalSpec& signal, const SignalFile& file, bool is_neighbour, const std::string& where) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::data, where, "the signals of file " + quote(signal.file_name) + " " + what);
  };
  if (signal.format != file.format->number) {
    refuse("have formats " + std::to_string(file.format->number) + " and " + std::to_string(signal.format) +
           "; allowed: one format per file");
  }
  if (signal.byte_offset != file.byte_offset) {
    refuse("have byte offsets " + std::to_string(file.byte_offset) + " and " + std::to_string(signal.byte_offset) +
           "; allowed: one offset per file");
  }
  if (!is_neighbour) refuse("are not on neighbouring lines");
}

std::uint64_t size_of(const fs::path& path, const std::string& where) {
  std::error_code reason;
  const fs::file_status status = fs::status(path, reason);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorKind::io, path.string(), "this signal file, which " + where + " names, is not there");
  }
  check_ordinary_file(path);
  const std::uint64_t size = fs::file_size(path, reason);
  if (reason) throw Error(ErrorKind::io, path.string(), "cannot read: " + reason.message());
  return size;
}

SignalFile start_file(const SignalSpec& signal, const fs::path& folder, const std::string& where) {
  const SignalFormat& format = require_signal_format(signal.format, where);
  if (!is_inside_folder(signal.file_name)) {
    throw Error(ErrorKind::data, where,
                "names the signal file " + quote(signal.file_name) + "; allowed: a file in the header's folder");
  }
  SignalFile file;
  file.path = folder / signal.file_name;
  file.format = &format;
  file.byte_offset = signal.byte_offset;
  return file;
}

void add_signal(const SignalSpec& signal, std::size_t index, bool wanted, SignalFile& file) {
  StoredSignal stored;
  stored.index = index;
  stored.samples_per_frame = static_cast<std::size_t>(signal.samples_per_frame);
  stored.skew_frames = static_cast<std::uint64_t>(signal.skew_samples);
  stored.initial_value = signal.initial_value.value_or(signal.adc_zero);
  stored.wanted = wanted;
  file.samples_per_frame += stored.samples_per_frame;
  file.signals.push_back(stored);
}

// A channel has the samples of one signal, and channels are of one length.
void count_flac_frames(SignalFile& file, const std::string& where) {
  const std::size_t samples_per_frame = file.signals.front().samples_per_frame;
  for (const StoredSignal& signal : file.signals) {
    if (signal.samples_per_frame == samples_per_frame) continue;
    throw Error(ErrorKind::data, where,
                "the signals of file " + quote(file.path.filename().string()) + " have " +
                    std::to_string(samples_per_frame) + " and " + std::to_string(signal.samples_per_frame) +
                    " samples per frame; allowed in a FLAC file: the same for all");
  }
  file.flac_frames = FlacSource(file).count_frames();
}

std::string signals_text(const SignalFile& file) {
  std::string text = std::to_string(file.signals.size()) + " signals";
  if (file.samples_per_frame != file.signals.size()) {
    text += " (" + std::to_string(file.samples_per_frame) + " samples in a frame)";
  }
  return text;
}

// Whether the files of the first `count` signals are just as large as the header's number of samples makes them.
bool fit_their_files(const Header& header, std::size_t count, const fs::path& folder, const std::string& where) {
  if (!header.length_samples || count > header.signals.size()) return false;
  Header part = header;
  part.signals.resize(count);
  const auto frames = static_cast<std::uint64_t>(*header.length_samples);
  try {
    const auto files = find_signal_files(part, std::vector<bool>(count, true), folder, where);
    return !files.empty() && std::ranges::all_of(files, [&](const SignalFile& file) {
      if (file.frames() < frames) return false;
      if (file.format->coding == SignalCoding::flac) return true;  // a channel for each signal
      return file.size_bytes < file.bytes_for(frames) + file.format->block_bytes;
    });
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

bool is_inside_folder(const fs::path& name) {
  return !name.empty() && name.is_relative() && std::ranges::find(name, fs::path("..")) == name.end();
}

std::uint64_t SignalFile::frames() const {
  if (format->coding == SignalCoding::flac) return flac_frames;
  const auto offset = static_cast<std::uint64_t>(byte_offset);
  return size_bytes < offset ? 0 : format->samples_in(size_bytes - offset) / samples_per_frame;
}

std::uint64_t SignalFile::bytes_for(std::uint64_t frame_count) const {
  return static_cast<std::uint64_t>(byte_offset) + format->bytes_for(frame_count * samples_per_frame);
}

bool is_null_signal(const SignalSpec& signal) { return signal.file_name == "~" || signal.format == 0; }

std::vector<SignalFile> find_signal_files(const Header& header, const std::vector<bool>& wanted, const fs::path& folder,
                                          const std::string& where) {
  std::set<std::string> wanted_names;
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    if (wanted[i] && !is_null_signal(header.signals[i])) wanted_names.insert(header.signals[i].file_name);
  }
  std::vector<SignalFile> files;
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    const SignalSpec& signal = header.signals[i];
    if (is_null_signal(signal) || !wanted_names.contains(signal.file_name)) continue;
    if (signal.layout_fault) throw fault_of(*signal.layout_fault, where);
    auto file = std::ranges::find(files, folder / signal.file_name, &SignalFile::path);
    if (file == files.end()) {
      file = files.insert(files.end(), start_file(signal, folder, where));
    } else {
      check_same_file(signal, *file, file->signals.back().index + 1 == i, where);
    }
    add_signal(signal, i, wanted[i], *file);
  }
  for (SignalFile& file : files) {
    file.size_bytes = size_of(file.path, where);
    if (file.format->coding == SignalCoding::flac) count_flac_frames(file, where);
  }
  return files;
}

std::uint64_t frames_to_read(const Header& header, const std::vector<SignalFile>& files, const std::string& where) {
  if (files.empty()) return static_cast<std::uint64_t>(header.length_samples.value_or(0));
  const auto& smallest = *std::ranges::min_element(files, {}, &SignalFile::frames);
  if (!header.length_samples) return smallest.frames();
  const auto wanted = static_cast<std::uint64_t>(*header.length_samples);
  if (wanted <= smallest.frames()) return wanted;
  throw Error(ErrorKind::data, smallest.path.string(),
              "has " + std::to_string(smallest.size_bytes) + " bytes, which hold " + std::to_string(smallest.frames()) +
                  " samples for each of " + signals_text(smallest) + " in format " +
                  std::to_string(smallest.format->number) + " from byte " + std::to_string(smallest.byte_offset) +
                  " on; " + where + " asks for " + std::to_string(wanted));
}

void settle_signal_count(Header& header, const fs::path& folder, const std::string& where, const OnOddity& on_oddity) {
  const std::size_t lines = header.signals.size();
  const auto announced = static_cast<std::size_t>(header.signal_count);
  if (!header.segments.empty() || lines == announced) return;
  const auto shares_a_file = [&](const SignalSpec& extra) {
    const auto named = std::span(header.signals).first(std::min(announced, lines));
    return !is_null_signal(extra) && std::ranges::count(named, extra.file_name, &SignalSpec::file_name) > 0;
  };
  const bool apart = announced > 0 && lines > announced &&
                     std::ranges::none_of(std::span(header.signals).subspan(announced), shares_a_file);
  const bool announced_fit = apart || fit_their_files(header, announced, folder, where);
  const bool lines_fit = !apart && fit_their_files(header, lines, folder, where);
  const Error error = wrong_count(where, "signal", lines, header.signal_count);
  if (announced_fit == lines_fit) throw error;
  const std::size_t right = lines_fit ? lines : announced;
  tell(on_oddity, {error.kind(), where, message_of(error) + "; " + std::to_string(right) + " are read"});
  header.signals.resize(right);
  header.signal_count = static_cast<int>(right);
}

Error fault_of(const FieldFault& fault, const std::string& where) {
  return {ErrorKind::data, where + ", line " + std::to_string(fault.line), fault.message};
}

}  // namespace beatbench::wfdb
