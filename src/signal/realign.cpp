#include "beatbench/signal/realign.h"

#include <algorithm>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/signal/filter.h"
#include "beatbench/signal/prepare.h"

namespace beatbench {
namespace {

constexpr BandPass kQrsBand{2, 5.0, 25.0};
constexpr float kLevel_mv = 1e-6F;  // what is left of a level line by rounding is less

// Samples that a mark may move to, both in it; the first above the last: none.
struct Reach {
  std::int64_t first, last;
};

Reach reach_of(std::span<const std::int64_t> marks, std::size_t i, std::int64_t most, std::int64_t length) {
  const std::int64_t mark = marks[i];
  Reach reach{std::max<std::int64_t>(0, mark - most), std::min(length - 1, mark + most)};
  if (i > 0) reach.first = std::max(reach.first, (marks[i - 1] + mark) / 2 + 1);
  if (i + 1 < marks.size()) reach.last = std::min(reach.last, (mark + marks[i + 1]) / 2);
  return reach;
}

const Lead& first_ecg_lead(const Record& record) {
  const auto found = std::ranges::find_if(record.leads, [](const Lead& lead) { return is_ecg_lead(lead); });
  if (found != record.leads.end()) return *found;
  throw Error(ErrorKind::unsupported, "record " + record.id, "has no ECG lead to move the marks of its beats by");
}

}  // namespace

std::vector<std::int64_t> realign_marks(std::span<const float> signal_mv, double sampling_rate_hz,
                                        std::span<const std::int64_t> marks) {
  std::vector<float> wave(signal_mv.begin(), signal_mv.end());
  fill_gaps(wave);
  filter_zero_phase(wave, butterworth_band_pass(kQrsBand, sampling_rate_hz));
  const auto length = static_cast<std::int64_t>(wave.size());
  const auto most = static_cast<std::int64_t>(std::floor(kRealignReach_s * sampling_rate_hz));

  std::vector<std::int64_t> moved(marks.begin(), marks.end());
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i] < 0 || marks[i] >= length) continue;
    const Reach reach = reach_of(marks, i, most, length);
    float largest = kLevel_mv;
    const auto look_at = [&](std::int64_t at) {
      if (at < reach.first || at > reach.last) return;
      const auto place = static_cast<std::size_t>(at);
      if (std::isnan(signal_mv[place]) || std::abs(wave[place]) <= largest) return;
      largest = std::abs(wave[place]);
      moved[i] = at;
    };
    look_at(marks[i]);
    for (std::int64_t distance = 1; distance <= most; ++distance) {
      look_at(marks[i] - distance);
      look_at(marks[i] + distance);
    }
  }
  return moved;
}

void realign_beats(Record& record) {
  std::vector<std::int64_t> marks;
  for (const Annotation& annotation : record.annotations) {
    if (is_beat(annotation.code)) marks.push_back(annotation.sample);
  }
  if (marks.empty()) return;
  const std::vector<std::int64_t> moved =
      realign_marks(to_millivolts(first_ecg_lead(record)), record.sampling_rate_hz, marks);
  std::size_t next = 0;
  for (Annotation& annotation : record.annotations) {
    if (is_beat(annotation.code)) annotation.sample = moved[next++];
  }
}

}  // namespace beatbench
