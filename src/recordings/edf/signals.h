#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recordings/edf/header.h"

namespace beatbench::edf {

/// "ECG II" and "EKG lead II" -> "II": EDF+ puts the kind of signal in front of the lead.
std::string edf_lead_name(std::string_view label);

/// The unit that a dimension means, uV, mV, V or nV, whatever its spelling; nullopt for what is no voltage.
std::optional<std::string> edf_voltage(std::string_view dimension);

/// Why a signal's digital values have no scale, naming the field.
std::optional<std::string> edf_scale_fault(const EdfSignal& signal, std::size_t bytes_per_sample);

/// "'Temp' (degC, 1 Hz)" of every signal.
std::string edf_signal_list(const EdfHeader& header);

/// The signals to read, as EdfOptions::leads says, of any rate.
/// @throws Error(unsupported) if there is none, Error(data) for one asked for whose samples have no scale.
std::vector<EdfSignal> choose_edf_signals(const EdfHeader& header, const std::vector<std::string>& leads,
                                          const std::string& where, EdfWarnings& warnings);

}  // namespace beatbench::edf
