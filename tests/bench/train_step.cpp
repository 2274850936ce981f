// Training speed of each model on random input, batch 128 (images and whole recordings: 32), Adam: forward, loss,
// backward and update.
//
//   build/bin/train_step --benchmark_min_time=5
//
// lstm: the recurrence itself needs 4 H (I + H) multiply-adds a step, H = 23, I = 45: 1.35 million a window forwards
// and about twice that backwards, 8.1 MFLOP a window in all. At the 240 GFLOP/s of a large product on two cores that is
// a limit of 30,000 windows/s; the recurrent part runs as small products (23 wide) with 5 H exponentials a step and is
// what keeps it away from there. `lstm_libtorch` is the same network on LibTorch's own operator, which is what PyTorch
// runs: the ratio of the two metrics is what beatbench's kernel gains.
//
// cnn2d: 2.56 billion multiply-adds an image forwards (2.42 in the convolutions) and twice that backwards, 15.4 GFLOP.
// At the 270 GFLOP/s of float32 convolutions on two cores that is a limit of 17 images/s. Each step moves 135 million
// weights, gradients and Adam's two moments, 3.8 GB: 0.4 s at 10 GB/s, beside 1.8 s for the 32 images.
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "beatbench/core/memory.h"
#include "beatbench/core/text.h"
#include "beatbench/runtime/torch_backend.h"
#include "beatbench/signal/features.h"
#include "models/autocast.h"
#include "models/model.h"
#include "torchscript/environment.h"
#include "training/optimizer.h"

namespace {

constexpr int kBatch = 128, kLargeBatch = 32, kClasses = 18;

class LibTorchLstm final : public beatbench::BeatModel {
 public:
  LibTorchLstm() {
    dense_ = register_module("dense", torch::nn::Linear(1, 45));
    lstm_ = register_module("lstm", torch::nn::LSTM(torch::nn::LSTMOptions(45, 23).batch_first(true)));
    head_ = register_module("head", torch::nn::Linear(23, kClasses));
  }
  torch::Tensor forward(torch::Tensor batch) override {
    return head_(std::get<0>(lstm_(torch::relu(dense_(batch.transpose(1, 2))))).select(1, -1));
  }

 private:
  torch::nn::Linear dense_{nullptr}, head_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
};

void train_steps(benchmark::State& state, beatbench::BeatModel& model, const beatbench::ModelShape& shape, bool bf16,
                 torch::optim::Optimizer& optimizer) {
  torch::manual_seed(1);
  model.train();
  const int count = shape.height > 0 || shape.length > 1000 ? kLargeBatch : kBatch;
  const torch::Tensor batch = torch::randn(shape.dimensions(count));
  const torch::Tensor labels = torch::randint(0, kClasses, {count}, torch::kInt64);
  const auto step = [&] {
    optimizer.zero_grad();
    torch::Tensor logits;
    {
      const beatbench::Bfloat16Autocast autocast(bf16, torch::kCPU);
      logits = model.forward(batch);
    }
    torch::nn::functional::cross_entropy(logits.to(torch::kFloat), labels).backward();
    optimizer.step();
  };
  step();  // not counted: memory is asked for and kernels are made
  for (auto _ : state) step();
  state.counters["beats/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * count), benchmark::Counter::kIsRate);
}

beatbench::ModelShape shape_for(const beatbench::ModelSpec& spec) {
  beatbench::Preprocessing preprocessing = beatbench::default_preprocessing(spec.input);
  if (!spec.features.empty()) {
    std::vector<std::string_view> names;
    beatbench::split_cells(spec.features, ',', names);
    preprocessing.features.assign(names.begin(), names.end());
  }
  preprocessing.class_names.resize(kClasses);
  return beatbench::shape_of(preprocessing);
}

void registered_model(benchmark::State& state, const beatbench::ModelSpec& spec, bool bf16) {
  const beatbench::ModelShape shape = shape_for(spec);
  const auto model = beatbench::make_model(spec.name, shape);
  train_steps(state, *model, shape, bf16, *beatbench::make_optimizer({}, model->parameters()));
}

void lstm_libtorch(benchmark::State& state) {
  LibTorchLstm model;
  torch::optim::Adam adam(model.parameters(), torch::optim::AdamOptions(1e-3));
  train_steps(state, model, shape_for(beatbench::require_model("lstm")), false, adam);
}

// As a Keras or PyTorch user would write it: channels first, LibTorch's own Adam.
void cnn2d_libtorch(benchmark::State& state) {
  const beatbench::ModelShape shape = shape_for(beatbench::require_model("cnn2d"));
  const auto model = beatbench::make_model("cnn2d", shape);
  for (torch::Tensor& p : model->parameters())
    p.set_data(p.detach().to(p.options(), false, true, torch::MemoryFormat::Contiguous));
  torch::optim::Adam adam(model->parameters(), torch::optim::AdamOptions(1e-3));
  train_steps(state, *model, shape, false, adam);
}

}  // namespace

int main(int argc, char** argv) {
  beatbench::keep_freed_memory();
  beatbench::choose_blas_kernels();
  beatbench::make_threads_wait_passively(argv);
  beatbench::set_compute_threads(0);
  for (const beatbench::ModelSpec& spec : beatbench::model_table()) {
    for (const bool bf16 : {false, true}) {
      benchmark::RegisterBenchmark((std::string(spec.name) + (bf16 ? "_bf16" : "")).c_str(),
                                   [&spec, bf16](benchmark::State& state) { registered_model(state, spec, bf16); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RegisterBenchmark("cnn2d_libtorch", cnn2d_libtorch)->UseRealTime()->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("lstm_libtorch", lstm_libtorch)->UseRealTime()->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
