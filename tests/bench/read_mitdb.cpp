// Reads all 48 records of mitdb, header checksums verified and files hashed, with their annotations, on one thread and
// with the files in the page cache. wfdb-python takes 0.9 s for the same on a 2-core machine; the aim is a fifth of it.
//
// The limit is memory traffic: 94 MB of signal files come in (31.2 million frames of 3 bytes) and 250 MB of samples go
// out (2 x 4 bytes each). At 10 GB/s, what one core moves, that is 34 ms. Fresh memory comes on top where the system
// hands it out in pages of 4 KiB: 250 MB are 61,000 pages, at 1 to 2 us each on a virtual machine, or 60 to 120 ms;
// `read_in_turn` is spared most of them by core/memory.h, `read_and_keep` needs them all.
// `decode` is the part that the computation alone takes: format 212 out of and into the cache.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/memory.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/recordings/wfdb/signal_format.h"

namespace {

constexpr std::size_t kPieceFrames = 16 * 1024;  // 48 KiB

namespace fs = std::filesystem;

fs::path mitdb_folder() {
  const char* root = std::getenv("BEATBENCH_DATA");
  return root == nullptr ? fs::path("datasets/mitdb") : fs::path(root) / "mitdb";
}

// False, with the reason in the report, where the recordings are not there.
bool has_mitdb(benchmark::State& state) {
  if (fs::is_directory(mitdb_folder())) return true;
  state.SkipWithError("needs the recordings of mitdb: set BEATBENCH_DATA to the folder above it");
  return false;
}

void count_traffic(benchmark::State& state) {
  constexpr std::int64_t frames = 48 * 650'000;
  state.SetBytesProcessed(state.iterations() * frames * (3 + 8));
}

// One record at a time, as a command does that goes through a database.
void read_in_turn(benchmark::State& state) {
  if (!has_mitdb(state)) return;
  for ([[maybe_unused]] auto iteration : state) {
    for (const std::string& name : beatbench::read_record_list(mitdb_folder())) {
      benchmark::DoNotOptimize(beatbench::read_record(mitdb_folder() / name, {.strict = true}));
    }
  }
  count_traffic(state);
}

// All records held at once, as training does.
void read_and_keep(benchmark::State& state) {
  if (!has_mitdb(state)) return;
  for ([[maybe_unused]] auto iteration : state) {
    std::vector<beatbench::Record> records;
    for (const std::string& name : beatbench::read_record_list(mitdb_folder())) {
      records.push_back(beatbench::read_record(mitdb_folder() / name, {.strict = true}));
    }
    benchmark::DoNotOptimize(records.data());
  }
  count_traffic(state);
}

// Annotations and headers alone: 112,647 annotations.
void read_annotations(benchmark::State& state) {
  if (!has_mitdb(state)) return;
  for ([[maybe_unused]] auto iteration : state) {
    for (const std::string& name : beatbench::read_record_list(mitdb_folder())) {
      benchmark::DoNotOptimize(beatbench::read_record(mitdb_folder() / name, {.signals = false}));
    }
  }
}

// Decoding and checksums of as many frames as mitdb has, 2048 at a time.
void decode(benchmark::State& state) {
  constexpr std::size_t chunk_frames = 2048;
  const beatbench::SignalFormat& format = beatbench::require_signal_format(212, "benchmark");
  const std::vector<unsigned char> bytes(chunk_frames * 3, 0x5A);
  std::array<std::vector<std::int32_t>, 2> samples;
  for (auto& lead : samples) lead.resize(chunk_frames);
  const std::array<std::int32_t*, 2> columns = {samples[0].data(), samples[1].data()};
  for ([[maybe_unused]] auto iteration : state) {
    for (std::size_t frame = 0; frame < std::size_t{48} * 650'000; frame += chunk_frames) {
      format.decode(bytes, columns, chunk_frames);
      for (const auto& lead : samples) benchmark::DoNotOptimize(beatbench::signal_checksum(lead, format));
    }
  }
  count_traffic(state);
}

// Hands every signal file's bytes over in pieces, from the page cache.
template <typename Use>
void go_through_files(benchmark::State& state, Use use) {
  if (!has_mitdb(state)) return;
  std::vector<unsigned char> piece(kPieceFrames * 3);
  std::int64_t bytes = 0;
  for ([[maybe_unused]] auto iteration : state) {
    for (const std::string& name : beatbench::read_record_list(mitdb_folder())) {
      std::ifstream file(mitdb_folder() / (name + ".dat"), std::ios::binary);
      file.rdbuf()->pubsetbuf(nullptr, 0);
      while (file.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size())),
             file.gcount() > 0) {
        use(std::span(piece).first(static_cast<std::size_t>(file.gcount())));
        bytes += file.gcount();
      }
    }
  }
  state.SetBytesProcessed(bytes);
}

// The limit of the next one: the same bytes, copied out of the page cache and no more.
void copy_files(benchmark::State& state) {
  go_through_files(state, [](std::span<const unsigned char> bytes) { benchmark::DoNotOptimize(bytes.data()); });
}

// Copied and decoded into the second-level cache.
void copy_and_decode_files(benchmark::State& state) {
  const beatbench::SignalFormat& format = beatbench::require_signal_format(212, "benchmark");
  std::array<std::vector<std::int32_t>, 2> samples;
  for (auto& lead : samples) lead.resize(kPieceFrames);
  const std::array<std::int32_t*, 2> columns = {samples[0].data(), samples[1].data()};
  go_through_files(state, [&](std::span<const unsigned char> bytes) {
    format.decode(bytes, columns, bytes.size() / 3);
    benchmark::DoNotOptimize(samples[0].data());
    benchmark::ClobberMemory();
  });
}

BENCHMARK(copy_files)->Unit(benchmark::kMillisecond);
BENCHMARK(copy_and_decode_files)->Unit(benchmark::kMillisecond);
BENCHMARK(read_in_turn)->Unit(benchmark::kMillisecond);
BENCHMARK(read_and_keep)->Unit(benchmark::kMillisecond);
BENCHMARK(read_annotations)->Unit(benchmark::kMillisecond);
BENCHMARK(decode)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  beatbench::keep_freed_memory();  // as the programs do
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
