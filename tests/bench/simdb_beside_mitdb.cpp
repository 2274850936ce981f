// The simulated database beside the real one, class by class, both measured by the same code (beat_measures.h): a
// markdown table on standard output and, on demand, a picture of beats.
//
//   simdb_beside_mitdb [--seed N] [--records all|ds1] [--classes SYMBOLS] [--picture FILE.png|FILE.svg]
//
// `--records ds1` leaves out the records of DS2, which serve as test data: what the model's constants were chosen by.
// Recordings without MLII (102 and 104) are left out. About half a minute; the time to simulate goes to standard error.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "beat_measures.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/report/table.h"
#include "beatbench/simulation/simdb.h"

namespace {

using namespace beatbench;
using beside::Beat;
using beside::Measured;

const std::set<std::string> kDs2 = {"100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210",
                                    "212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234"};

struct Weighted {
  double value, weight;
};

/// Quantile of weighted values.
double quantile(std::vector<Weighted> values, double share) {
  std::ranges::sort(values, {}, &Weighted::value);
  double total = 0, sum = 0;
  for (const Weighted& v : values) total += v.weight;
  for (const Weighted& v : values) {
    sum += v.weight;
    if (sum >= share * total) return v.value;
  }
  return values.back().value;
}

std::string number(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

/// Values of all beats of a class, a recording counting as many beats as it has, but 30 at most.
std::vector<Weighted> collect(const std::vector<Measured>& recordings, char symbol,
                              const std::function<std::optional<double>(const Beat&)>& value) {
  std::vector<Weighted> all;
  for (const Measured& m : recordings) {
    const std::size_t before = all.size();
    for (const Beat& beat : m.beats) {
      if (beat.symbol != symbol) continue;
      if (const auto v = value(beat)) all.push_back({*v, 1.0});
    }
    const auto n = static_cast<double>(all.size() - before);
    for (std::size_t i = before; i < all.size(); ++i) all[i].weight = std::min(1.0, 30.0 / n);
  }
  return all;
}

std::string spread(const std::vector<Weighted>& values, int decimals) {
  if (values.empty()) return "-";
  return number(quantile(values, 0.5), decimals) + " (" + number(quantile(values, 0.1), decimals) + ".." +
         number(quantile(values, 0.9), decimals) + ")";
}

std::string mean_share(const std::vector<Weighted>& values) {
  double sum = 0, total = 0;
  for (const Weighted& v : values) sum += v.weight * v.value, total += v.weight;
  return total > 0 ? number(100.0 * sum / total, 0) : "-";
}

/// Mean beats' values, every recording with five beats of the class (or any, where none has five) once.
std::vector<Weighted> of_means(const std::vector<Measured>& recordings, char symbol, double beside::MeanBeat::*value) {
  for (const int least : {5, 1}) {
    std::vector<Weighted> all;
    for (const Measured& m : recordings) {
      for (const auto& mean : m.means) {
        if (mean.symbol == symbol && mean.beats >= least) all.push_back({mean.*value, 1.0});
      }
    }
    if (!all.empty()) return all;
  }
  return {};
}

void add_row(Table& table, const std::string& database, const std::vector<Measured>& recordings, char symbol) {
  std::size_t beats = 0, records = 0;
  for (const Measured& m : recordings) {
    const auto n = static_cast<std::size_t>(std::ranges::count(m.beats, symbol, &Beat::symbol));
    beats += n, records += n > 0;
  }
  const auto of = [&](auto value) { return collect(recordings, symbol, value); };
  const auto change = of([](const Beat& b) { return b.change ? std::optional(std::abs(*b.change)) : std::nullopt; });
  const auto up =
      of([](const Beat& b) { return b.v1_upwards ? std::optional(*b.v1_upwards ? 1.0 : 0.0) : std::nullopt; });
  table.add_row({std::string(1, symbol), database, std::to_string(beats), std::to_string(records),
                 spread(of([](const Beat& b) { return b.before; }), 2),
                 spread(of([](const Beat& b) { return b.after; }), 2),
                 change.empty() ? "-" : number(100.0 * quantile(change, 0.5), 1),
                 spread(of([](const Beat& b) { return std::optional(b.width_ms); }), 0),
                 spread(of([](const Beat& b) { return std::optional(b.mark_ms); }), 0),
                 spread(of([](const Beat& b) { return std::optional(b.highest_mv); }), 2),
                 spread(of([](const Beat& b) { return std::optional(b.lowest_mv); }), 2), mean_share(up),
                 spread(of_means(recordings, symbol, &beside::MeanBeat::p_mv), 2),
                 spread(of_means(recordings, symbol, &beside::MeanBeat::t_mv), 2)});
}

/// One value for each recording: what differs between patients.
void add_recordings_row(Table& table, const std::string& name, const std::vector<Measured>& real,
                        const std::vector<Measured>& simulated, int decimals,
                        const std::function<std::optional<double>(const Measured&)>& value) {
  const auto cell = [&](const std::vector<Measured>& recordings) {
    std::vector<Weighted> all;
    for (const Measured& m : recordings) {
      if (const auto v = value(m)) all.push_back({*v, 1.0});
    }
    return spread(all, decimals);
  };
  table.add_row({name, cell(real), cell(simulated)});
}

std::optional<double> quantile_of_beats(const Measured& m, double share,
                                        const std::function<std::optional<double>(const Beat&)>& value) {
  std::vector<Weighted> all;
  for (const Beat& beat : m.beats) {
    if (const auto v = value(beat)) all.push_back({*v, 1.0});
  }
  return all.size() < 20 ? std::nullopt : std::optional(quantile(all, share));
}

/// Median change of a beat's height (highest to lowest) from one beat of a class to the next one, over its median, %.
std::optional<double> height_change(const Measured& m, char symbol) {
  std::vector<Weighted> heights, changes;
  for (const Beat& beat : m.beats) {
    if (beat.symbol != symbol) continue;
    const double height = beat.highest_mv - beat.lowest_mv;
    if (!heights.empty()) changes.push_back({std::abs(height - heights.back().value), 1.0});
    heights.push_back({height, 1.0});
  }
  return heights.size() < 20 ? std::nullopt : std::optional(100.0 * quantile(changes, 0.5) / quantile(heights, 0.5));
}

std::vector<Measured> measured_mitdb(const std::string& which) {
  const char* root = std::getenv("BEATBENCH_DATA");
  const auto folder = root == nullptr ? std::filesystem::path("datasets/mitdb") : std::filesystem::path(root) / "mitdb";
  std::vector<Measured> out;
  for (const std::string& name : read_record_list(folder)) {
    if (which == "ds1" && kDs2.contains(name)) continue;
    if (auto measured = beside::measure(read_record(folder / name))) out.push_back(std::move(*measured));
  }
  return out;
}

std::vector<Measured> measured_simdb(std::uint64_t seed) {
  SimulationOptions options;
  options.seed = seed;
  std::vector<Measured> out;
  std::chrono::duration<double> simulating{};
  for (int i = 0; i < options.records; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const Record record = simulate_record(options, i);
    simulating += std::chrono::steady_clock::now() - begin;
    out.push_back(*beside::measure(record));
  }
  std::cerr << "simulated " << options.records << " records in " << number(simulating.count(), 1) << " s\n";
  return out;
}

void print_tables(const std::vector<Measured>& real, const std::vector<Measured>& simulated,
                  const std::string& classes) {
  Table table({{"class", Align::left},
               {"from", Align::left},
               {"beats"},
               {"records"},
               {"RR before"},
               {"RR after"},
               {"RR change, %"},
               {"QRS, ms"},
               {"mark, ms"},
               {"MLII highest, mV"},
               {"MLII lowest, mV"},
               {"V1 up, %"},
               {"P, mV"},
               {"T, mV"}});
  for (const char symbol : classes) {
    add_row(table, "mitdb", real, symbol);
    add_row(table, "simdb", simulated, symbol);
  }
  std::cout << table.markdown() << '\n';
  Table recordings({{"per recording", Align::left}, {"mitdb"}, {"simdb"}});
  const auto rr = [](const Beat& b) { return b.rr_s; };
  const auto row = [&](const char* name, int decimals, auto value) {
    add_recordings_row(recordings, name, real, simulated, decimals, value);
  };
  row("median RR, s", 2, [&](const Measured& m) { return quantile_of_beats(m, 0.5, rr); });
  row("RR 90th over 10th percentile", 2, [&](const Measured& m) -> std::optional<double> {
    return *quantile_of_beats(m, 0.9, rr) / *quantile_of_beats(m, 0.1, rr);
  });
  row("change of height from N to N, %", 1, [](const Measured& m) { return height_change(m, 'N'); });
  row("change of height from V to V, %", 1, [](const Measured& m) { return height_change(m, 'V'); });
  const auto noise = [](const Beat& b) { return b.noise_uv; };
  row("noise before P, median, uV", 1, [&](const Measured& m) { return quantile_of_beats(m, 0.5, noise); });
  row("noise before P, 95th percentile, uV", 1, [&](const Measured& m) { return quantile_of_beats(m, 0.95, noise); });
  const auto step = [](const Beat& b) { return b.step_uv; };
  row("step from sample to sample there, median, uV", 1,
      [&](const Measured& m) { return quantile_of_beats(m, 0.5, step); });
  row("step from sample to sample there, 95th percentile, uV", 1,
      [&](const Measured& m) { return quantile_of_beats(m, 0.95, step); });
  const auto wander = [](const Measured& m, double share) {
    std::vector<Weighted> all;
    for (const double sd : m.wander_mv) all.push_back({sd, 1.0});
    return std::optional(quantile(all, share));
  };
  row("wander within 10 s, SD, median, mV", 3, [&](const Measured& m) { return wander(m, 0.5); });
  row("wander within 10 s, SD, 95th percentile, mV", 3, [&](const Measured& m) { return wander(m, 0.95); });
  std::cout << recordings.markdown();
}

}  // namespace

int main(int argc, char** argv) try {
  std::map<std::string, std::string> options = {
      {"--seed", "1"}, {"--records", "all"}, {"--picture", ""}, {"--classes", "NLR/VAaJFfEje!"}};
  for (int i = 1; i < argc; i += 2) {
    if (!options.contains(argv[i]) || i + 1 == argc) {
      std::cerr << "usage: simdb_beside_mitdb [--seed N] [--records all|ds1] [--classes SYMBOLS] [--picture "
                   "FILE.png|FILE.svg]\n";
      return 2;
    }
    options[argv[i]] = argv[i + 1];
  }
  const std::vector<Measured> real = measured_mitdb(options["--records"]);
  const std::vector<Measured> simulated = measured_simdb(std::stoull(options["--seed"]));
  print_tables(real, simulated, options["--classes"]);
  if (const std::string& file = options["--picture"]; !file.empty()) {
    write_file_atomically(file, beside::draw_beats(real, simulated, options["--classes"], file.ends_with(".png")));
  }
} catch (const std::exception& error) {
  std::cerr << "simdb_beside_mitdb: " << error.what() << '\n';
  return 1;
}
