#pragma once

#include <torch/torch.h>

#include "models/made_up_beats.h"
#include "models/model.h"

namespace beatbench::tests {

/// A small untrained model whose batch norms have seen data.
inline Checkpoint made_up_checkpoint(const std::string& model, const ModelOptions& options = {}) {
  torch::manual_seed(7);
  const ModelDescription description = made_up_description(model, options);
  Checkpoint checkpoint{description, make_model(model, description.shape, description.options)};
  const torch::NoGradGuard no_grad;
  for (auto& buffer : checkpoint.model->named_buffers()) {
    if (buffer.key().ends_with("running_mean")) buffer.value().normal_(0, 0.3);
    if (buffer.key().ends_with("running_var")) buffer.value().uniform_(0.5, 2.0);
  }
  checkpoint.description.parameters = parameter_count(*checkpoint.model);
  checkpoint.model->eval();
  return checkpoint;
}

}  // namespace beatbench::tests
