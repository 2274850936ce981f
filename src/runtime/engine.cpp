#include "beatbench/runtime/engine.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/evaluation/predictions.h"

namespace beatbench {

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
    const std::string found = joined(answer.dimensions, ", ", [](std::int64_t size) { return std::to_string(size); });
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

std::vector<float> run_rows(Engine& engine, const BeatSet& set, std::span<const std::uint32_t> rows,
                            const std::function<void(std::size_t done)>& on_batch) {
  std::vector<float> logits;
  const std::size_t batch = evaluation_batch(set);
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const std::size_t count = std::min(batch, rows.size() - first);
    const auto part = engine.run(inputs_of(set, rows.subspan(first, count)), static_cast<int>(count));
    logits.insert(logits.end(), part.begin(), part.end());
    if (on_batch) on_batch(first + count);
  }
  return logits;
}

std::vector<float> probabilities_of(Engine& engine, const BeatSet& set,
                                    const std::function<void(std::size_t done)>& on_batch) {
  std::vector<std::uint32_t> rows(set.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<float> values = run_rows(engine, set, rows, on_batch);
  const ModelDescription& description = engine.description();
  probabilities_of_logits(values, description.shape.outputs, description.preprocessing.multi_label);
  return values;
}

}  // namespace beatbench
