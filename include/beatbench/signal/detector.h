#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace beatbench {

/// A way to find R peaks in one lead.
struct DetectorSpec {
  std::string_view name;
  std::string_view description;
  /// The sample of each R peak, ascending. The signal is in mV and holds no NaN; it may be empty.
  std::vector<std::int64_t> (*detect)(std::span<const float> signal_mv, double sampling_rate_hz);
  /// The same of several leads of one length together, which may hold NaN; nullptr where it looks at one lead alone.
  std::vector<std::int64_t> (*detect_in_leads)(std::span<const std::span<const float>> leads_mv,
                                               double sampling_rate_hz) = nullptr;
};

/// The detectors, the default first. All are written anew from the papers; the deviations from each are listed at the
/// top of src/signal/detectors/NAME.cpp, the commonest being filters that are symmetrical instead of causal, a beat's
/// place on the R peak of the signal itself, and resampling to the paper's rate.
/// - bestpath: our own, by dynamic programming over candidates; one lead or several
/// - pan_tompkins: Pan and Tompkins 1985, doi:10.1109/TBME.1985.325532
/// - hamilton: Hamilton 2002, doi:10.1109/CIC.2002.1166717
/// - christov: Christov 2004, doi:10.1186/1475-925X-3-28
/// - engelse_zeelenberg: Engelse and Zeelenberg 1979, with the threshold of Lourenco et al. 2012 (BIOSIGNALS)
/// - two_average: Elgendi 2013, doi:10.1371/journal.pone.0073557
/// - swt: Kalidas and Tamil 2017 (BIBE)
/// - matched_filter: after Hamilton and Tompkins 1988 and Ruha et al. 1997, doi:10.1109/10.554762
/// - wqrs: Zong et al. 2003, doi:10.1109/CIC.2003.1291261
std::span<const DetectorSpec> detector_registry();

/// @throws Error(usage) that lists the valid names.
const DetectorSpec& require_detector(std::string_view name);

/// The default: the first of the registry.
inline constexpr std::string_view kDefaultDetector = "bestpath";

/// @throws Error(usage) for a rate outside of 50 to 10,000 Hz.
void check_detection_rate(double sampling_rate_hz);

/// The sample of each R peak (or the largest deflection of the QRS complex) in one lead, ascending, at the signal's
/// own rate and without delay. Gaps (NaN) are bridged by straight lines; no beat is reported inside of one.
/// @throws Error(usage) for an unknown detector or a rate outside of 50 to 10,000 Hz.
std::vector<std::int64_t> detect_beats(std::span<const float> signal_mv, double sampling_rate_hz,
                                       std::string_view detector = kDefaultDetector);

/// The same of several leads of one length together; the R peaks are those of the first lead wherever it shows the
/// beat. A moment is a gap where all leads have one.
/// @throws Error(usage) also for a detector that looks at one lead alone, no lead, or leads of different lengths.
std::vector<std::int64_t> detect_beats_in_leads(std::span<const std::vector<float>> leads_mv, double sampling_rate_hz,
                                                std::string_view detector = kDefaultDetector);

}  // namespace beatbench
