#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/core/record.h"

namespace beatbench {

/// A lead made ready for windows: at the preprocessing's rate, filtered and, where the scaling is by record, scaled.
struct PreparedLead {
  std::vector<float> samples;
  double record_rate_hz = 0;          ///< of the recording it came from
  std::vector<std::uint8_t> missing;  ///< of each sample: 1 where the recording has none; empty: none is missing

  /// The samples that the recording has.
  std::vector<float> present() const;
};

/// Replaces each run of NaN by the straight line between its neighbours (by the nearest value at the ends, by 0 if
/// there is no value at all), so that a gap does not spread through a filter.
void fill_gaps(std::span<float> signal);

/// Subtracts the mean and divides by the standard deviation, here the root mean square about the mean (over n, not
/// n - 1); a constant signal becomes zeros. Both are those of the samples that are not missing.
void standardise(std::span<float> signal, std::span<const std::uint8_t> missing = {});

/// Picks the lead, converts it to mV, fills gaps, resamples, filters and scales, as the preprocessing says. What fills
/// gaps does not count for the scale.
/// @throws Error(unsupported) if the record has none of the leads.
PreparedLead prepare_lead(const Record& record, const Preprocessing& preprocessing);

/// The middle of a whole recording as a model takes it, [leads, length_samples] one lead after another: each lead as
/// prepare_lead has it, then cropped, or filled up with zeros, by the same number of samples at both ends (one more at
/// the end where that is odd). Scaling `record` subtracts each lead's mean and divides by one standard deviation, that
/// of all leads over the record, so that leads keep their sizes to each other.
/// @throws Error(unsupported) if the record lacks one of the leads.
std::vector<float> prepare_recording(const Record& record, const Preprocessing& preprocessing);

/// Whether the window of a beat at `sample` of a recording of `length` samples, both at the recording's own rate, takes
/// in samples before its beginning or after its end.
bool crosses_edge(std::int64_t sample, std::int64_t length, double record_rate_hz, const Preprocessing& preprocessing);

/// Cuts one window [R - before, R + after) per row and appends it, with its row, to `set`. Row samples count at the
/// recording's own rate. Windows that cross an edge follow the edge policy: `replicate` repeats the first or last
/// sample, `skip` leaves the row out; both count in `set.edge_windows`.
/// @throws Error(data) if a row lies outside the recording.
void append_windows(BeatSet& set, const PreparedLead& lead, std::span<const BeatRow> rows,
                    const Preprocessing& preprocessing);

}  // namespace beatbench
