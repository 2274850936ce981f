#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "formats/torch_archive/checksum.h"
#include "models/batch.h"
#include "torchscript/calibration.h"
#include "torchscript/environment.h"
#include "torchscript/quantize.h"
#include "torchscript/trace.h"
#include "torchscript/writers.h"

namespace beatbench::formats {
namespace {

std::string hash_of_windows(const BeatSet& windows) {
  std::string lines;
  for (const BeatRow& row : windows.rows) {
    lines += windows.records[row.record].id + " " + std::to_string(row.sample) + "\n";
  }
  return content_hash(lines);
}

// Class probabilities [windows, classes].
torch::Tensor probabilities_of(torch::jit::Module module, const BeatSet& windows, bool multi_label) {
  const torch::NoGradGuard no_grad;
  std::vector<std::uint32_t> rows(windows.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<torch::Tensor> parts;
  const std::size_t batch = evaluation_batch(windows);
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const auto part = std::span(rows).subspan(first, std::min(batch, rows.size() - first));
    const torch::Tensor logits = module.forward({gather_inputs(windows, part)}).toTensor();
    parts.push_back(multi_label ? logits.sigmoid() : logits.softmax(1));
  }
  return torch::cat(parts);
}

// A calibration's windows, and whether they may be of several classes.
struct Calibrated {
  const BeatSet& windows;
  bool multi_label = false;
};

double mean_change(const torch::jit::Module& module, const Calibrated& on, const torch::Tensor& expected) {
  return (probabilities_of(module, on.windows, on.multi_label) - expected).abs().mean().item<double>();
}

constexpr std::pair<double ErrorPowers::*, double> kTried[] = {
    {&ErrorPowers::vectors, 1}, {&ErrorPowers::images, 4}, {&ErrorPowers::images, kWholeRange}};

// Of several ways to choose the ranges of activations the one that changes the probabilities of the calibration windows
// least; first that of the inputs of linear layers, then that of the images. Which one that is depends on the model:
// where most of an image is background, the least squared error clips what little tells the classes apart; where a unit
// is silent but for one window in hundreds, and then 1000 times as large as all others, only the least mean error
// leaves the others more than one step.
torch::jit::Module quantize_best(const torch::jit::Module& frozen, const Statistics& statistics,
                                 const Calibrated& calibration, int activation_bits) {
  const torch::Tensor expected = probabilities_of(frozen, calibration.windows, calibration.multi_label);
  ErrorPowers powers;
  torch::jit::Module best = quantize_module(frozen, statistics, activation_bits, powers);
  double least = mean_change(best, calibration, expected);
  for (const auto& [which, power] : kTried) {
    ErrorPowers tried = powers;
    tried.*which = power;
    torch::jit::Module module = quantize_module(frozen, statistics, activation_bits, tried);
    const double change = mean_change(module, calibration, expected);
    if (!(change < least)) continue;
    best = std::move(module);
    least = change;
    powers = tried;
  }
  return best;
}

}  // namespace

std::string write_int8(const Checkpoint& checkpoint, const BeatSet& calibration) {
  if (calibration.size() == 0) {
    throw Error(ErrorKind::usage, "format int8", "needs windows of the model's training data to calibrate on");
  }
  const QuantizedEngine engine = use_best_quantized_engine();
  const torch::jit::Module frozen = trace_and_freeze(checkpoint);
  const Statistics statistics = collect_activation_statistics(frozen, checkpoint.description.shape, calibration);
  const torch::jit::Module module = quantize_best(
      frozen, statistics, {calibration, checkpoint.description.preprocessing.multi_label}, engine.activation_bits);

  ModelDescription description = checkpoint.description;
  description.precision = "int8";
  description.calibration = {static_cast<std::int64_t>(calibration.size()), hash_of_windows(calibration),
                             description.provenance.dataset_hash, engine.name, engine.activation_bits};
  std::ostringstream bytes;
  module.save(bytes, {{kDescriptionEntry, nlohmann::json(description).dump(2)}});
  return with_checksum(bytes.str());
}

}  // namespace beatbench::formats
