#include <algorithm>

#include "simulation/patient_model.h"

namespace beatbench::simdb {
namespace {

/// A count of rare events, each independent: the sum of exponential waits (Poisson).
int event_count(double expected, Random& random) {
  int count = 0;
  for (double wait = -std::log(1.0 - random.uniform(0, 1)); wait < expected; ++count) {
    wait -= std::log(1.0 - random.uniform(0, 1));
  }
  return count;
}

/// Wander: slow noise drawn at a few hertz and joined by straight lines, plus the chest's movement.
void add_wander(const Patient& patient, double rate_hz, double share, Random& random, std::vector<float>& lead) {
  constexpr double knots_hz = 8.0;
  constexpr double corner_hz = 0.08;  // electrode drift lies below a few tenths of a hertz
  // Patients lie still and move about: within a recording of DS1 the wander's 95th percentile is 2.6 times its median.
  constexpr double swell_hz = 0.004, swell_sd = 0.65;
  const double swell_keep = std::exp(-2.0 * std::numbers::pi * swell_hz / knots_hz);
  double swell = swell_sd * random.normal();
  const double keep = std::exp(-2.0 * std::numbers::pi * corner_hz / knots_hz);
  const double push = patient.noise.wander_mv * share * std::sqrt(1.0 - keep * keep);
  const auto step = static_cast<std::size_t>(rate_hz / knots_hz);
  double slow = random.normal() * patient.noise.wander_mv * share;
  double smooth = slow;
  float from = static_cast<float>(smooth);
  for (std::size_t start = 0; start < lead.size(); start += step) {
    slow = keep * slow + push * random.normal();
    smooth += 0.25 * (slow - smooth);  // a second pole, so that the line has no visible corners
    const double breath = std::sin(patient.respiration.phase(static_cast<double>(start + step) / rate_hz));
    swell = swell_keep * swell + swell_sd * std::sqrt(1.0 - swell_keep * swell_keep) * random.normal();
    const float to = static_cast<float>(std::exp(swell) * smooth + patient.noise.breathing_mv * share * breath);
    const std::size_t stop = std::min(lead.size(), start + step);
    const float slope = (to - from) / static_cast<float>(step);
    for (std::size_t i = start; i < stop; ++i) lead[i] += from + slope * static_cast<float>(i - start);
    from = to;
  }
}

void add_mains(const Patient& patient, double rate_hz, double share, Random& random, std::vector<float>& lead) {
  // A turning pointer; its length stays 1 to within rounding over the hours that a recording lasts.
  const double turn = 2.0 * std::numbers::pi * patient.noise.mains_hz / rate_hz;
  const double c = std::cos(turn), s = std::sin(turn);
  const double phase = random.angle();
  double x = patient.noise.mains_mv * share * std::cos(phase);
  double y = patient.noise.mains_mv * share * std::sin(phase);
  for (float& sample : lead) {
    sample += static_cast<float>(y);
    const double next = x * c - y * s;
    y = x * s + y * c;
    x = next;
  }
}

float pole(double corner_hz, double rate_hz) {
  return static_cast<float>(1.0 - std::exp(-2.0 * std::numbers::pi * corner_hz / rate_hz));
}

/// Electrodes, amplifier and tape: white up to about 50 Hz, and more below 8 Hz, in proportions by which both the SD
/// between T and P waves (10 to 18 uV) and the steps from sample to sample (7 to 11 uV) are those of DS1.
void add_floor(double sd_mv, double rate_hz, Random& random, std::vector<float>& lead) {
  constexpr float slow_share = 3.2F;
  const float step = pole(50.0, rate_hz), slow_step = pole(8.0, rate_hz);
  // Variance of a one-pole filter's output: step / (2 - step).
  const float scale = static_cast<float>(sd_mv) * std::sqrt((2.0F - step) / step);
  const float slow_scale = slow_share * static_cast<float>(sd_mv) * std::sqrt((2.0F - slow_step) / slow_step);
  float value = 0, slow = 0, slower = 0;
  for (float& sample : lead) {
    const float white = random.fast_normal();
    value += step * (scale * white - value);
    slow += slow_step * (slow_scale * white - slow);
    slower += slow_step * (slow - slower);
    sample += value + slower;
  }
}

/// Muscle noise: white between about 20 Hz and the recorder's 100 Hz, swelling and fading within each burst.
void add_muscle_burst(double rate_hz, const Span& span, double sd_mv, Random& random, std::vector<float>& lead) {
  const float smooth_pole = pole(70.0, rate_hz), slow_pole = pole(15.0, rate_hz);
  constexpr float restored = 1.6F;  // what the two filters take away at 360 Hz
  float smooth = 0, slow = 0;
  const auto begin = static_cast<std::size_t>(span.begin_s * rate_hz);
  const auto end = std::min(lead.size(), static_cast<std::size_t>(span.end_s * rate_hz));
  const double swell = std::numbers::pi / static_cast<double>(std::max<std::size_t>(1, end - begin));
  for (std::size_t i = begin; i < end; ++i) {
    smooth += smooth_pole * (random.fast_normal() - smooth);
    slow += slow_pole * (smooth - slow);
    const double envelope = std::sqrt(std::sin(swell * static_cast<double>(i - begin)));
    lead[i] += static_cast<float>(sd_mv * envelope) * restored * (smooth - slow);
  }
}

/// An electrode that moves: the potential jumps within 50 ms and returns as the amplifier's 0.1 Hz and the skin let it.
void add_motion(double rate_hz, double at_s, double size_mv, double return_s, std::vector<float>& lead) {
  constexpr double rise_s = 0.05;
  const auto begin = static_cast<std::size_t>(at_s * rate_hz);
  const auto end = std::min(lead.size(), begin + static_cast<std::size_t>(6.0 * return_s * rate_hz));
  for (std::size_t i = begin; i < end; ++i) {
    const double t = static_cast<double>(i - begin) / rate_hz;
    lead[i] += static_cast<float>(size_mv * (std::exp(-t / return_s) - std::exp(-t / rise_s)));
  }
}

std::vector<Span> merged(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::begin_s);
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (!result.empty() && span.begin_s <= result.back().end_s + 1.0) {
      result.back().end_s = std::max(result.back().end_s, span.end_s);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

}  // namespace

std::vector<Span> add_noise(const Patient& patient, double sampling_rate_hz, std::uint64_t seed, Leads& leads) {
  Random random(seed);
  const double duration_s = static_cast<double>(leads.length()) / sampling_rate_hz;
  for (std::vector<float>& lead : leads.signals) {
    const double share = random.uniform(0.6, 1.4);  // two pairs of electrodes are never equally good
    add_wander(patient, sampling_rate_hz, share, random, lead);
    add_mains(patient, sampling_rate_hz, share, random, lead);
    add_floor(patient.noise.floor_mv * share, sampling_rate_hz, random, lead);
  }
  std::vector<Span> marked;
  const int bursts = event_count(patient.noise.muscle_bursts_per_hour * duration_s / 3600.0, random);
  for (int i = 0; i < bursts; ++i) {
    const double begin_s = random.uniform(0, duration_s);
    const Span span{begin_s, std::min(duration_s, begin_s + random.log_normal(7.0, 0.8))};
    const double sd_mv = random.log_normal(patient.noise.muscle_mv, 0.6);
    for (std::vector<float>& lead : leads.signals) {
      add_muscle_burst(sampling_rate_hz, span, sd_mv * random.uniform(0.3, 1.2), random, lead);
    }
    if (sd_mv > 0.08) marked.push_back(span);  // where a reader of the chart would complain
  }
  const int motions = event_count(patient.noise.motion_per_hour * duration_s / 3600.0, random);
  for (int i = 0; i < motions; ++i) {
    const double at_s = random.uniform(0, duration_s);
    const double size_mv = random.log_normal(0.7, 0.5), return_s = random.uniform(0.2, 0.8);
    double last_s = at_s;  // a movement tugs at the electrodes up to five times
    for (int tugs = random.integer(1, 5); tugs > 0; --tugs) {
      for (std::vector<float>& lead : leads.signals) {
        add_motion(sampling_rate_hz, last_s, size_mv * random.uniform(-1, 1), return_s, lead);
      }
      last_s += random.uniform(0.3, 1.2);
    }
    if (size_mv > 0.6) marked.push_back({at_s, std::min(duration_s, last_s + 2.0 * return_s)});
  }
  return merged(std::move(marked));
}

}  // namespace beatbench::simdb
