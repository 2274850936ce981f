#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench {

/// The code behind a row of the table of models, see core/model_table.h.
struct ModelMaker {
  std::string_view name;
  std::shared_ptr<BeatModel> (*make)(const ModelShape& shape, const ModelOptions& options);
};

std::span<const ModelMaker> model_makers();

}  // namespace beatbench
