#pragma once

#include <string>
#include <vector>

#include "models/model.h"

namespace beatbench {

/// The layers of a model: its parts that have weights, from the input on.
std::vector<std::string> layers_of(const BeatModel& model);

/// What became of a model's weights (and running means) when another's were loaded.
struct LoadedWeights {
  std::vector<std::string> loaded;  ///< parameters, by name
  std::vector<std::string> left;    ///< "head.weight: 5x96, the checkpoint's is 8x96" and the like: drawn anew
};

/// Copies every weight that has the same name and shape in `from`. With `new_head`, layers whose names begin with
/// "head" are left as they are.
LoadedWeights load_what_fits(BeatModel& model, const BeatModel& from, bool new_head);

/// Sets the first `count` layers fixed: their weights get no gradient.
/// @throws Error(usage) if there are no more layers than that, naming them.
void freeze_layers(BeatModel& model, int count);

/// Puts a model into training mode but for its first `count` layers, whose batch norms and dropout stay as in use.
void train_but_frozen(BeatModel& model, int count);

}  // namespace beatbench
