#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "signal/detectors/qrs_energy.h"

namespace beatbench::detectors {

inline constexpr double kFirstInterval_s = 0.8;  // between beats, while none is known

// A bump that may be a beat.
struct Candidate {
  std::ptrdiff_t at = 0;  // grid step
  double log_size = 0;    // of its amplitude
  double log_edges = 0;   // of its edges against its size, less the median of the recording's large candidates
  double own_score = 0;   // what it earns as a beat by its size and edges
  double likeness = 0;    // correlation with the beat nearby that it resembles most
  double score = 0;       // what it earns in all
  double log_usual_interval = std::log(kFirstInterval_s * kGridHz);  // around it, in grid steps
};

struct Path {
  std::vector<Candidate> candidates;
  std::vector<std::size_t> beats;  // those of the candidates that are taken for beats, ascending
};

using Slopes = std::vector<std::vector<float>>;  // one per lead, as in QrsEnergy

// The best sequence of candidates: what they earn less what the intervals between them cost. `candidates` ascend; their
// likeness, score and interval are found here.
Path find_path(std::vector<Candidate> candidates, const Slopes& slopes);

}  // namespace beatbench::detectors
