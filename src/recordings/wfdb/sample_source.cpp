#include "recordings/wfdb/sample_source.h"

#include <algorithm>

#include "recordings/wfdb/flac_source.h"
#include "recordings/wfdb/packed_source.h"

namespace beatbench::wfdb {

std::size_t chunk_frames(const SignalFile& file) {
  constexpr std::size_t most_frames = 2048;                   // two signals (16 KiB) fit into the first-level cache
  constexpr std::size_t most_samples = std::size_t{1} << 20;  // of a frame with very many
  const std::size_t multiple = file.format->frame_multiple;
  const std::size_t frames = std::clamp(most_samples / file.samples_per_frame, multiple, most_frames);
  return frames - frames % multiple;
}

std::unique_ptr<SampleSource> open_samples(const SignalFile& file, std::uint64_t first, std::uint64_t end) {
  if (file.format->coding != SignalCoding::flac) return std::make_unique<PackedSource>(file, first, end);
  auto source = std::make_unique<FlacSource>(file);
  if (first < end) source->go_to(first);
  return source;
}

}  // namespace beatbench::wfdb
