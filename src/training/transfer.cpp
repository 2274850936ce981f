#include "training/transfer.h"

#include <algorithm>
#include <sstream>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

namespace beatbench {
namespace {

std::string shape_text(const torch::Tensor& tensor) {
  std::ostringstream text;
  for (std::int64_t i = 0; i < tensor.dim(); ++i) text << (i > 0 ? "x" : "") << tensor.size(i);
  return text.str();
}

// Copies into `to`, and says why not where it does not fit.
template <typename Tensors>
void copy_fitting(const Tensors& to, const Tensors& from, bool new_head, std::vector<std::string>& loaded,
                  std::vector<std::string>& left) {
  for (const auto& item : to) {
    const std::string& name = item.key();
    const torch::Tensor* theirs = from.find(name);
    if (new_head && name.starts_with("head")) {
      left.push_back(name + ": a new head was asked for");
    } else if (theirs == nullptr) {
      left.push_back(name + ": the checkpoint has none");
    } else if (theirs->sizes() != item.value().sizes()) {
      left.push_back(name + ": " + shape_text(item.value()) + ", the checkpoint's is " + shape_text(*theirs));
    } else {
      torch::Tensor mine = item.value();
      mine.copy_(*theirs);
      loaded.push_back(name);
    }
  }
}

template <typename Action>
void for_first_layers(const BeatModel& model, int count, Action&& action) {
  for (const auto& child : model.named_children()) {
    if (child.value()->parameters().empty()) continue;
    if (count-- <= 0) return;
    action(*child.value());
  }
}

}  // namespace

std::vector<std::string> layers_of(const BeatModel& model) {
  std::vector<std::string> names;
  for (const auto& child : model.named_children()) {
    if (!child.value()->parameters().empty()) names.push_back(child.key());
  }
  return names;
}

LoadedWeights load_what_fits(BeatModel& model, const BeatModel& from, bool new_head) {
  const torch::NoGradGuard no_grad;
  LoadedWeights weights;
  std::vector<std::string> buffers;  // running means follow their weights and are not worth a line
  copy_fitting(model.named_parameters(), from.named_parameters(), new_head, weights.loaded, weights.left);
  std::vector<std::string> ignored;
  copy_fitting(model.named_buffers(), from.named_buffers(), new_head, buffers, ignored);
  return weights;
}

void freeze_layers(BeatModel& model, int count) {
  const std::vector<std::string> names = layers_of(model);
  if (count < 0 || count >= static_cast<int>(names.size())) {
    const std::string list = joined(names);
    throw Error(ErrorKind::usage, "freeze layers",
                std::to_string(count) + " is not valid; the model has " + std::to_string(names.size()) + " layers (" +
                    list + "), and one at least must be trained");
  }
  for_first_layers(model, count, [](torch::nn::Module& layer) {
    for (torch::Tensor& parameter : layer.parameters()) parameter.set_requires_grad(false);
  });
}

void train_but_frozen(BeatModel& model, int count) {
  model.train();
  for_first_layers(model, count, [](torch::nn::Module& layer) { layer.eval(); });
}

}  // namespace beatbench
