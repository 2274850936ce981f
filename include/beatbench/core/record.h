#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/annotation.h"

namespace beatbench {

/// The digital value that stands for "no sample here" in every format; it becomes NaN in millivolts.
inline constexpr std::int32_t kMissingSample = std::numeric_limits<std::int32_t>::min();

/// One lead of a recording, kept as the digital integers it came as.
struct Lead {
  std::string name;           ///< for example "MLII", "V5"
  std::string units = "mV";   ///< physical unit of `gain`, see is_voltage; "": not known, taken to be mV
  double gain = 200.0;        ///< ADC units per physical unit, not 0; below 0 where the numbers count downwards
  std::int32_t baseline = 0;  ///< ADC value of 0 physical units
  std::int32_t adc_zero = 0;  ///< ADC value at the middle of the ADC's range
  int adc_resolution_bits = 12;
  std::vector<std::int32_t> samples;  ///< digital values, or kMissingSample
  /// `units` is what its format has where a file states none, see core/plausibility.h
  bool unit_is_assumed = false;

  bool operator==(const Lead&) const = default;
};

/// A recording: all leads have the same length and rate.
struct Record {
  std::string id;
  std::string subject;  ///< whom it was recorded from; equal to `id` where nothing is known
  double sampling_rate_hz = 0.0;
  /// Of a WFDB record: what the times of its annotation files count in where they say nothing else, which is lower than
  /// the sampling rate where a frame has several samples; 0 for others.
  double frame_rate_hz = 0.0;
  double start_s = 0.0;  ///< what the recording's own times say at its first sample
  std::vector<Lead> leads;
  std::vector<Annotation> annotations;
  std::vector<std::string> comments;  ///< header lines that began with '#', without it
  std::string content_hash;           ///< of the files it was read from (see core/hash.h); empty if made in memory

  std::size_t length_samples() const { return leads.empty() ? 0 : leads.front().samples.size(); }
};

/// The standard name of a lead, however a file spells it: "I", "II", "III", "aVR", "aVL", "aVF", "V1" to "V9", "V3R" to
/// "V6R", and of modified leads "MLI" to "MLIII", "MV1" to "MV6", "MCL1" to "MCL6"; "" where the name says none of
/// them. "Lead II", "LEAD_II", "ECG II", "DII" and "D2" are II, "C1" (as IEC 60601-2-25 has it) is V1, "ML II", "ML2"
/// and "mod. II" are MLII. Numbers of channels ("ECG1", "Lead 2") and inverted leads ("-aVR") are no names of leads.
std::string canonical_lead_name(std::string_view name);

/// Whether two names are the same without regard to case, or spell the same lead. "C1" to "C6" without a word before
/// them are only themselves: electrodes of an EEG are called so, too.
bool is_same_lead(std::string_view a, std::string_view b);

/// Index of the first lead of `preferred` that the record has: without regard to case, or else as is_same_lead has it,
/// where in a record with limb leads "C1" to "C6" are V1 to V6.
/// @throws Error(unsupported) naming the record and the leads it has, if there is none.
std::size_t find_lead(const Record& record, std::span<const std::string> preferred);

/// Whether a lead's name says that it is one of an ECG: the twelve standard leads, their modified and bipolar forms as
/// databases spell them (MLII, ML2, mod.V1, MV5, MCL1, CM5, CC5, V4R, V7, D3, the bare V of bedside monitors), or "ECG"
/// or "EKG" with anything after it. Without regard to case. C1 to C6 alone do not say it, see is_same_lead.
bool is_ecg_lead(std::string_view name);

/// Whether a lead shows an ECG: by its name, and in a voltage or no unit that is stated.
bool is_ecg_lead(const Lead& lead);

/// How many mV a unit is: mV, uV (with a Greek mu as well), V, nV, or such a word in full; nullopt for any other.
std::optional<double> millivolts_in(std::string_view units);

/// Whether a unit is one that to_millivolts knows.
bool is_voltage(std::string_view units);

/// Samples of a lead in millivolts, NaN where missing.
/// @throws Error(unsupported) if the lead's unit is not a voltage.
std::vector<float> to_millivolts(const Lead& lead);

}  // namespace beatbench
