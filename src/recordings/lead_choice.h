#pragma once

#include <functional>
#include <string>
#include <vector>

#include "beatbench/recordings/wfdb/header.h"

namespace beatbench {

/// The signals of a record, of which leads are chosen.
struct SignalList {
  const std::vector<SignalSpec>& signals;
  double frame_rate_hz = 0.0;
  bool of_segments = false;  ///< their samples lie in segments, whatever they say of files
  const std::string& where;  ///< the header
};

/// Signals of one rate, in the order of the leads that they become.
struct LeadChoice {
  std::vector<std::size_t> signals;  ///< indices into SignalList::signals
  std::vector<std::size_t> leading;  ///< those of them that the record is read for
  std::size_t samples_per_frame = 1;
};

/// Whether a signal has samples anywhere.
bool has_samples(const SignalList& list, std::size_t index);

/// All signals that have the rate of the leading ones: the highest rate of those whose names are of an ECG, else of
/// those in volts, else of all. Signals without samples have any rate. Signals of other rates are left out, with a
/// warning, and so are those with a fault, of which `on_oddity` is told.
/// @throws Error(data) where no leading signal is without a fault.
LeadChoice choose_leads(const SignalList& list, const std::function<void(const std::string&)>& on_warning,
                        const OnOddity& on_oddity);

/// The signals of these names, without regard to case.
/// @throws Error(unsupported) if there is none of a name, or if they have several rates, Error(usage) for a name that
/// stands twice, Error(data) for a signal with a fault.
LeadChoice choose_leads_by_name(const SignalList& list, const std::vector<std::string>& names);

/// Tells that signals are left out, and why.
void tell_left_out(const SignalList& list, const std::vector<std::size_t>& signals, const Error& reason,
                   const OnOddity& on_oddity);

}  // namespace beatbench
