#include "beatbench/signal/prepare.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "beatbench/core/error.h"
#include "beatbench/signal/filter.h"
#include "beatbench/signal/resample.h"

namespace beatbench {

void fill_gaps(std::span<float> signal) {
  std::size_t i = 0;
  while (i < signal.size()) {
    if (!std::isnan(signal[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < signal.size() && std::isnan(signal[end])) ++end;
    const bool has_left = i > 0, has_right = end < signal.size();
    const float left = has_left ? signal[i - 1] : has_right ? signal[end] : 0.0F;
    const float right = has_right ? signal[end] : left;
    const auto steps = static_cast<float>(end - i + 1);
    for (std::size_t k = i; k < end; ++k) signal[k] = left + (right - left) * static_cast<float>(k - i + 1) / steps;
    i = end;
  }
}

std::vector<float> PreparedLead::present() const {
  if (missing.empty()) return samples;
  std::vector<float> out;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (missing[i] == 0) out.push_back(samples[i]);
  }
  return out;
}

void standardise(std::span<float> signal, std::span<const std::uint8_t> missing) {
  const auto counts = [&](std::size_t i) { return missing.empty() || missing[i] == 0; };
  double sum = 0, squares = 0, count = 0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    if (!counts(i)) continue;
    sum += signal[i];
    ++count;
  }
  if (count == 0) return;
  const double mean = sum / count;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    if (counts(i)) squares += (signal[i] - mean) * (signal[i] - mean);
  }
  const double deviation = std::sqrt(squares / count);
  const double factor = deviation > 1e-9 ? 1.0 / deviation : 0.0;
  for (float& value : signal) value = static_cast<float>((value - mean) * factor);
}

namespace {

// Empty where nothing is missing, as it usually is.
std::vector<std::uint8_t> missing_samples(const std::vector<float>& signal) {
  if (std::ranges::none_of(signal, [](float value) { return std::isnan(value); })) return {};
  std::vector<std::uint8_t> missing(signal.size());
  std::ranges::transform(signal, missing.begin(), [](float value) { return std::isnan(value) ? 1 : 0; });
  return missing;
}

}  // namespace

PreparedLead prepare_lead(const Record& record, const Preprocessing& preprocessing) {
  PreparedLead lead;
  lead.record_rate_hz = record.sampling_rate_hz;
  lead.samples = to_millivolts(record.leads[find_lead(record, preprocessing.leads)]);
  const std::vector<std::uint8_t> missing = missing_samples(lead.samples);
  fill_gaps(lead.samples);
  if (record.sampling_rate_hz != preprocessing.sampling_rate_hz) {
    lead.samples = resample(lead.samples, record.sampling_rate_hz, preprocessing.sampling_rate_hz);
  }
  for (std::size_t i = 0; !missing.empty() && i < lead.samples.size(); ++i) {
    const std::int64_t from =
        map_sample(static_cast<std::int64_t>(i), preprocessing.sampling_rate_hz, record.sampling_rate_hz);
    lead.missing.push_back(missing[std::min(static_cast<std::size_t>(from), missing.size() - 1)]);
  }
  if (preprocessing.filter.order > 0) {
    filter_zero_phase(lead.samples, butterworth_band_pass(preprocessing.filter, preprocessing.sampling_rate_hz));
  }
  if (preprocessing.scaling == "record") standardise(lead.samples, lead.missing);
  return lead;
}

namespace {

void subtract_mean(std::span<float> signal) {
  double sum = 0;
  for (const float value : signal) sum += static_cast<double>(value);
  const auto mean = static_cast<float>(sum / static_cast<double>(std::max<std::size_t>(signal.size(), 1)));
  for (float& value : signal) value -= mean;
}

}  // namespace

std::vector<float> prepare_recording(const Record& record, const Preprocessing& preprocessing) {
  Preprocessing one = preprocessing;
  one.scaling = "none";
  std::vector<std::vector<float>> leads;
  double squares = 0, count = 0;
  for (const std::string& name : preprocessing.leads) {
    one.leads = {name};
    leads.push_back(prepare_lead(record, one).samples);
    if (preprocessing.scaling != "record") continue;
    subtract_mean(leads.back());
    for (const float value : leads.back()) squares += static_cast<double>(value) * static_cast<double>(value);
    count += static_cast<double>(leads.back().size());
  }
  const double deviation = count > 0 ? std::sqrt(squares / count) : 0.0;
  const float factor = deviation > 1e-9 ? static_cast<float>(1.0 / deviation) : 1.0F;

  const std::int64_t length = preprocessing.length_samples();
  std::vector<float> out(leads.size() * static_cast<std::size_t>(length), 0.0F);
  for (std::size_t l = 0; l < leads.size(); ++l) {
    const auto present = static_cast<std::int64_t>(leads[l].size());
    const std::int64_t cut = present > length ? (present - length) / 2 : 0;
    const std::int64_t fill = present < length ? (length - present) / 2 : 0;
    const std::int64_t kept = std::min(present, length);
    for (std::int64_t i = 0; i < kept; ++i) {
      out[l * static_cast<std::size_t>(length) + static_cast<std::size_t>(fill + i)] =
          leads[l][static_cast<std::size_t>(cut + i)] * factor;
    }
  }
  return out;
}

namespace {

struct WindowPlace {
  std::int64_t beat, first, end;
  bool crosses_edge(std::int64_t length) const { return first < 0 || end > length; }
};

// `length` is that of the lead at the preprocessing's rate.
WindowPlace place_window(std::int64_t sample, std::int64_t length, double record_rate_hz, const Preprocessing& p) {
  std::int64_t beat = map_sample(sample, record_rate_hz, p.sampling_rate_hz);
  // At a lower rate the recording's last samples may be nearest to one just past the end.
  if (beat == length && record_rate_hz > p.sampling_rate_hz) --beat;
  return {beat, beat - p.before_samples, beat + p.after_samples};
}

}  // namespace

bool crosses_edge(std::int64_t sample, std::int64_t length, double record_rate_hz, const Preprocessing& preprocessing) {
  const std::int64_t resampled = resampled_length(length, record_rate_hz, preprocessing.sampling_rate_hz);
  return place_window(sample, resampled, record_rate_hz, preprocessing).crosses_edge(resampled);
}

void append_windows(BeatSet& set, const PreparedLead& lead, std::span<const BeatRow> rows,
                    const Preprocessing& preprocessing) {
  const auto length = static_cast<std::int64_t>(lead.samples.size());
  const bool skip_edges = preprocessing.edge == "skip";
  set.shape.length_samples = preprocessing.length_samples();
  set.values.reserve(set.values.size() + rows.size() * static_cast<std::size_t>(set.shape.length_samples));
  for (const BeatRow& row : rows) {
    const WindowPlace place = place_window(row.sample, length, lead.record_rate_hz, preprocessing);
    if (place.beat < 0 || place.beat >= length) {
      throw Error(ErrorKind::data, "record " + set.records.at(row.record).id,
                  "has a beat at sample " + std::to_string(row.sample) + ", but the recording ends before it");
    }
    const bool at_edge = place.crosses_edge(length);
    set.edge_windows += at_edge ? 1 : 0;
    if (at_edge && skip_edges) continue;
    const std::size_t offset = set.values.size();
    if (at_edge) {
      for (std::int64_t i = place.first; i < place.end; ++i) {
        set.values.push_back(lead.samples[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, length - 1))]);
      }
    } else {
      set.values.insert(set.values.end(), lead.samples.begin() + place.first, lead.samples.begin() + place.end);
    }
    if (preprocessing.scaling == "window") standardise(std::span(set.values).subspan(offset));
    set.rows.push_back(row);
    set.rows.back().crosses_edge = at_edge;
  }
}

}  // namespace beatbench
