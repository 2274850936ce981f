#include "torchscript/calibration.h"

#include <torch/csrc/jit/runtime/interpreter.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/batch.h"

namespace beatbench {
namespace {

constexpr std::int64_t kSamplesPerBatch = 16384;  // of each tensor
constexpr int kSearchSteps = 192;                 // range ends tried, down to 1/4096 of the whole range
constexpr double kStepsPerHalving = 16;
constexpr double kGivesUpAt = 4;  // times the least error: narrower ones clip more and more

// Every tensor that the graph computes becomes an output; the values of the original, in the same order.
std::vector<const torch::jit::Value*> expose_tensors(const torch::jit::Graph& original, torch::jit::Graph& copy) {
  std::vector<const torch::jit::Value*> exposed;
  const auto expose = [&](const torch::jit::Value* from, torch::jit::Value* to) {
    if (!from->type()->isSubtypeOf(*c10::TensorType::get())) return;
    exposed.push_back(from);
    copy.registerOutput(to);
  };
  while (!copy.outputs().empty()) copy.eraseOutput(0);
  expose(original.inputs().at(1), copy.inputs().at(1));
  auto node = copy.nodes().begin();
  for (const auto* from : original.nodes()) {
    if (from->kind() != torch::jit::prim::Constant) {
      for (std::size_t i = 0; i < from->outputs().size(); ++i) expose(from->output(i), node->output(i));
    }
    ++node;
  }
  return exposed;
}

// An odd stride does not keep step with the channels.
torch::Tensor samples_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.reshape(-1);
  const std::int64_t stride = std::max<std::int64_t>(1, flat.numel() / kSamplesPerBatch) | 1;
  return flat.slice(0, 0, flat.numel(), stride).contiguous();
}

double mean_error(const torch::Tensor& samples, const Affine& affine, int bits, double power) {
  const torch::Tensor steps = (samples / affine.scale).round_().add_(affine.zero_point);
  const torch::Tensor values = steps.clamp_(0, (1 << bits) - 1).sub_(affine.zero_point).mul_(affine.scale);
  return values.sub_(samples).abs_().pow_(power).mean(torch::kDouble).item<double>();
}

}  // namespace

Statistics collect_activation_statistics(const torch::jit::Module& frozen, const ModelShape& shape,
                                         const BeatSet& windows) {
  const torch::NoGradGuard no_grad;
  const auto original = frozen.get_method("forward").graph();
  const auto copy = original->copy();
  const std::vector<const torch::jit::Value*> values = expose_tensors(*original, *copy);
  const torch::jit::Code code(copy, "calibration");

  std::unordered_map<const torch::jit::Value*, std::vector<torch::Tensor>> samples;
  Statistics statistics;
  std::vector<std::uint32_t> rows(windows.size());
  std::iota(rows.begin(), rows.end(), 0U);
  // All tensors of a batch are held at once: those of one image take some 40 MB.
  const std::size_t batch = shape.height > 0 ? 8 : 64;
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const auto part = std::span(rows).subspan(first, std::min(batch, rows.size() - first));
    torch::jit::Stack stack{frozen._ivalue(), gather_inputs(windows, part)};
    torch::jit::InterpreterState(code).run(stack);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const torch::Tensor tensor = stack.at(i).toTensor();
      if (tensor.scalar_type() != torch::kFloat32 || tensor.numel() == 0) continue;
      const auto [low, high] = torch::aminmax(tensor);
      auto [found, is_new] = statistics.try_emplace(values[i]);
      TensorStatistics& seen = found->second;
      if (is_new) seen = {tensor.sizes().vec(), low.item<double>(), high.item<double>(), {}};
      seen.minimum = std::min(seen.minimum, low.item<double>());
      seen.maximum = std::max(seen.maximum, high.item<double>());
      samples[values[i]].push_back(samples_of(tensor));
    }
  }
  for (auto& [value, seen] : statistics) seen.samples = torch::cat(samples.at(value));
  return statistics;
}

Affine affine_of(double minimum, double maximum, int bits) {
  const double low = std::min(minimum, 0.0), high = std::max(maximum, 0.0);
  const double steps = (1 << bits) - 1;
  if (high - low < 1e-12) return {1.0, 0};  // a tensor of zeros
  const double scale = (high - low) / steps;
  return {scale, static_cast<std::int64_t>(std::clamp(std::round(-low / scale), 0.0, steps))};
}

Affine least_error_affine(const TensorStatistics& statistics, int bits, double error_power) {
  if (error_power == kWholeRange) return affine_of(statistics.minimum, statistics.maximum, bits);
  double low = std::min(statistics.minimum, 0.0), high = std::max(statistics.maximum, 0.0);
  double least = mean_error(statistics.samples, affine_of(low, high, bits), bits, error_power);
  // One end at a time, the farther one first: a step that one rare value stretches would swallow the other end.
  bool shrinks_high = high > -low;
  for (int round = 0; round < 4; ++round, shrinks_high = !shrinks_high) {
    const double from_low = low, from_high = high;
    for (int i = 1; i <= kSearchSteps; ++i) {
      const double part = std::exp2(-i / kStepsPerHalving);
      const double try_low = shrinks_high ? from_low : from_low * part;
      const double try_high = shrinks_high ? from_high * part : from_high;
      const double error = mean_error(statistics.samples, affine_of(try_low, try_high, bits), bits, error_power);
      if (error > kGivesUpAt * least) break;
      if (error < least) {
        least = error;
        low = try_low;
        high = try_high;
      }
    }
  }
  return affine_of(low, high, bits);
}

}  // namespace beatbench
