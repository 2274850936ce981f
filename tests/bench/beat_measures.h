#pragma once

// Beats of a recording measured as one would on paper, the same way for real and simulated recordings: for
// simdb_beside_mitdb.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench::beside {

inline constexpr double kBefore_s = 0.45, kAfter_s = 0.60;  ///< what is kept and drawn around a beat

struct Beat {
  char symbol = 'N';
  std::int64_t sample = 0;       ///< of the annotation
  std::optional<double> rr_s;    ///< from the beat before
  std::optional<double> before;  ///< that RR over the mean of the 8 usual ones before it
  std::optional<double> after;   ///< RR to the next beat, over the same mean
  std::optional<double> change;  ///< RR over the RR before it, minus 1, where three beats of this class follow
  double width_ms = 0;           ///< of the QRS complex
  double mark_ms = 0;            ///< annotation after QRS onset
  double highest_mv = 0;         ///< MLII within the QRS complex, from the baseline
  double lowest_mv = 0;
  std::optional<bool> v1_upwards;  ///< whether V1's largest deflection is upwards
  std::optional<double> noise_uv;  ///< SD about a straight line, 360 to 260 ms before the annotation, RR 0.75 s or more
  std::optional<double> step_uv;   ///< mean size of the step from sample to sample there: noise of high frequency
};

/// The mean beat of one class in one recording.
struct MeanBeat {
  char symbol = 'N';
  int beats = 0;
  double p_mv = 0;  ///< largest deflection in MLII from the line between 200 and 20 ms before QRS onset
  double t_mv = 0;  ///< largest deflection in MLII from 60 to 380 ms after the QRS complex
};

struct Measured {
  std::string id;
  double rate_hz = 0;
  std::vector<Beat> beats;
  std::vector<MeanBeat> means;
  std::vector<double> wander_mv;                  ///< SD of MLII's baseline in each 10 s
  std::array<std::vector<float>, 2> mlii_and_v1;  ///< mV as recorded; empty where the recording lacks the lead
};

/// QRS complexes are delineated by the sum over all leads of |x(t + 8 ms) - x(t - 8 ms)| of the signal smoothed over
/// 1/60 s (which takes out the mains) and freed of its baseline (medians over 200 and 600 ms, de Chazal 2004): from its
/// largest value within 80 ms before and 120 ms after the annotation outwards, until it stays below a fifth of that
/// for 26 ms. nullopt if the recording has no MLII.
std::optional<Measured> measure(const Record& record);

/// PNG or SVG by the name's ending: a row per class, left real beats, right simulated ones, MLII above V1.
std::string draw_beats(std::span<const Measured> real, std::span<const Measured> simulated, const std::string& classes,
                       bool png);

}  // namespace beatbench::beside
