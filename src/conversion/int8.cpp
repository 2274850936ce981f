#include <nlohmann/json.hpp>
#include <sstream>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/runtime/environment.h"
#include "conversion/calibration.h"
#include "conversion/formats.h"
#include "conversion/quantize.h"
#include "conversion/trace.h"

namespace beatbench::formats {
namespace {

std::string hash_of_windows(const BeatSet& windows) {
  std::string lines;
  for (const BeatRow& row : windows.rows) {
    lines += windows.records[row.record].id + " " + std::to_string(row.sample) + "\n";
  }
  return content_hash(lines);
}

}  // namespace

std::string write_int8(const Checkpoint& checkpoint, const BeatSet& calibration) {
  if (calibration.size() == 0) {
    throw Error(ErrorKind::usage, "format int8", "needs windows of the model's training data to calibrate on");
  }
  const QuantizedEngine engine = use_best_quantized_engine();
  const torch::jit::Module frozen = trace_and_freeze(checkpoint);
  const Statistics statistics = watch_tensors(frozen, checkpoint.description.shape, calibration);
  const torch::jit::Module module = quantize_module(frozen, statistics, engine.activation_bits);

  ModelDescription description = checkpoint.description;
  description.precision = "int8";
  description.calibration = {static_cast<std::int64_t>(calibration.size()), hash_of_windows(calibration),
                             description.provenance.dataset_hash, engine.name, engine.activation_bits};
  std::ostringstream bytes;
  module.save(bytes, {{kDescriptionEntry, nlohmann::json(description).dump(2)}});
  return std::move(bytes).str();
}

}  // namespace beatbench::formats
