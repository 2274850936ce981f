#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

/// Size and seed of the simulated database. The defaults have the shape of the MIT-BIH Arrhythmia Database.
struct SimulationOptions {
  int records = 48;                 ///< >= 1; after 48 the list of diagnoses begins again with new patients
  double duration_s = 1805.556;     ///< >= 10; 650,000 samples at 360 Hz
  double sampling_rate_hz = 360.0;  ///< 100..2000
  std::uint64_t seed = 1;
};

/// Simulated recording number `index` (from 0) of the database "simdb": id and subject "s001"..., leads MLII and
/// V1, 11 bits over 10 mV (gain 200 per mV, baseline and ADC zero 1024), beats annotated with MIT-BIH's symbols at
/// the largest deflection of the QRS complex in MLII (paced ones at its first deflection of some size, as mitdb's
/// annotators did), `!` at each flutter wave between `[` and `]`, `x` at a P wave that came too early to be conducted,
/// `+` with "(N", "(AFIB", "(AFL", "(BII", "(NOD", "(VFL", "(P" and the like where the rhythm changes, `~` where an
/// artefact begins and ends. The header comments say that the recording is SIMULATED, the patient's age, sex and
/// diagnosis, and the seed.
///
/// The model is the dynamical ECG of McSharry, Clifford, Tarassenko, Smith, IEEE Trans Biomed Eng 50:289-294
/// (2003), with these deviations:
/// - Each wave is a Gaussian in time that carries a dipole (left, down, back) in place of a scalar in the phase of
///   one limit cycle, after Sameni, Clifford, Jutten, Shamsollahi, EURASIP J Adv Signal Process 2007:043407, and
///   leads are its projections by the coefficients of Dower, Machado, Osborne, Clin Cardiol 3:87-91 (1980).
/// - The equations' linear relaxation to the baseline is left out: the sum of Gaussians is their solution
///   without it, so nothing is integrated step by step.
/// - Only the T wave moves and widens with the RR interval, by its square root (Bazett 1920); P and QRS
///   keep their durations, as they do in patients.
/// - Beats need not be sinus beats: every one has an origin, a coupling interval, its own dipole loop and its effect
///   on the beat after (compensatory pause, sinus reset), so that the eight classes of Jun et al. 2018 and the five
///   of AAMI EC57 appear by the timing and form that define them.
///
/// reports/simdb.md compares the result with mitdb, and says what differs.
///
/// The result depends on `seed`, `duration_s`, `sampling_rate_hz` and `index` alone, never on `records` (which
/// only bounds `index`). It is the same with every compiler, optimisation and standard library; only the last digit of
/// another C library's exp() and sin() might move a rounding by one ADC unit.
/// @throws Error(usage) naming the option and its range.
Record simulate_record(const SimulationOptions& options, int index);

/// The database's own split by patient, the counterpart of mitdb's DS1 (true) and DS2 (false): half of the
/// records on each side, every class of paper8 and aami5 on both. `index` is that of simulate_record.
bool simdb_is_training_subject(int index);

/// The id of record number `index`: "s001" for 0.
std::string simdb_record_id(int index);

/// The index of the record with this id, 0 for "s001"; nullopt where simdb_record_id gives no such id.
std::optional<int> simdb_record_index(std::string_view id);

}  // namespace beatbench
