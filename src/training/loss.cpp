#include "training/loss.h"

#include <torch/nn/functional/loss.h>

namespace beatbench {

torch::Tensor batch_loss(const torch::Tensor& logits, const torch::Tensor& targets, const torch::Tensor& row_weights,
                         const torch::Tensor& class_weights, double label_smoothing) {
  namespace nn = torch::nn::functional;
  torch::Tensor loss;  // of each row
  if (targets.dim() == 2) {
    auto options = nn::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kNone);
    if (class_weights.defined()) options.pos_weight(class_weights);
    const torch::Tensor smooth = targets * (1 - label_smoothing) + 0.5 * label_smoothing;
    loss = nn::binary_cross_entropy_with_logits(logits, smooth, options).mean(1);
    if (!row_weights.defined()) return loss.mean();
  } else {
    auto options = nn::CrossEntropyFuncOptions().label_smoothing(label_smoothing);
    if (!row_weights.defined()) {
      if (class_weights.defined()) options.weight(class_weights);
      return nn::cross_entropy(logits, targets, options);
    }
    loss = nn::cross_entropy(logits, targets, options.reduction(torch::kNone));
  }
  return (loss * row_weights).sum() / row_weights.sum().clamp_min(1e-12);
}

std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& targets) {
  if (targets.dim() == 1) return (logits.argmax(1) == targets).sum().item<std::int64_t>();
  return ((logits > 0) == (targets > 0.5)).all(1).sum().item<std::int64_t>();
}

}  // namespace beatbench
