#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/evaluation/beat_matching.h"

namespace beatbench {

// The noise stress test (Moody, Muldrow & Mark, "A noise stress test for arrhythmia detectors", Computers in Cardiology
// 11:381, 1984) in the form in which the records of nstdb have it: the first five minutes are clean, for a detector to
// learn from; then stretches of two minutes with noise and without it take turns, with noise first.

inline constexpr double kFirstNoise_s = 300, kNoiseStretch_s = 120;

/// The stretches with noise of a record, the last one cut at its end.
std::vector<SampleSpan> noisy_stretches(std::int64_t length_samples, double sampling_rate_hz);

/// One record's result at one ratio.
struct StressedRecord {
  std::string record;
  double snr_db = 0;
  BeatComparison from_5_min;  ///< by EC57: 150 ms, from 5:00 on, clean stretches and noisy ones
  BeatComparison noisy;       ///< the part of it in the noisy stretches
};

/// A record compared from 5:00 on, and the part of it that is noisy.
StressedRecord stressed_record(const std::string& record, double snr_db, const BeatComparison& from_5_min,
                               std::int64_t length_samples);

/// What a detector reached at one ratio: gross metrics of the records, and each record's own.
struct StressLevel {
  struct Metrics {
    std::string record;
    Ec57Metrics from_5_min, noisy;
  };
  double snr_db = 0;
  Metrics gross;  ///< record: ""
  std::vector<Metrics> records;
};

/// From the highest ratio to the lowest; records in the order that they come in.
std::vector<StressLevel> stress_levels(std::span<const StressedRecord> records);

/// A reference to be shown beside a detector: what gqrs's algorithm (G. Moody) reaches on the first lead of those of
/// `records` that are nstdb's. These are stored counts and not measured here. They were counted once, by compare_beats
/// and `within`, from the detections of a program written after gqrs that is not part of beatbench: on mitdb's 48
/// records its detections equal those of gqrs of the WFDB Software Package 10.7 sample by sample.
std::vector<StressLevel> gqrs_stress_levels(std::span<const std::string> records);

}  // namespace beatbench
