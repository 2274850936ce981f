#include "torchscript/trace.h"

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/fold_conv_bn.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>

#include "beatbench/core/error.h"
#include "models/libtorch_versions.h"
#include "models/model.h"

namespace beatbench {
namespace {

// The tree of parameters, buffers and children as TorchScript knows it; the tensors are shared with the model, so
// that the tracer finds them as attributes instead of taking them for constants.
torch::jit::Module mirror(const torch::nn::Module& module, const std::string& name,
                          const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  torch::jit::Module script(c10::QualifiedName("__torch__." + name), unit);
  for (const auto& parameter : module.named_parameters(false))
    script.register_parameter(parameter.key(), parameter.value(), false);
  for (const auto& buffer : module.named_buffers(false)) script.register_buffer(buffer.key(), buffer.value());
  for (const auto& child : module.named_children()) {
    script.register_module(child.key(), mirror(*child.value(), name + "_" + child.key(), unit));
  }
  return script;
}

}  // namespace

torch::jit::Module trace_and_freeze(const Checkpoint& checkpoint) {
  libtorch::leave_operators_unfused();
  const torch::NoGradGuard no_grad;
  BeatModel& model = *checkpoint.model;
  model.eval();
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  torch::jit::Module script = mirror(model, "beatbench_" + checkpoint.description.model, unit);
  script.eval();

  const ModelShape& shape = checkpoint.description.shape;
  torch::jit::Stack example{torch::zeros(shape.dimensions(2))};
  const auto traced = torch::jit::tracer::trace(
      example, [&](torch::jit::Stack inputs) -> torch::jit::Stack { return {model.forward(inputs.at(0).toTensor())}; },
      [](const at::Tensor&) { return std::string(); }, /*strict=*/true, /*force_outplace=*/false, &script);
  script.type()->addMethod(
      unit->create_function(c10::QualifiedName(*script.type()->name(), "forward"), traced.first->graph, false));

  torch::jit::Module frozen = torch::jit::freeze_module(script);
  auto graph = frozen.get_method("forward").graph();
  torch::jit::FoldFrozenConvBatchnorm(graph);
  return frozen;
}

}  // namespace beatbench
