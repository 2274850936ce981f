// Beats of one hour up to 24 in one call, lead 0 of mitdb's 48 half hours one after the other: seconds for each hour,
// and the memory beyond the signal. Both should not grow: bestpath looks at pieces of 150 s.
//
// The limit: an hour at 360 Hz is 1.3 million samples, 5 MB that come in once, and 0.9 million grid steps (with the
// overlap of pieces), each worth about 50 to 100 operations; pieces stay in the second-level cache.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/detector.h"

namespace {

namespace fs = std::filesystem;
using namespace beatbench;

// A line of /proc/self/status, in MiB.
double status_mib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) / 1024;
  }
  return 0;
}

void forget_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

void measure(const std::vector<float>& day, int hours) {
  const auto length = static_cast<std::size_t>(hours) * 3600 * 360;
  const std::span<const float> signal = std::span(day).first(std::min(length, day.size()));
  forget_peak_memory();
  const double before_mib = status_mib("VmRSS");
  const auto start = std::chrono::steady_clock::now();
  const std::size_t beats = detect_beats(signal, 360).size();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%5d %9zu %8.3f %11.1f %12.1f %15.1f\n", hours, beats, seconds, 1e3 * seconds / hours,
              static_cast<double>(signal.size_bytes()) / 1048576, status_mib("VmHWM") - before_mib);
}

int run() {
  const char* root = std::getenv("BEATBENCH_DATA");
  const fs::path folder = root == nullptr ? fs::path("datasets/mitdb") : fs::path(root) / "mitdb";
  std::vector<float> day;
  day.reserve(std::size_t{24} * 3600 * 360 + 200'000);
  for (const std::string& name : read_record_list(folder)) {
    const std::vector<float> lead = to_millivolts(read_record(folder / name, {.annotator = std::nullopt}).leads.at(0));
    day.insert(day.end(), lead.begin(), lead.end());
  }
  detect_beats(std::span(day).first(1'000'000), 360);  // what is built once
  std::printf("hours     beats  seconds  ms per hour  signal, MiB  more memory, MiB\n");
  for (const int hours : {1, 6, 12, 24, 24, 1}) measure(day, hours);
  return 0;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "detect_day: %s\n", error.what());
    return 1;
  }
}
