#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

// What a recording's samples say of its units and of its leads' names, whatever container it came in. What a file
// states is never overridden, only doubted; a unit that it does not state is taken to be mV, and refused where it
// cannot be. A recording is checked once, where it is about to be used for a model or a detector, see data/recording.h.

/// How high an ECG's waves are, as amplitude_mv measures them. Over the 48 records of mitdb, the 78 of svdb, the 12
/// with an ECG of nstdb and 500 twelve-lead records of PTB-XL at 500 and 100 Hz, a lead has 0.147 to 7.67 mV, the
/// highest lead of a record 0.56 to 7.67, and the middle one of its leads 0.43 to 4.8.
///
/// A unit that is wrong by a factor of 1000 or more (uV or the digits of a converter read as mV, mV as uV) is outside
/// of `kPossible_mv` in all of them. A factor of 10 cannot be told from amplitude alone: tenths of mV read as mV are
/// above `kUsual_mv` in 94 % of PTB-XL and svdb and in all of mitdb, a recording ten times too low is below it in a
/// few; and a factor of 2 or 5 is not seen at all.
inline constexpr std::array kPossible_mv = {0.03, 30.0};
inline constexpr std::array kUsual_mv = {0.1, 8.0};

/// The height of a lead's waves in mV, going by its unit: the median, over stretches of 2 s (at most 200 of them,
/// spread over the recording), of the largest less the smallest sample. Offsets, slow drift, gaps, artefacts in less
/// than half of the stretches and those in which it is constant do not count. nullopt: it is constant or missing
/// throughout, or its unit is no voltage.
std::optional<double> amplitude_mv(const Lead& lead, double sampling_rate_hz);

/// Whether a lead is in no unit that is known: none is stated, and it is not possible that it is in mV.
bool is_of_unknown_unit(const Lead& lead, double sampling_rate_hz);

enum class DoubtKind { unit, lead_names, no_signal };

/// Something that a recording says of itself and its samples contradict.
struct Doubt {
  DoubtKind kind;
  std::string text;         ///< what was found and what is usual, without the record's name
  bool is_refusal = false;  ///< it cannot be used as it is
};

/// The amplitude of the leads `leads` (indices) of a recording against their units. Leads of one unit are judged
/// together: too high by their middle one, too low by the highest, so that one bad electrode raises no doubt; one that
/// is impossibly high alone does. Where no unit is stated, an impossible one is a refusal if `unit_counts`, which says
/// that what is made of the samples depends on their being in mV, and nothing to doubt otherwise.
std::vector<Doubt> doubt_units(const Record& record, std::span<const std::size_t> leads, bool unit_counts);

/// A refusal if the leads are constant or missing throughout, all of them.
std::vector<Doubt> doubt_signal(const Record& record, std::span<const std::size_t> leads);

/// The limb leads against the relations of Einthoven, III = II - I, and Goldberger (1942, American Heart Journal
/// 23:483), aVR = -(I + II)/2, aVL = I - II/2, aVF = II - I/2, over 1 s stretches without their means. They hold
/// exactly at every instant, whatever the filter; in all of PTB-XL what is left is below 2 % of the mean SD of the limb
/// leads, and above 49 % wherever two leads are exchanged. A doubt where it is above 25 %: it says which leads are
/// exchanged or inverted, where one exchange or inversion explains it. Needs I, II and one of the others; electrodes
/// that were exchanged on the patient satisfy the relations and are not found.
std::vector<Doubt> doubt_limb_leads(const Record& record);

/// Where the order in which the augmented leads stand is assumed, not stated: moves their samples to the leads that
/// they are of, if what is there contradicts Goldberger's relations and exactly one other order fulfils them (below 10
/// %).
/// @returns what was found and done; empty: nothing.
std::string correct_assumed_order(Record& record);

/// @throws Error(data) of the record with the refusals among `doubts`, if there are any, and then `remedy`.
void refuse(const Record& record, std::span<const Doubt> doubts, std::string_view remedy);

/// Says the unit of all leads whose file does not.
/// @throws Error(usage) for a unit that is no voltage (allowed: mV, uV, V, nV), for a lead whose file states another
/// voltage, and where no lead's unit is open or already that.
void state_units(Record& record, std::string_view units);

/// Says what the leads are, one name for each, in the order in which the recording has them.
/// @throws Error(usage) for another number of names, a name that stands twice, and a lead that its file says to be
/// another one of the standard leads.
void state_leads(Record& record, std::span<const std::string> names);

}  // namespace beatbench
