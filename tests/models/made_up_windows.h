#pragma once

#include <cmath>
#include <string>

#include "beatbench/core/random.h"
#include "beatbench/core/window.h"
#include "beatbench/data/protocol.h"
#include "beatbench/models/checkpoint.h"

namespace beatbench::tests {

/// Windows of 64 samples in three classes that a small model can tell apart: a bump early, in the middle or late,
/// with noise.
inline WindowSet made_up_windows(std::size_t count, std::uint64_t seed = 1) {
  WindowSet set;
  set.length_samples = 64;
  set.records = {{"a", "a"}, {"b", "b"}};
  std::mt19937_64 engine(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const int label = static_cast<int>(i % 3);
    const double centre = 16.0 + 16.0 * label + 4.0 * (uniform_unit(engine) - 0.5);
    for (int t = 0; t < set.length_samples; ++t) {
      const double bump = std::exp(-0.05 * (t - centre) * (t - centre));
      set.values.push_back(static_cast<float>(2.0 * bump + 0.2 * (uniform_unit(engine) - 0.5)));
    }
    set.rows.push_back(
        {static_cast<std::uint32_t>(i % 2), static_cast<std::int64_t>(100 * i), 1, static_cast<std::int16_t>(label)});
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
  d.shape = {1, 64, 3};
  d.options = resolve_options(find_model(model), options);
  d.preprocessing.before_samples = d.preprocessing.after_samples = 32;
  d.preprocessing.class_names = {"early", "middle", "late"};
  d.provenance.dataset = "made up";
  return d;
}

}  // namespace beatbench::tests
