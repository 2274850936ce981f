#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "signal/features/features.h"

// Beats as short windows of two leads, moved to where they are most like the recording's template beat: what the
// features that compare shapes have in common.
namespace beatbench::features {

// Windows of 135 points at 90 Hz: from 0.9 s before to 0.6 s after the R peak.
inline constexpr int kPoints = 135;
inline constexpr int kQrsBegin = 70, kQrsEnd = 93;  // 0.12 s either side
inline constexpr int kPBegin = 56, kPEnd = 74;      // from 0.28 to 0.09 s before

using Window = std::array<float, kPoints>;
using Windows = std::vector<Window>;  // of one beat, a window for each lead

// A beat where it is most like the template one.
struct Aligned {
  Windows windows;
  double correlation = -1, distance = 0;  // of the QRS complex, the distance over the template one's size
};

struct TemplateBeat {
  std::vector<Aligned> beats;
  Windows windows;
};

// The recording's template beat: the median of all, and then, each beat moved to where it fits best, of the half that
// is most like it. In the lead that windows are cut from and the first other one of an ECG.
TemplateBeat find_template_beat(const FeatureSource& source);

// Point by point the median of the beats at `places`, of which there is at least one.
Windows median_beat(const std::vector<Aligned>& beats, std::span<const std::size_t> places);

// The points [begin, end) of each lead, one after another, each lead's mean taken away.
std::vector<float> part_of(const Windows& windows, int begin, int end);

double dot(std::span<const float> a, std::span<const float> b);
double correlation(std::span<const float> a, std::span<const float> b, double floor);
double distance(std::span<const float> a, std::span<const float> b);

struct PLikeness {
  double correlation = -1, distance = 0;
};

// The largest correlation of the stretch before the QRS complex with another such stretch, and the smallest distance.
PLikeness compare_p(const Windows& windows, const std::vector<float>& other);

}  // namespace beatbench::features
