#include "models/predict.h"

#include <algorithm>
#include <cmath>

#include "models/autocast.h"
#include "models/batch.h"

namespace beatbench {
namespace {

class EvaluationMode {
 public:
  explicit EvaluationMode(BeatModel& model) : model_(model), was_training_(model.is_training()) { model_.eval(); }
  ~EvaluationMode() { model_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  BeatModel& model_;
  bool was_training_;
};

}  // namespace

std::vector<float> predict_logits(BeatModel& model, const BeatSet& windows, std::span<const std::uint32_t> rows,
                                  bool bf16) {
  const torch::NoGradGuard no_grad;
  const EvaluationMode evaluation(model);
  const torch::Device device = model.parameters().front().device();
  const Bfloat16Autocast autocast(bf16, device);
  std::vector<float> logits;
  const std::size_t batch = evaluation_batch(windows);
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const auto part = rows.subspan(first, std::min(batch, rows.size() - first));
    const torch::Tensor out =
        model.forward(gather_inputs(windows, part).to(device)).to(torch::kCPU, torch::kFloat).contiguous();
    logits.insert(logits.end(), out.data_ptr<float>(), out.data_ptr<float>() + out.numel());
  }
  return logits;
}

}  // namespace beatbench
