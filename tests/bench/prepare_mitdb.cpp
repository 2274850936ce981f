// Preparing all 107,668 beats of mitdb that paper8 has a class for, reading included, on two threads.
//
//   BEATBENCH_DATA=... build/bin/prepare_mitdb
//
// windows: 31 million samples of one lead are filtered forwards and backwards by five sections, 9 operations each: 2.8
// billion, about 2 s on one core as the recurrences do not vectorise, 1 s on two.
// images: 16 KiB each, 1.76 GB written once, 0.2 s at 10 GB/s; drawing the curve, some 240 anti-aliased line segments
// each, is the rest.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "beatbench/core/class_map.h"
#include "beatbench/core/memory.h"
#include "beatbench/data/dataset.h"

namespace {

void prepare(benchmark::State& state, const char* input) {
  if (!std::getenv("BEATBENCH_DATA")) {
    state.SkipWithError("needs the recordings of mitdb: set BEATBENCH_DATA to the folder above it");
    return;
  }
  const beatbench::Database database = beatbench::open_database("mitdb");
  beatbench::Preprocessing preprocessing;
  preprocessing.input = input;
  preprocessing.class_names = beatbench::require_class_map(preprocessing.class_map).class_names();
  std::size_t beats = 0;
  for (auto _ : state) beats = beatbench::load_database(database, preprocessing, {}).windows.size();
  state.counters["beats"] = static_cast<double>(beats);
}

void windows(benchmark::State& state) { prepare(state, "window"); }
void images(benchmark::State& state) { prepare(state, "image"); }

BENCHMARK(windows)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(images)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  beatbench::keep_freed_memory();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
