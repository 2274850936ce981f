#include "recordings/wfdb/flac_source.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/record.h"

namespace beatbench::wfdb {

// Called by the decoder, a C library: they throw nothing.
struct FlacSource::Callbacks {
  static FlacSource& of(void* client) { return *static_cast<FlacSource*>(client); }

  static FLAC__StreamDecoderReadStatus read(const FLAC__StreamDecoder*, FLAC__byte buffer[], std::size_t* size,
                                            void* client) {
    std::ifstream& stream = of(client).stream_;
    stream.read(reinterpret_cast<char*>(buffer), static_cast<std::streamsize>(*size));
    *size = static_cast<std::size_t>(stream.gcount());
    if (stream.bad()) return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
    return *size == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
  }

  static FLAC__StreamDecoderSeekStatus seek(const FLAC__StreamDecoder*, FLAC__uint64 position, void* client) {
    FlacSource& source = of(client);
    source.stream_.clear();
    source.stream_.seekg(source.file_.byte_offset + static_cast<std::streamoff>(position));
    return source.stream_ ? FLAC__STREAM_DECODER_SEEK_STATUS_OK : FLAC__STREAM_DECODER_SEEK_STATUS_ERROR;
  }

  static FLAC__StreamDecoderTellStatus tell(const FLAC__StreamDecoder*, FLAC__uint64* position, void* client) {
    FlacSource& source = of(client);
    source.stream_.clear();
    *position =
        static_cast<FLAC__uint64>(static_cast<std::streamoff>(source.stream_.tellg()) - source.file_.byte_offset);
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
  }

  static FLAC__StreamDecoderLengthStatus length(const FLAC__StreamDecoder*, FLAC__uint64* length, void* client) {
    const SignalFile& file = of(client).file_;
    const auto offset = static_cast<std::uint64_t>(file.byte_offset);
    *length = file.size_bytes - std::min(file.size_bytes, offset);
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
  }

  static FLAC__bool is_at_end(const FLAC__StreamDecoder*, void* client) { return !of(client).stream_; }

  static FLAC__StreamDecoderWriteStatus write(const FLAC__StreamDecoder*, const FLAC__Frame* frame,
                                              const FLAC__int32* const buffer[], void* client) {
    FlacSource& source = of(client);
    const std::size_t size = frame->header.blocksize;
    if (frame->header.channels != source.block_.size() || size > FLAC__MAX_BLOCK_SIZE) {
      source.failure_ = "its number of channels changes";
      return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    }
    for (std::size_t c = 0; c < source.block_.size(); ++c) source.block_[c].assign(buffer[c], buffer[c] + size);
    source.block_size_ = size;
    source.used_ = 0;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  }

  static void metadata(const FLAC__StreamDecoder*, const FLAC__StreamMetadata* metadata, void* client) {
    if (metadata->type == FLAC__METADATA_TYPE_STREAMINFO) of(client).info_ = metadata->data.stream_info;
  }

  static void error(const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus status, void* client) {
    of(client).failure_ = FLAC__StreamDecoderErrorStatusString[status];
  }
};

FlacSource::FlacSource(const SignalFile& file)
    : file_(file),
      samples_per_frame_(file.signals.front().samples_per_frame),
      decoder_(FLAC__stream_decoder_new(), FLAC__stream_decoder_delete),
      block_(file.signals.size()) {
  stream_.open(file.path, std::ios::binary);
  stream_.seekg(file.byte_offset);
  if (!stream_) {
    throw Error(ErrorKind::io, file.path.string(), "cannot read: " + std::generic_category().message(errno));
  }
  const auto status = FLAC__stream_decoder_init_stream(decoder_.get(), Callbacks::read, Callbacks::seek,
                                                       Callbacks::tell, Callbacks::length, Callbacks::is_at_end,
                                                       Callbacks::write, Callbacks::metadata, Callbacks::error, this);
  if (status != FLAC__STREAM_DECODER_INIT_STATUS_OK) fail(FLAC__StreamDecoderInitStatusString[status]);
  check_state(FLAC__stream_decoder_process_until_end_of_metadata(decoder_.get()));
  check_info();
}

void FlacSource::check_info() const {
  if (!info_) fail("does not begin with stream information");
  const auto allowed_bits = static_cast<unsigned>(file_.format->number - 500);
  if (info_->channels != block_.size()) {
    fail("has " + std::to_string(info_->channels) + " channels; allowed: one for each of " +
         std::to_string(block_.size()) + " signals");
  }
  if (info_->bits_per_sample > allowed_bits) {
    fail("has samples of " + std::to_string(info_->bits_per_sample) + " bits; allowed in format " +
         std::to_string(file_.format->number) + ": " + std::to_string(allowed_bits));
  }
}

void FlacSource::check_state(bool is_sound) const {
  if (failure_ != nullptr) fail(std::string("is damaged: ") + failure_);
  if (!is_sound)
    fail(std::string("cannot be decoded: ") + FLAC__stream_decoder_get_resolved_state_string(decoder_.get()));
}

std::uint64_t FlacSource::count_frames() {
  std::uint64_t samples = info_->total_samples;
  if (samples > 0) return samples / samples_per_frame_;
  for (decode_block(); block_size_ > 0; decode_block()) samples += block_size_;
  return samples / samples_per_frame_;
}

void FlacSource::go_to(std::uint64_t frame) {
  start_ = frame;
  if (frame == 0) return;
  used_ = block_size_ = 0;
  if (FLAC__stream_decoder_seek_absolute(decoder_.get(), frame * samples_per_frame_)) return;
  fail("has no sample " + std::to_string(frame) + " that can be reached");
}

void FlacSource::read(std::span<std::int32_t* const> columns, std::size_t frames) {
  const std::size_t wanted = frames * samples_per_frame_;
  for (std::size_t done = 0; done < wanted;) {
    if (used_ == block_size_) decode_block();
    if (block_size_ == 0) fail("ends before its last sample");
    const std::size_t count = std::min(wanted - done, block_size_ - used_);
    copy(columns, done, count);
    done += count;
    used_ += count;
  }
  for (const std::int32_t* column : columns) {
    hashes_ += beatbench::content_hash({reinterpret_cast<const unsigned char*>(column), frames * sizeof *column});
  }
}

// The samples are hashed, not the file's bytes: how many of those are read is the decoder's affair.
std::string FlacSource::content_hash() const { return beatbench::content_hash(std::string_view(hashes_)); }

// Leaves block_size_ 0 at the end of the stream.
void FlacSource::decode_block() {
  FLAC__StreamDecoder* const decoder = decoder_.get();
  block_size_ = used_ = 0;
  while (block_size_ == 0) {
    if (FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_END_OF_STREAM) return;
    check_state(FLAC__stream_decoder_process_single(decoder));
  }
}

// Each signal's samples go in turn to the columns that it has.
void FlacSource::copy(std::span<std::int32_t* const> columns, std::size_t done, std::size_t count) {
  const std::int32_t missing = *file_.format->missing;
  for (std::size_t c = 0; c < block_.size(); ++c) {
    const std::int32_t* in = block_[c].data() + used_;
    std::int32_t* const* out = columns.data() + c * samples_per_frame_;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int32_t value = in[i] == missing ? kMissingSample : in[i];
      out[(done + i) % samples_per_frame_][(done + i) / samples_per_frame_] = value;
    }
  }
}

void FlacSource::fail(const std::string& message) const {
  throw Error(ErrorKind::data, file_.path.string(), "its FLAC stream " + message);
}

}  // namespace beatbench::wfdb
