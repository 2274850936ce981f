#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "beatbench/core/model_description.h"
#include "beatbench/graph/tensor.h"

namespace beatbench {

/// An operator of a lowered model.
struct LayerInspection {
  std::string name;                  ///< unlike any other's: "conv_3"
  std::string op;                    ///< see graph/operators.h
  graph::Shape output;               ///< for one input; graph::kBatch stands for the batch
  std::int64_t parameters = 0;       ///< numbers in its constants
  std::int64_t multiplications = 0;  ///< for one input, with their additions ("MACs")
};

/// What a model file is made of.
struct Inspection {
  std::filesystem::path file;
  std::uint64_t size_bytes = 0;
  ModelDescription description;
  graph::Shape input;
  std::vector<LayerInspection> layers;  ///< in the order of computing, batch norms folded into convolutions
  std::int64_t parameters = 0, multiplications = 0;  ///< of all layers
  std::string note;                                  ///< why there are no layers, where that is so
};

/// Opens a checkpoint, or a TorchScript file made by convert, and lowers it.
/// Of a network with an operator that a graph has no word for, as those of an int8 file, only the description is known.
/// @throws Error as open_model.
Inspection inspect_model(const std::filesystem::path& file);

/// The layers, sums and the description.
nlohmann::ordered_json inspection_json(const Inspection& inspection);

}  // namespace beatbench
