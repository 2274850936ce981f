#include "beat_measures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

namespace beatbench::beside {
namespace {

using Signal = std::vector<float>;

/// Median over `window` samples around each one, of integers, by a histogram that moves along.
std::vector<std::int32_t> sliding_median(const std::vector<std::int32_t>& x, int window) {
  const auto [low, high] = std::ranges::minmax(x);
  std::vector<int> histogram(static_cast<std::size_t>(high - low) + 1);
  const auto n = static_cast<std::int64_t>(x.size()), half = static_cast<std::int64_t>(window / 2);
  const auto bin = [&](std::int64_t i) {
    return static_cast<std::size_t>(x[std::clamp<std::int64_t>(i, 0, n - 1)] - low);
  };
  std::size_t median = 0;
  int below = 0;  // how many of the window lie under `median`
  const auto put = [&](std::size_t b, int count) {
    histogram[b] += count;
    if (b < median) below += count;
  };
  for (std::int64_t i = -half; i < half; ++i) put(bin(i), 1);
  std::vector<std::int32_t> result(x.size());
  for (std::int64_t i = 0; i < n; ++i) {
    put(bin(i + half), 1);
    while (below > half) below -= histogram[--median];
    while (below + histogram[median] <= half) below += histogram[median++];
    result[static_cast<std::size_t>(i)] = low + static_cast<std::int32_t>(median);
    put(bin(i - half), -1);
  }
  return result;
}

Signal smoothed(const Signal& x, int window) {
  Signal result(x.size());
  const auto n = static_cast<std::int64_t>(x.size());
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t from = std::max<std::int64_t>(0, i - window / 2), to = std::min(n, i - window / 2 + window);
    result[i] = std::accumulate(x.begin() + from, x.begin() + to, 0.0F) / static_cast<float>(to - from);
  }
  return result;
}

struct Prepared {
  Signal clean, baseline;
};

Prepared prepare(const Lead& lead, double rate_hz) {
  std::vector<std::int32_t> samples = lead.samples;
  std::ranges::replace(samples, kMissingSample, lead.baseline);
  const auto base = sliding_median(sliding_median(samples, std::lround(0.2 * rate_hz)), std::lround(0.6 * rate_hz));
  Prepared out;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    out.baseline.push_back(static_cast<float>((base[i] - lead.baseline) / lead.gain));
    out.clean.push_back(static_cast<float>((samples[i] - base[i]) / lead.gain));
  }
  return out;
}

struct Bounds {
  std::int64_t begin = 0, end = 0;
};

Bounds qrs_bounds(const std::vector<Signal>& leads, std::int64_t at, double rate_hz) {
  const auto n = static_cast<std::int64_t>(leads.front().size());
  const auto samples = [&](double s) { return std::llround(s * rate_hz); };
  const std::int64_t reach = std::max<std::int64_t>(1, samples(0.008));
  const auto activity = [&](std::int64_t i) {
    double sum = 0;
    for (const Signal& x : leads) {
      sum +=
          std::abs(x[std::clamp<std::int64_t>(i + reach, 0, n - 1)] - x[std::clamp<std::int64_t>(i - reach, 0, n - 1)]);
    }
    return sum;
  };
  std::int64_t peak = at;
  for (std::int64_t i = at - samples(0.08); i <= at + samples(0.12); ++i) {
    if (activity(i) > activity(peak)) peak = i;
  }
  const double threshold = 0.2 * activity(peak);
  const auto walk = [&](int direction, double furthest_s) {
    std::int64_t last = peak;
    for (std::int64_t i = peak; std::abs(i - last) <= samples(0.026) && std::abs(i - at) <= samples(furthest_s);
         i += direction) {
      if (activity(i) > threshold) last = i;
    }
    return last;
  };
  return {walk(-1, 0.16), walk(1, 0.25)};
}

void add_noise(Beat& beat, const Signal& x, double rate_hz) {
  const std::int64_t at = beat.sample;
  const std::int64_t from = at - std::llround(0.36 * rate_hz), to = at - std::llround(0.26 * rate_hz);
  if (from < 0) return;
  double steps = 0;
  for (std::int64_t i = from + 1; i < to; ++i) steps += std::abs(x[i] - x[i - 1]);
  beat.step_uv = 1000.0 * steps / static_cast<double>(to - from - 1);
  double n = 0, st = 0, sx = 0, stt = 0, stx = 0, sxx = 0;
  for (std::int64_t i = from; i < to; ++i) {
    const double t = static_cast<double>(i - from), v = x[static_cast<std::size_t>(i)];
    ++n, st += t, sx += v, stt += t * t, stx += t * v, sxx += v * v;
  }
  const double slope = (n * stx - st * sx) / (n * stt - st * st);
  const double rest = sxx - sx * sx / n - slope * (stx - st * sx / n);
  beat.noise_uv = 1000.0 * std::sqrt(std::max(0.0, rest) / (n - 2));
}

void add_intervals(std::vector<Beat>& beats, double rate_hz) {
  std::vector<double> usual;  // RR intervals between conducted or paced beats, the latest last
  const auto is_usual = [](char c) { return std::string_view("NLR/").find(c) != std::string_view::npos; };
  for (std::size_t i = 1; i < beats.size(); ++i) {
    Beat& beat = beats[i];
    const double rr_s = static_cast<double>(beat.sample - beats[i - 1].sample) / rate_hz;
    beat.rr_s = rr_s;
    if (usual.size() >= 8) {
      const double mean_s = std::accumulate(usual.end() - 8, usual.end(), 0.0) / 8.0;
      beat.before = rr_s / mean_s;
      if (i + 1 < beats.size()) beat.after = static_cast<double>(beats[i + 1].sample - beat.sample) / rate_hz / mean_s;
    }
    if (i >= 2 && beats[i - 1].symbol == beat.symbol && beats[i - 2].symbol == beat.symbol) {
      beat.change = rr_s / *beats[i - 1].rr_s - 1.0;
    }
    if (is_usual(beat.symbol) && is_usual(beats[i - 1].symbol)) usual.push_back(rr_s);
  }
}

/// Of the values from `begin` to `end`, the one furthest from the straight line between its ends' neighbourhoods.
double furthest(const Signal& x, std::size_t begin, std::size_t end, bool from_line) {
  double found = 0;
  for (std::size_t i = begin; i < end && i < x.size(); ++i) {
    const double share = static_cast<double>(i - begin) / static_cast<double>(end - begin);
    const double line = from_line ? x[begin] + share * (x[end] - x[begin]) : 0.0;
    if (std::abs(x[i] - line) > std::abs(found)) found = x[i] - line;
  }
  return found;
}

std::vector<MeanBeat> mean_beats(const std::vector<Beat>& beats, const Signal& mlii, double rate_hz) {
  const auto before = std::llround(kBefore_s * rate_hz), after = std::llround(kAfter_s * rate_hz);
  std::map<char, std::vector<const Beat*>> by_symbol;
  for (const Beat& beat : beats) {
    if (beat.sample >= before && beat.sample + after < std::ssize(mlii)) by_symbol[beat.symbol].push_back(&beat);
  }
  std::vector<MeanBeat> result;
  for (const auto& [symbol, all] : by_symbol) {
    Signal mean(static_cast<std::size_t>(before + after));
    double mark_ms = 0, width_ms = 0;
    const auto n = static_cast<float>(all.size());
    for (const Beat* beat : all) {
      for (std::size_t i = 0; i < mean.size(); ++i)
        mean[i] += mlii[beat->sample - before + static_cast<std::int64_t>(i)] / n;
      mark_ms += beat->mark_ms / n, width_ms += beat->width_ms / n;
    }
    const auto at = [&](double ms_after_onset) {
      return static_cast<std::size_t>(std::clamp<long long>(
          before + std::llround((ms_after_onset - mark_ms) * 1e-3 * rate_hz), 0, before + after - 1));
    };
    result.push_back({symbol, static_cast<int>(all.size()), furthest(mean, at(-200), at(-20), true),
                      furthest(mean, at(width_ms + 60), at(width_ms + 380), false)});
  }
  return result;
}

std::vector<double> wander_mv(const Signal& baseline, double rate_hz) {
  const auto span = static_cast<std::size_t>(10.0 * rate_hz);
  std::vector<double> sds;
  for (std::size_t begin = 0; begin + span <= baseline.size(); begin += span) {
    double sum = 0, squares = 0;
    for (std::size_t i = begin; i < begin + span; ++i) sum += baseline[i], squares += baseline[i] * baseline[i];
    const double mean = sum / static_cast<double>(span);
    sds.push_back(std::sqrt(std::max(0.0, squares / static_cast<double>(span) - mean * mean)));
  }
  return sds;
}

}  // namespace

std::optional<Measured> measure(const Record& record) {
  const auto named = [&](std::string_view name) { return std::ranges::find(record.leads, name, &Lead::name); };
  const auto mlii = named("MLII"), v1 = named("V1");
  if (mlii == record.leads.end()) return std::nullopt;
  const auto index = [&](auto lead) { return static_cast<std::size_t>(lead - record.leads.begin()); };
  Measured out;
  out.id = record.id;
  out.rate_hz = record.sampling_rate_hz;
  const int mains_period = static_cast<int>(std::lround(record.sampling_rate_hz / 60.0));
  std::vector<Signal> smooth;
  Signal sharp;
  for (const Lead& lead : record.leads) {
    Prepared prepared = prepare(lead, out.rate_hz);
    smooth.push_back(smoothed(prepared.clean, mains_period));
    if (&lead != &*mlii) continue;
    out.wander_mv = wander_mv(prepared.baseline, out.rate_hz);
    sharp = std::move(prepared.clean);
  }
  out.mlii_and_v1[0] = to_millivolts(*mlii);
  if (v1 != record.leads.end()) out.mlii_and_v1[1] = to_millivolts(*v1);
  const auto n = static_cast<std::int64_t>(record.length_samples());
  for (const Annotation& annotation : record.annotations) {
    if (!is_beat(annotation.code) && annotation.code != codes::flutter_wave) continue;
    Beat beat;
    beat.symbol = symbol_of(annotation.code)->front();
    beat.sample = annotation.sample;
    const Bounds qrs = qrs_bounds(smooth, beat.sample, out.rate_hz);
    beat.width_ms = 1000.0 * static_cast<double>(qrs.end - qrs.begin) / out.rate_hz;
    beat.mark_ms = 1000.0 * static_cast<double>(beat.sample - qrs.begin) / out.rate_hz;
    const auto from = std::clamp<std::int64_t>(qrs.begin, 0, n - 1),
               to = std::clamp<std::int64_t>(qrs.end, from, n - 1) + 1;
    beat.highest_mv = *std::max_element(sharp.begin() + from, sharp.begin() + to);
    beat.lowest_mv = *std::min_element(sharp.begin() + from, sharp.begin() + to);
    if (v1 != record.leads.end()) {
      const Signal& x = smooth[index(v1)];
      const auto [low, high] = std::minmax_element(x.begin() + from, x.begin() + to);
      beat.v1_upwards = *high > -*low;
    }
    out.beats.push_back(beat);
  }
  add_intervals(out.beats, out.rate_hz);
  for (Beat& beat : out.beats) {
    if (beat.rr_s.value_or(0) >= 0.75) add_noise(beat, out.mlii_and_v1[0], out.rate_hz);
  }
  out.means = mean_beats(out.beats, smooth[index(mlii)], out.rate_hz);
  return out;
}

}  // namespace beatbench::beside
