#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "beatbench/core/error.h"
#include "beatbench/signal/detector.h"
#include "beatbench/signal/prepare.h"
#include "core/table.h"
#include "signal/detectors/detectors.h"

namespace beatbench {
namespace {

constexpr std::array kDetectors = {
    DetectorSpec{"bestpath",
                 "the most likely sequence of beats, by size, shape and the intervals between them (default)",
                 detectors::bestpath, detectors::bestpath_in_leads},
    DetectorSpec{"pan_tompkins", "slope energy over 150 ms, two adaptive thresholds (Pan & Tompkins 1985)",
                 detectors::pan_tompkins},
    DetectorSpec{"hamilton", "absolute slope over 80 ms, five rules about its peaks (Hamilton 2002)",
                 detectors::hamilton},
    DetectorSpec{"christov", "absolute slope against three adaptive thresholds (Christov 2004)", detectors::christov},
    DetectorSpec{"engelse_zeelenberg",
                 "slopes both ways against an adaptive threshold (Engelse & Zeelenberg 1979, Lourenco 2012)",
                 detectors::engelse_zeelenberg},
    DetectorSpec{"two_average", "energy over a QRS against energy over a beat (Elgendi 2013)", detectors::two_average},
    DetectorSpec{"swt", "stationary wavelet details, two adaptive thresholds (Kalidas & Tamil 2017)", detectors::swt},
    DetectorSpec{"matched_filter", "correlation with the recording's own QRS, two adaptive thresholds",
                 detectors::matched_filter},
    DetectorSpec{"wqrs", "length of the curve over 130 ms (Zong, Moody & Jiang 2003)", detectors::wqrs},
};
static_assert(kDetectors.front().name == kDefaultDetector);

}  // namespace

std::span<const DetectorSpec> detector_registry() { return kDetectors; }

const DetectorSpec& require_detector(std::string_view name) {
  return require_row(kDetectors, name, "detector", "detector");
}

void check_detection_rate(double sampling_rate_hz) {
  if (sampling_rate_hz >= 50.0 && sampling_rate_hz <= 10'000.0) return;
  throw Error(ErrorKind::usage, "sampling rate",
              number_text(sampling_rate_hz) + " Hz is not valid for finding beats; allowed: 50 to 10000 Hz");
}

std::vector<std::int64_t> detect_beats(std::span<const float> signal_mv, double sampling_rate_hz,
                                       std::string_view detector) {
  const auto is_gap = [](float value) { return std::isnan(value); };
  const DetectorSpec& spec = require_detector(detector);
  check_detection_rate(sampling_rate_hz);
  if (spec.detect_in_leads != nullptr) return spec.detect_in_leads({&signal_mv, 1}, sampling_rate_hz);
  if (std::ranges::none_of(signal_mv, is_gap)) return spec.detect(signal_mv, sampling_rate_hz);
  std::vector<float> whole(signal_mv.begin(), signal_mv.end());
  fill_gaps(whole);
  std::vector<std::int64_t> beats = spec.detect(whole, sampling_rate_hz);
  std::erase_if(beats, [&](std::int64_t beat) { return is_gap(signal_mv[static_cast<std::size_t>(beat)]); });
  return beats;
}

std::vector<std::int64_t> detect_beats_in_leads(std::span<const std::vector<float>> leads_mv, double sampling_rate_hz,
                                                std::string_view detector) {
  const DetectorSpec& spec = require_detector(detector);
  check_detection_rate(sampling_rate_hz);
  if (spec.detect_in_leads == nullptr) {
    throw Error(ErrorKind::usage, "detector " + std::string(detector), "looks at one lead alone");
  }
  if (leads_mv.empty()) throw Error(ErrorKind::usage, "leads", "there is none to find beats in");
  for (const std::vector<float>& lead : leads_mv) {
    if (lead.size() == leads_mv.front().size()) continue;
    throw Error(ErrorKind::usage, "leads",
                "have " + std::to_string(leads_mv.front().size()) + " and " + std::to_string(lead.size()) +
                    " samples; leads to find beats in must be of one length");
  }
  const std::vector<std::span<const float>> views(leads_mv.begin(), leads_mv.end());
  return spec.detect_in_leads(views, sampling_rate_hz);
}

}  // namespace beatbench
