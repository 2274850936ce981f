#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "beatbench/core/error.h"
#include "torchscript/engines.h"

namespace beatbench {
namespace {

constexpr std::array kEngines = {
    EngineSpec{"torchscript", "TorchScript file (.pt) made by convert", engines::is_torchscript,
               engines::open_torchscript},
    EngineSpec{"checkpoint", "checkpoint of a run (.pt), run by the model's own code", engines::is_checkpoint,
               engines::open_checkpoint},
};

}  // namespace

std::span<const EngineSpec> engine_registry() { return kEngines; }

const EngineSpec* find_engine(const std::filesystem::path& file) {
  for (const EngineSpec& spec : kEngines) {
    if (spec.can_open(file)) return &spec;
  }
  return nullptr;
}

std::unique_ptr<Engine> open_model(const std::filesystem::path& file, Trust trust) {
  if (!std::filesystem::exists(file)) throw Error(ErrorKind::io, file.string(), "there is no such file");
  if (const EngineSpec* spec = find_engine(file)) return spec->open(file, trust);
  std::string kinds;
  for (const EngineSpec& spec : kEngines) kinds += (kinds.empty() ? "" : "; ") + std::string(spec.description);
  throw Error(ErrorKind::data, file.string(), "is no model file that can be run here; there are: " + kinds);
}

std::vector<float> Engine::run(std::span<const float> batch, int count) {
  const ModelShape& shape = description_.shape;
  const auto wanted = static_cast<std::size_t>(count) * static_cast<std::size_t>(shape.input_size());
  if (count < 1 || batch.size() != wanted) {
    const std::string each =
        shape.height > 0
            ? "images of " + std::to_string(shape.length) + " x " + std::to_string(shape.height) + " pixels"
            : "windows of " + std::to_string(shape.channels) + " x " + std::to_string(shape.length) + " samples";
    throw Error(ErrorKind::usage, "model " + description_.model,
                "takes " + each + ": " + std::to_string(wanted) + " values for " + std::to_string(count) + "; got " +
                    std::to_string(batch.size()));
  }
  Answer answer = run_batch(batch, count);
  if (answer.dimensions != std::vector<std::int64_t>{count, shape.outputs} ||
      answer.values.size() != static_cast<std::size_t>(count) * static_cast<std::size_t>(shape.outputs)) {
    std::string found;
    for (const std::int64_t size : answer.dimensions) found += (found.empty() ? "" : ", ") + std::to_string(size);
    throw Error(ErrorKind::data, file_,
                "answers with a tensor of [" + found + "]; its description wants [" + std::to_string(count) + ", " +
                    std::to_string(shape.outputs) + "]");
  }
  const auto broken = std::ranges::find_if(answer.values, [](float value) { return !std::isfinite(value); });
  if (broken != answer.values.end()) {
    const auto index = (broken - answer.values.begin()) / shape.outputs;
    throw Error(ErrorKind::data, file_,
                "answers " + number_text(static_cast<double>(*broken)) + " where a number is wanted, for input " +
                    std::to_string(index + 1) + " of " + std::to_string(count));
  }
  return std::move(answer.values);
}

std::string error_text(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error ? torch_error->what_without_backtrace() : error.what();
}

}  // namespace beatbench
