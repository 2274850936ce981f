#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/plausibility.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/core/record.h"

namespace beatbench {

/// Whether what a model gets of a recording depends on its samples being in mV: without a scaling, or with numbers of
/// waves beside each beat. Where it does not, a unit that is not known does no harm.
bool depends_on_unit(const Preprocessing& preprocessing);

/// Doubts about a recording that is to be prepared so, see core/plausibility.h: of the lead, or all leads, that the
/// preprocessing takes. Called for every recording before it is used for a model, by load_database and
/// beats_of_recording, and by whoever calls prepare_recording.
/// @throws Error(unsupported) as find_lead does.
std::vector<Doubt> doubts_about(const Record& record, const Preprocessing& preprocessing);

/// How a unit is stated that a file leaves open, for the message that refuses it.
inline constexpr std::string_view kHowToStateUnits = "if it is an ECG, state the unit of its samples (--units)";

/// Cuts a window, or draws an image, for each row and appends it to `set`, as the preprocessing says. Row samples and
/// `neighbours` (every beat and flutter wave of the recording, ascending, the rows' own among them) count at the
/// recording's own rate.
/// @throws Error as prepare_lead, append_windows and append_images do.
void append_beats(BeatSet& set, const Record& record, std::span<const BeatRow> rows,
                  std::span<const std::int64_t> neighbours, const Preprocessing& preprocessing);

/// Where the beats of a recording are taken from.
struct BeatSource {
  std::string from = "auto";           ///< annotated | detected | auto: annotated where there are annotated beats
  std::string detector = {};           ///< see detector_registry; "": the default
  std::vector<std::string> lead = {};  ///< names in order of preference; empty: the preprocessing's, and beats are
                                       ///< detected in all ECG leads together, where the detector can
};

/// The beats of one recording, ready for a model.
struct RecordingBeats {
  BeatSet beats;  ///< row codes are those of annotated beats, 0 for detected ones
  bool detected = false;
  std::string lead;        ///< that the windows are of
  int searched_leads = 0;  ///< in which beats were detected
  std::vector<std::string> warnings;
};

/// Finds a recording's beats and prepares them. Beats are detected at the recording's own rate and mapped to the
/// model's, never rounded twice; R peaks are those of the model's lead wherever it shows the beat, and none is reported
/// where that lead is missing. A recording with a single lead of another name than those asked for is taken by that
/// lead, with a warning. A lead whose unit is not known is scaled before detection, so that its spread is that of an
/// ECG in mV; it is refused where the model depends on its unit and it cannot be in mV. Doubts about the recording, see
/// doubts_about, are warnings. Windows that cross an edge repeat the edge sample: no beat is left out.
/// @throws Error(usage) for an unknown source or detector, or for annotated beats where there are none;
/// Error(unsupported) as find_lead does; Error(data) if there is no beat, if the lead never changes, or for its unit.
RecordingBeats beats_of_recording(const Record& record, const Preprocessing& preprocessing, const BeatSource& source);

}  // namespace beatbench
