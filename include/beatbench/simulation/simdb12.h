#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "beatbench/core/record.h"

namespace beatbench {

/// Size and seed of the simulated 12-lead database. The defaults have the form of a resting ECG.
struct Simulation12Options {
  int records = 600;                ///< 1 to 9999
  double duration_s = 10.0;         ///< 10..3600
  double sampling_rate_hz = 500.0;  ///< 100..2000
  std::uint64_t seed = 1;
};

/// Simulated recording number `index` (from 0) of the database "simdb12": id and subject "t0001"..., the twelve
/// standard leads, 16 bits of 1 uV. Rhythm, conduction and the forms of the beats are those of simulate_record's model,
/// drawn anew for each patient; leads I, II and V1 to V6 are projections by the coefficients of Dower, Machado, Osborne
/// (Clin Cardiol 3:87, 1980), with noise of their own, and the other four follow from I and II (Einthoven,
/// Goldberger).
///
/// What is stated of a recording stands in its header as "#Dx" with codes of SNOMED CT:
/// - 270492004 first-degree AV block: the PR interval is 220 ms or longer, others' 200 ms or shorter
/// - 713427006, 733534002 complete right and left bundle-branch block: QRS of 120 ms and longer
/// - 164889003 atrial fibrillation, throughout
/// - 426177001, 427084000 sinus bradycardia and tachycardia: the median RR interval between conducted sinus beats is
///   above 1 s, or below 0.6 s; else 426783006, sinus rhythm
/// - 427172004, 284470004 premature ventricular and atrial beats, where the recording has one
/// About an eighth of the recordings has each of Ribeiro's six abnormalities; some have two or three.
///
/// The result depends on `seed`, `duration_s`, `sampling_rate_hz` and `index` alone, as simulate_record's does.
/// @throws Error(usage) naming the option and its range.
Record simulate_recording12(const Simulation12Options& options, int index);

/// The id of recording number `index`: "t0001" for 0.
std::string simdb12_record_id(int index);

/// The index of the recording with this id, 0 for "t0001"; nullopt where simdb12_record_id gives no such id.
std::optional<int> simdb12_record_index(std::string_view id);

}  // namespace beatbench
