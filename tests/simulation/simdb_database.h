#pragma once

// The simulated database as its tests see it: the rhythm of all records of seed 1, without rendering.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/patient_model.h"

namespace beatbench {

using simdb::Patient;
using simdb::PlannedBeat;
using simdb::RhythmPlan;

inline constexpr int kRecords = 48;

struct Planned {
  Patient patient;
  RhythmPlan plan;
};

/// All records of seed 1, planned once.
inline const std::vector<Planned>& database() {
  static const std::vector<Planned> records = [] {
    std::vector<Planned> result;
    const SimulationOptions options;
    for (int i = 0; i < kRecords; ++i) {
      Patient patient = simdb::make_patient(options, i);
      RhythmPlan plan =
          simdb::plan_rhythm(patient, options.duration_s, derive_seed(options.seed, static_cast<std::uint64_t>(i), 2));
      result.push_back({std::move(patient), std::move(plan)});
    }
    return result;
  }();
  return records;
}

inline bool is_one_of(char symbol, std::string_view symbols) { return symbols.find(symbol) != std::string_view::npos; }

inline bool in_sinus_rhythm(const Planned& record) {
  return record.plan.fibrillation.empty() && record.plan.flutter.empty() &&
         record.patient.diagnosis->rhythm == simdb::Rhythm::sinus;
}

inline std::map<char, int> counts(const Planned& record) {
  std::map<char, int> result;
  for (const PlannedBeat& beat : record.plan.beats) ++result[beat.symbol];
  return result;
}

}  // namespace beatbench
