#pragma once

#include <string_view>

// What a signal is by its label. No label at all, or a word that tells nothing, is none of these.
namespace beatbench {

/// "ECG" or "EKG" with anything behind it.
bool is_labelled_ecg(std::string_view label);

/// A metric made from an ECG: a heart rate, an interval, a deviation of ST, a quality, an event.
bool is_metric(std::string_view label);

/// Another kind of signal by the first word of its label: the standard texts of EDF+, and what stands beside them.
bool is_other_kind(std::string_view label);

}  // namespace beatbench
