// Formats 508, 516 and 524 (WFDB 10.7 and later): a FLAC stream (RFC 9639) with a channel for each signal, at most
// eight, and samples of at most 8, 16 and 24 bits. The smallest value of that many bits means "no sample".
#include <FLAC/stream_encoder.h>

#include <algorithm>
#include <memory>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "recordings/wfdb/formats/formats.h"
#include "recordings/wfdb/formats/in_order.h"

namespace beatbench::wfdb {
namespace {

constexpr std::size_t kMostChannels = 8;
// Hz. FLAC stores no rate as low as an ECG's with a fraction; the header has it, and no reader goes by this one.
constexpr unsigned kNominalRate = 96'000;
constexpr unsigned kCompressionLevel = 5;  // the flac program's default

// A file in memory: the encoder comes back to its beginning for the number of samples.
struct Output {
  std::vector<unsigned char> bytes;
  std::size_t position = 0;
};

FLAC__StreamEncoderWriteStatus write(const FLAC__StreamEncoder*, const FLAC__byte buffer[], std::size_t size, unsigned,
                                     unsigned, void* client) {
  auto& output = *static_cast<Output*>(client);
  output.bytes.resize(std::max(output.bytes.size(), output.position + size));
  std::copy_n(buffer, size, output.bytes.begin() + static_cast<std::ptrdiff_t>(output.position));
  output.position += size;
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

FLAC__StreamEncoderSeekStatus seek(const FLAC__StreamEncoder*, FLAC__uint64 position, void* client) {
  static_cast<Output*>(client)->position = static_cast<std::size_t>(position);
  return FLAC__STREAM_ENCODER_SEEK_STATUS_OK;
}

FLAC__StreamEncoderTellStatus tell(const FLAC__StreamEncoder*, FLAC__uint64* position, void* client) {
  *position = static_cast<Output*>(client)->position;
  return FLAC__STREAM_ENCODER_TELL_STATUS_OK;
}

template <int bits>
std::vector<unsigned char> encode(std::span<const std::span<const std::int32_t>> signals) {
  const std::size_t frames = signals.front().size();
  std::vector<std::int32_t> samples = in_file_order(signals);
  std::ranges::replace(samples, kMissingSample, -(1 << (bits - 1)));
  const std::unique_ptr<FLAC__StreamEncoder, decltype(&FLAC__stream_encoder_delete)> encoder(
      FLAC__stream_encoder_new(), FLAC__stream_encoder_delete);
  FLAC__StreamEncoder* const to = encoder.get();
  FLAC__stream_encoder_set_channels(to, static_cast<unsigned>(signals.size()));
  FLAC__stream_encoder_set_bits_per_sample(to, bits);
  FLAC__stream_encoder_set_sample_rate(to, kNominalRate);
  FLAC__stream_encoder_set_compression_level(to, kCompressionLevel);
  FLAC__stream_encoder_set_total_samples_estimate(to, frames);
  Output output;
  constexpr std::size_t at_once = 4096;
  bool is_done =
      FLAC__stream_encoder_init_stream(to, write, seek, tell, nullptr, &output) == FLAC__STREAM_ENCODER_INIT_STATUS_OK;
  for (std::size_t f = 0; is_done && f < frames; f += at_once) {
    const auto now = static_cast<unsigned>(std::min(at_once, frames - f));
    is_done = FLAC__stream_encoder_process_interleaved(to, samples.data() + f * signals.size(), now);
  }
  if (is_done && FLAC__stream_encoder_finish(to)) return std::move(output.bytes);
  throw Error(ErrorKind::unsupported, "FLAC encoder", FLAC__stream_encoder_get_resolved_state_string(to));
}

template <int bits>
consteval SignalFormat format(std::string_view description) {
  return {.number = 500 + bits,
          .description = description,
          .minimum = -(1 << (bits - 1)) + 1,
          .maximum = (1 << (bits - 1)) - 1,
          .missing = -(1 << (bits - 1)),
          .coding = SignalCoding::flac,
          .most_signals = kMostChannels,
          .frame_multiple = 1,
          .block_bytes = 0,
          .bytes_for = nullptr,
          .samples_in = nullptr,
          .decode = nullptr,
          .encode = encode<bits>};
}

}  // namespace

const SignalFormat kFormat508 = format<8>("FLAC, 8 bits");
const SignalFormat kFormat516 = format<16>("FLAC, 16 bits");
const SignalFormat kFormat524 = format<24>("FLAC, 24 bits");

}  // namespace beatbench::wfdb
