#pragma once

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// Dense layers over the features of a beat (Preprocessing::features), and over nothing else: what tells
/// the beats of a new patient apart is when they come and how they differ from that patient's usual beat. The numbers
/// are standardised by a batch norm without weights and held within six standard deviations.
/// Deviation: none; the model is beatbench's own.
std::shared_ptr<BeatModel> make_context_mlp(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
