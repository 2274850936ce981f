#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// What the numbers in a signal file are.
enum class SignalCoding {
  amplitudes,   ///< samples
  differences,  ///< what each sample adds to the one before it of its signal, the first to the header's initial value
  flac,         ///< samples in a FLAC stream, which is a file of its own and cannot be taken apart
};

/// One storage format of WFDB signal files: how samples that follow each other in a file (one of each signal, frame
/// after frame) are packed into bytes. See the signal(5) page of the WFDB Applications Guide. Of a FLAC format there is
/// no block, and of the functions only `encode`.
struct SignalFormat {
  int number;  ///< as in a header's signal line, for example 212
  std::string_view description;
  std::int32_t minimum;  ///< smallest and largest value of a sample, in ADC units
  std::int32_t maximum;
  /// The stored value that means "no sample", kMissingSample outside the file; nullopt: none does.
  std::optional<std::int32_t> missing;
  SignalCoding coding = SignalCoding::amplitudes;
  std::size_t most_signals = 0;  ///< in one file; 0: any number
  std::size_t frame_multiple;    ///< a file can be taken apart every this many frames, at any number of signals
  std::size_t block_bytes;       ///< samples come in blocks of this many bytes, of which the last may be cut short

  /// Bytes that `samples` samples of all signals together take.
  std::uint64_t (*bytes_for)(std::uint64_t samples);

  /// Whole samples of all signals together that `bytes` bytes hold.
  std::uint64_t (*samples_in)(std::uint64_t bytes);

  /// Unpacks `frames` frames into one array per signal, of differences where they are coded. `bytes` holds at least
  /// bytes_for(frames * signals.size()).
  void (*decode)(std::span<const unsigned char> bytes, std::span<std::int32_t* const> signals, std::size_t frames);

  /// Packs signals of one length, whose samples are kMissingSample or from `minimum` to `maximum`. Differences count
  /// from the first sample on, so that it is the initial value; what a signal becomes of which they do not hold every
  /// step is what representable_samples says.
  std::vector<unsigned char> (*encode)(std::span<const std::span<const std::int32_t>> signals);
};

/// Every format this build reads and writes, ordered by number.
std::span<const SignalFormat> signal_formats();

/// @throws Error(unsupported) at `where`, listing the formats there are.
const SignalFormat& require_signal_format(int number, const std::string& where);

/// What a reader gets of samples that are written in this format: the same, unless differences are coded and a step is
/// too large for them.
std::vector<std::int32_t> representable_samples(std::span<const std::int32_t> samples, const SignalFormat& format);

/// Turns differences into samples in place, and `before`, the sample before them, into the last of them.
void sum_differences(std::span<std::int32_t> differences, std::int32_t& before);

/// A header's checksum: the low 16 bits of the sum of all samples, as stored in the file.
std::int16_t signal_checksum(std::span<const std::int32_t> samples, const SignalFormat& format);

}  // namespace beatbench
