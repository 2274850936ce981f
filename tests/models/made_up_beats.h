#pragma once

#include <bit>
#include <cmath>
#include <string>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/model_description.h"
#include "beatbench/core/random.h"
#include "beatbench/data/protocol.h"
#include "beatbench/signal/features.h"

namespace beatbench::tests {

/// Windows of 64 samples in three classes that a small model can tell apart: a bump early, in the middle or late,
/// with noise.
inline BeatSet made_up_windows(std::size_t count, std::uint64_t seed = 1) {
  BeatSet set;
  set.shape.length_samples = 64;
  set.records = {{"a", "a"}, {"b", "b"}};
  std::mt19937_64 engine(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const int label = static_cast<int>(i % 3);
    const double centre = 16.0 + 16.0 * label + 4.0 * (uniform_unit(engine) - 0.5);
    for (int t = 0; t < set.shape.length_samples; ++t) {
      const double bump = std::exp(-0.05 * (t - centre) * (t - centre));
      set.values.push_back(static_cast<float>(2.0 * bump + 0.2 * (uniform_unit(engine) - 0.5)));
    }
    set.rows.push_back(
        {static_cast<std::uint32_t>(i % 2), static_cast<std::int64_t>(100 * i), 1, static_cast<std::int16_t>(label)});
  }
  return set;
}

/// Windows of two leads, as a model of whole recordings takes them: the same bumps, and in every fifth the next one
/// too.
inline BeatSet made_up_recordings(std::size_t count, std::uint64_t seed = 1) {
  const BeatSet windows = made_up_windows(count, seed);
  BeatSet set = windows;
  set.values.clear();
  set.shape.leads = 2;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::vector<float> window(windows.window(i).begin(), windows.window(i).end());
    BeatRow& row = set.rows[i];
    row.classes = std::uint64_t{1} << row.label;
    if (i % 5 == 0) {
      const std::uint32_t next = i + 1 < count ? i + 1 : i - 2;  // of the next class
      for (std::size_t t = 0; t < window.size(); ++t) window[t] += windows.window(next)[t];
      row.classes |= std::uint64_t{1} << windows.rows[next].label;
      row.label = static_cast<std::int16_t>(std::countr_zero(row.classes));
    }
    for (const float scale : {1.0F, -0.5F}) {
      for (const float value : window) set.values.push_back(scale * value);
    }
  }
  return set;
}

/// The smallest images, or nearly so, that a model takes.
inline int made_up_image_size(std::string_view model) {
  return model == "alexnet" || model == "inception_v3" ? 80 : 32;
}

/// Images in the same three classes: a dark bar at the left, in the middle or at the right.
inline BeatSet made_up_images(std::size_t count, std::uint64_t seed = 1, int size = 32) {
  BeatSet set = made_up_windows(count, seed);
  set.values.clear();
  set.shape.length_samples = 0;
  set.shape.image_size = size;
  const int unit = size / 16;
  std::mt19937_64 engine(seed);
  for (const BeatRow& row : set.rows) {
    const int bar =
        unit * (3 + 4 * row.label) + static_cast<int>(uniform_below(engine, static_cast<unsigned>(2 * unit)));
    for (int i = 0; i < size * size; ++i) {
      const bool dark = std::abs(i % size - bar) < unit;
      set.pixels.push_back(
          static_cast<std::uint8_t>(dark ? 20 + uniform_below(engine, 40) : 220 + uniform_below(engine, 36)));
    }
  }
  return set;
}

/// The features of a model that takes them.
inline std::vector<std::string> made_up_features(std::string_view model) {
  return require_model(model).features.empty() ? std::vector<std::string>{} : std::vector<std::string>{"rr"};
}

/// Beats as this model takes them; their features tell the classes as well.
inline BeatSet made_up_beats(std::string_view model, std::size_t count, std::uint64_t seed = 1) {
  if (require_model(model).input == "image") return made_up_images(count, seed, made_up_image_size(model));
  if (require_model(model).input == "recording") return made_up_recordings(count, seed);
  BeatSet set = made_up_windows(count, seed);
  if (made_up_features(model).empty()) return set;
  set.shape.feature_count = 4;
  std::mt19937_64 engine(seed);
  for (const BeatRow& row : set.rows) {
    for (int k = 0; k < 4; ++k) {
      set.features.push_back(static_cast<float>(0.2 * uniform_unit(engine) + (row.label == k ? 1.0 : 0.4)));
    }
  }
  return set;
}

inline Split made_up_split(std::size_t count) {
  Split split;
  split.protocol = "made up";
  for (std::uint32_t i = 0; i < count; ++i) {
    (i % 10 < 7 ? split.training : i % 10 < 9 ? split.validation : split.test).push_back(i);
  }
  return split;
}

inline ModelDescription made_up_description(const std::string& model, const ModelOptions& options = {}) {
  ModelDescription d;
  d.model = model;
  ModelOptions small;
  for (const ModelOption& option : require_model(model).options) {
    if (d.model == "lstm" || d.model == "resnet1d" || d.model == "context_mlp") break;  // are small enough
    if (option.name == "filters") small["filters"] = 4;
    if (option.name == "dense") small["dense"] = 16;
    if (option.name == "width") small["width"] = 0.1;
  }
  for (const auto& [name, value] : options) small[name] = value;
  d.options = resolve_options(require_model(model), small);
  d.preprocessing = default_preprocessing(require_model(model).input);
  if (d.preprocessing.of_recordings()) d.preprocessing.leads = {"I", "II"};
  d.preprocessing.before_samples = d.preprocessing.after_samples = 32;
  d.preprocessing.image_size = made_up_image_size(model);
  d.preprocessing.features = made_up_features(model);
  d.preprocessing.class_names = {"early", "middle", "late"};
  d.shape = shape_of(d.preprocessing);
  d.provenance.dataset = "made up";
  return d;
}

}  // namespace beatbench::tests
