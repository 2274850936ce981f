#include "models/lstm.h"

#include <array>

#include "models/fused_lstm.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

struct LstmSettings {
  int dense, hidden, layers;
  bool bidirectional, attention;
};

class Lstm final : public BeatModel {
 public:
  Lstm(const ModelShape& shape, const LstmSettings& settings)
      : settings_(settings), directions_(settings.bidirectional ? 2 : 1) {
    const int states = directions_ * settings.hidden;
    dense_ = register_module("dense", torch::nn::Linear(shape.channels, settings.dense));
    lstm_ = register_module("lstm", torch::nn::LSTM(torch::nn::LSTMOptions(settings.dense, settings.hidden)
                                                        .num_layers(settings.layers)
                                                        .bidirectional(settings.bidirectional)
                                                        .batch_first(true)));
    if (settings.attention) {
      attention_ = register_module("attention", torch::nn::Linear(states, states));
      score_ = register_module("score", torch::nn::Linear(torch::nn::LinearOptions(states, 1).bias(false)));
    }
    head_ = register_module("head", torch::nn::Linear(states, shape.outputs));
    initialise();
  }

  torch::Tensor forward(torch::Tensor batch) override {
    if (can_use_fused_lstm(batch)) return forward_fused(batch);
    const torch::Tensor x = torch::relu(dense_(batch.transpose(1, 2)));  // [N, length, dense]
    // The first state is made from the input by tensor operations: a trace then leaves the batch size open.
    const torch::Tensor zero = torch::zeros_like(x.select(1, 0).narrow(1, 0, 1))
                                   .unsqueeze(0)
                                   .expand({settings_.layers * directions_, -1, settings_.hidden})
                                   .contiguous();
    const torch::Tensor states = std::get<0>(lstm_(x, std::make_tuple(zero, zero)));  // [N, length, directions hidden]
    if (settings_.attention) return head_(attend(states));
    const torch::Tensor last = states.select(1, -1);
    if (directions_ == 1) return head_(last);
    const torch::Tensor first = states.select(1, 0);
    return head_(
        torch::cat({last.narrow(1, 0, settings_.hidden), first.narrow(1, settings_.hidden, settings_.hidden)}, 1));
  }

 private:
  torch::Tensor attend(const torch::Tensor& states) {
    const torch::Tensor weights = torch::softmax(score_(torch::tanh(attention_(states))), 1);  // [N, length, 1]
    return (states * weights).sum(1);
  }

  // The same with the samples as columns of one matrix, see fused_lstm.h.
  torch::Tensor forward_fused(const torch::Tensor& batch) {
    const std::int64_t rows = batch.size(0), padding = padded_batch(rows) - rows, length = batch.size(2);
    const torch::Tensor columns =
        torch::constant_pad_nd(batch.permute({1, 2, 0}), {0, padding});  // [channels, length, N]
    torch::Tensor x = torch::relu(torch::addmm(dense_->bias.unsqueeze(1), dense_->weight,
                                               columns.reshape({columns.size(0), length * (rows + padding)})));
    x = x.to(torch::kFloat).view({x.size(0), length, rows + padding});  // float32 under autocast, too
    const std::vector<torch::Tensor> weights = lstm_->parameters();
    for (int layer = 0; layer < settings_.layers; ++layer) {
      const bool only_last = layer + 1 == settings_.layers && !settings_.attention;
      std::vector<torch::Tensor> found;
      for (int direction = 0; direction < directions_; ++direction) {
        const auto own =
            at::ArrayRef(weights).slice(static_cast<std::size_t>(4 * (layer * directions_ + direction)), 4);
        const torch::Tensor in = direction == 0 ? x : x.flip(1);
        const torch::Tensor out = only_last ? fused_lstm_last(in, own) : fused_lstm(in, own);
        found.push_back(direction == 0 || only_last ? out : out.flip(1));
      }
      x = torch::cat(found, 0);
    }
    if (settings_.attention) return head_(attend(x.narrow(2, 0, rows).permute({2, 1, 0})));
    return head_(x.narrow(1, 0, rows).t());
  }

  void initialise() {
    const torch::NoGradGuard no_grad;
    for (const torch::nn::Linear& layer : {dense_, head_, attention_, score_}) {
      if (layer.is_empty()) continue;
      torch::nn::init::xavier_uniform_(layer->weight);
      if (layer->bias.defined()) torch::nn::init::zeros_(layer->bias);
    }
    const std::int64_t hidden = settings_.hidden;
    for (auto& weight : lstm_->named_parameters()) {
      const std::string& name = weight.key();
      if (name.starts_with("weight_ih")) torch::nn::init::xavier_uniform_(weight.value());
      if (name.starts_with("weight_hh")) torch::nn::init::orthogonal_(weight.value());
      if (name.starts_with("bias")) torch::nn::init::zeros_(weight.value());
      if (name.starts_with("bias_ih")) weight.value().narrow(0, hidden, hidden).fill_(1.0);
    }  // gates are in the order input, forget, cell, output
  }

  LstmSettings settings_;
  int directions_;
  torch::nn::Linear dense_{nullptr}, attention_{nullptr}, score_{nullptr}, head_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
};

}  // namespace

std::shared_ptr<BeatModel> make_lstm(const ModelShape& shape, const ModelOptions& options) {
  const auto number = [&](const char* name) { return static_cast<int>(options.at(name)); };
  return std::make_shared<Lstm>(
      shape, LstmSettings{number("dense"), number("hidden"), number("layers"), options.at("bidirectional") >= 0.5,
                          options.at("attention") >= 0.5});
}

}  // namespace beatbench::models
