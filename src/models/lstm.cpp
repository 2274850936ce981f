#include "models/lstm.h"

#include <array>

#include "models/fused_lstm.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

constexpr std::array kLstmOptions = {
    ModelOption{"dense", "units of the dense layer that each sample goes through", 45, 1, 4096},
    ModelOption{"hidden", "units of the LSTM", 23, 1, 4096},
};

class Lstm final : public BeatModel {
 public:
  Lstm(const ModelShape& shape, int dense, int hidden) : hidden_(hidden) {
    dense_ = register_module("dense", torch::nn::Linear(shape.channels, dense));
    lstm_ = register_module("lstm", torch::nn::LSTM(torch::nn::LSTMOptions(dense, hidden).batch_first(true)));
    head_ = register_module("head", torch::nn::Linear(hidden, shape.outputs));
    initialise();
  }

  torch::Tensor forward(torch::Tensor batch) override {
    if (can_use_fused_lstm(batch)) return forward_fused(batch);
    const torch::Tensor x = torch::relu(dense_(batch.transpose(1, 2)));  // [N, length, dense]
    // The first state is made from the input by tensor operations: a trace then leaves the batch size open.
    const torch::Tensor zero =
        torch::zeros_like(x.select(1, 0).narrow(1, 0, 1)).unsqueeze(0).expand({1, -1, hidden_}).contiguous();
    return head_(std::get<0>(lstm_(x, std::make_tuple(zero, zero))).select(1, -1));
  }

 private:
  // The same with the samples as columns of one matrix, see fused_lstm.h.
  torch::Tensor forward_fused(const torch::Tensor& batch) {
    const std::int64_t rows = batch.size(0), padding = padded_batch(rows) - rows, length = batch.size(2);
    const torch::Tensor columns =
        torch::constant_pad_nd(batch.permute({1, 2, 0}), {0, padding});  // [channels, length, N]
    const torch::Tensor x = torch::relu(torch::addmm(dense_->bias.unsqueeze(1), dense_->weight,
                                                     columns.reshape({columns.size(0), length * (rows + padding)})));
    const torch::Tensor state = fused_lstm_last(x.to(torch::kFloat).view({x.size(0), length, rows + padding}),
                                                lstm_->parameters());  // float32 under autocast, too
    return head_(state.narrow(1, 0, rows).t());
  }

  void initialise() {
    const torch::NoGradGuard no_grad;
    auto weights = lstm_->named_parameters();
    torch::nn::init::xavier_uniform_(dense_->weight);
    torch::nn::init::zeros_(dense_->bias);
    torch::nn::init::xavier_uniform_(head_->weight);
    torch::nn::init::zeros_(head_->bias);
    torch::nn::init::xavier_uniform_(weights["weight_ih_l0"]);
    torch::nn::init::orthogonal_(weights["weight_hh_l0"]);
    torch::nn::init::zeros_(weights["bias_ih_l0"]);
    torch::nn::init::zeros_(weights["bias_hh_l0"]);
    weights["bias_ih_l0"].narrow(0, hidden_, hidden_).fill_(1.0);  // gates are in the order input, forget, cell, output
  }

  int hidden_;
  torch::nn::Linear dense_{nullptr}, head_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
};

}  // namespace

std::span<const ModelOption> lstm_options() { return kLstmOptions; }

std::shared_ptr<BeatModel> make_lstm(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<Lstm>(shape, static_cast<int>(options.at("dense")), static_cast<int>(options.at("hidden")));
}

}  // namespace beatbench::models
