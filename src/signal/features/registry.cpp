#include <algorithm>
#include <array>

#include "beatbench/core/error.h"
#include "core/table.h"
#include "signal/features/beat_shape.h"
#include "signal/features/features.h"

namespace beatbench {
namespace {

const std::array kFeatures = {
    FeatureSpec{"rr", "intervals to the beats before and after, and their ratios to those around", features::kRrNumbers,
                features::append_rr},
    FeatureSpec{"rhythm", "intervals against the recording's and those around, and how regular they are",
                features::kRhythmNumbers, features::append_rhythm},
    FeatureSpec{"template_beat", "how QRS complex and P wave differ from the recording's template, in two leads",
                features::kTemplateBeatNumbers, features::append_template_beat, true},
    FeatureSpec{"late_beats", "intervals and P waves against those of the latest beats around",
                features::kLateBeatsNumbers, features::append_late_beats, true},
};

const FeatureSpec& require_feature(const std::string& name) {
  return require_row(kFeatures, name, "features", "feature");
}

}  // namespace

std::span<const FeatureSpec> feature_registry() { return kFeatures; }

bool has_wave_features(const Preprocessing& preprocessing) {
  return std::ranges::any_of(preprocessing.features,
                             [](const std::string& name) { return require_feature(name).is_of_waves; });
}

int feature_count(const Preprocessing& preprocessing) {
  std::size_t size = 0;
  for (const std::string& name : preprocessing.features) size += require_feature(name).numbers.size();
  return static_cast<int>(size);
}

ModelShape shape_of(const Preprocessing& p) {
  const int outputs = static_cast<int>(p.class_names.size());
  if (p.of_recordings()) return {static_cast<int>(p.leads.size()), p.length_samples(), outputs};
  const int channels = 1 + feature_count(p);
  return p.input == "image" ? ModelShape{channels, p.image_size, outputs, p.image_size}
                            : ModelShape{channels, p.length_samples(), outputs};
}

void append_features(BeatSet& set, std::size_t first_row, const Record& record, std::span<const std::int64_t> beats,
                     const Preprocessing& preprocessing) {
  set.shape.feature_count = feature_count(preprocessing);
  if (set.shape.feature_count == 0) return;
  std::vector<std::size_t> places;
  for (std::size_t i = first_row; i < set.rows.size(); ++i) {
    const auto at = std::ranges::lower_bound(beats, set.rows[i].sample);
    if (at == beats.end() || *at != set.rows[i].sample) {
      throw Error(ErrorKind::data, "record " + record.id,
                  "has no beat at sample " + std::to_string(set.rows[i].sample));
    }
    places.push_back(static_cast<std::size_t>(at - beats.begin()));
  }
  if (places.empty()) return;
  // One feature after the other, then row by row.
  const auto width = static_cast<std::size_t>(set.shape.feature_count), first = set.features.size();
  set.features.resize(first + places.size() * width);
  std::size_t column = 0;
  FeatureSource source{record, beats, places, preprocessing.leads};
  features::TemplateBeat template_beat;
  if (has_wave_features(preprocessing)) template_beat = features::find_template_beat(source);
  source.template_beat = &template_beat;
  for (const std::string& name : preprocessing.features) {
    const FeatureSpec& spec = require_feature(name);
    std::vector<float> values;
    spec.append(source, values);
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t k = 0; k < spec.numbers.size(); ++k) {
        set.features[first + i * width + column + k] = values[i * spec.numbers.size() + k];
      }
    }
    column += spec.numbers.size();
  }
}

}  // namespace beatbench
