#include <array>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/runtime/engine.h"
#include "beatbench/runtime/model_file.h"
#include "beatbench/runtime/torch_backend.h"

namespace beatbench {
namespace {

std::unique_ptr<Engine> open_torchscript(const std::filesystem::path& file, Trust trust) {
  return torch_backend().open_torchscript(file, trust);
}

// A checkpoint of ours holds no code to run, so that there is nothing to be trusted.
std::unique_ptr<Engine> open_checkpoint(const std::filesystem::path& file, Trust /*trust*/) {
  return torch_backend().open_checkpoint(file);
}

constexpr std::array kEngines = {
    EngineSpec{"torchscript", "TorchScript file (.pt) made by convert", is_torchscript, open_torchscript},
    EngineSpec{"checkpoint", "checkpoint of a run (.pt), run by the model's own code", is_checkpoint, open_checkpoint},
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
  throw Error(ErrorKind::data, file.string(),
              "is no model file that can be run here; there are: " + joined(kEngines, "; ", &EngineSpec::description));
}

}  // namespace beatbench
