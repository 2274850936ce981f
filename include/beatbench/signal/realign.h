#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

// Annotators mark a beat at its R peak, at the onset of its QRS complex, or somewhere near it. A window that is cut
// around a mark shows the same part of every beat only where the marks stand at one place of it.

/// How far a mark may be moved.
inline constexpr double kRealignReach_s = 0.080;

/// The mark of each beat, moved to the largest deflection (upward or downward) within 80 ms of it of the lead between
/// 5 and 25 Hz: a zero-phase Butterworth band-pass of order 2 (see filter.h), which passes most of a QRS complex and
/// little of P, T and baseline. Of equal deflections the nearest to the mark is taken. No mark goes past the middle
/// between it and its neighbour, so that marks keep their order, and none becomes another's. A mark stays where it is
/// if it is outside of the recording, or if the lead is missing (NaN) or level all around it.
///
/// @param marks ascending, in samples of the lead
/// @throws Error(usage) unless the rate is above 50 Hz.
std::vector<std::int64_t> realign_marks(std::span<const float> signal_mv, double sampling_rate_hz,
                                        std::span<const std::int64_t> marks);

/// Moves the annotations that mark a QRS complex (is_beat) by the first lead of the record that is one of an ECG (see
/// is_ecg_lead); all others, flutter waves among them, stay as they are.
/// @throws Error(unsupported) if there is no such lead; Error(usage) as realign_marks.
void realign_beats(Record& record);

}  // namespace beatbench
