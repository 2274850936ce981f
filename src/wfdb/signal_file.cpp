#include "wfdb/signal_file.h"

#include <algorithm>
#include <system_error>

#include "beatbench/core/error.h"
#include "wfdb/flac_source.h"
#include "wfdb/text_fields.h"

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
  if (!reason && !fs::is_regular_file(status)) {
    throw Error(ErrorKind::io, path.string(), "this signal file, which " + where + " names, is not an ordinary file");
  }
  const std::uint64_t size = reason ? 0 : fs::file_size(path, reason);
  if (reason) throw Error(ErrorKind::io, path.string(), "cannot read: " + reason.message());
  return size;
}

SignalFile start_file(const SignalSpec& signal, const fs::path& folder, const std::string& where) {
  const SignalFormat& format = find_signal_format(signal.format, where);
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

}  // namespace

bool is_inside_folder(const fs::path& name) {
  return !name.empty() && name.is_relative() && std::ranges::find(name, fs::path("..")) == name.end();
}

std::uint64_t SignalFile::frames() const {
  if (format->coding == SignalCoding::flac) return flac_frames;
  const auto offset = static_cast<std::uint64_t>(byte_offset);
  return size_bytes < offset ? 0 : format->samples_in(size_bytes - offset) / samples_per_frame;
}

bool SignalFile::is_wanted() const { return std::ranges::any_of(signals, &StoredSignal::wanted); }

bool is_null_signal(const SignalSpec& signal) { return signal.file_name == "~" || signal.format == 0; }

std::vector<SignalFile> find_signal_files(const Header& header, const std::vector<bool>& wanted, const fs::path& folder,
                                          const std::string& where) {
  std::vector<SignalFile> files;
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    const SignalSpec& signal = header.signals[i];
    if (is_null_signal(signal)) continue;
    auto file = std::ranges::find(files, folder / signal.file_name, &SignalFile::path);
    if (file == files.end()) {
      file = files.insert(files.end(), start_file(signal, folder, where));
    } else {
      check_same_file(signal, *file, file->signals.back().index + 1 == i, where);
    }
    add_signal(signal, i, wanted[i], *file);
  }
  std::erase_if(files, [](const SignalFile& file) { return !file.is_wanted(); });
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

}  // namespace beatbench::wfdb
