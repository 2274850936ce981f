#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "beatbench/conversion/convert.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/models/predict.h"
#include "beatbench/runtime/engine.h"
#include "conversion/formats.h"

namespace beatbench {
namespace {

constexpr std::array kFormats = {
    FormatSpec{"torchscript", ".pt", "LibTorch and PyTorch (torch.jit.load), float32, weights frozen into the graph",
               formats::write_torchscript},
};

}  // namespace

std::span<const FormatSpec> format_registry() { return kFormats; }

const FormatSpec& find_format(std::string_view name) {
  const auto* found = std::ranges::find(kFormats, name, &FormatSpec::name);
  if (found != kFormats.end()) return *found;
  std::string valid;
  for (const FormatSpec& spec : kFormats) valid += (valid.empty() ? "" : ", ") + std::string(spec.name);
  throw Error(ErrorKind::usage, "format", "there is no format '" + std::string(name) + "'; valid: " + valid);
}

void convert_checkpoint(const Checkpoint& checkpoint, const FormatSpec& format, const std::filesystem::path& file) {
  std::string content;
  try {
    content = format.write(checkpoint);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::unsupported, file.string(),
                "the model cannot be written as " + std::string(format.name) + ": " + error_text(error));
  }
  write_file_atomically(file, content);
}

Agreement compare_with_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file,
                                  const BeatSet& windows) {
  const int outputs = checkpoint.description.shape.outputs;
  std::vector<std::uint32_t> rows(windows.size());
  std::iota(rows.begin(), rows.end(), 0U);
  const std::vector<float> expected = predict_logits(*checkpoint.model, windows, rows);

  const std::size_t batch = evaluation_batch(windows);
  const std::unique_ptr<Engine> engine = open_model(file);
  std::vector<float> got;
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const std::size_t count = std::min(batch, rows.size() - first);
    const auto part = engine->run(inputs_of(windows, std::span(rows).subspan(first, count)), static_cast<int>(count));
    got.insert(got.end(), part.begin(), part.end());
  }

  Agreement agreement;
  agreement.windows = rows.size();
  for (std::size_t i = 0; i < got.size(); ++i) {
    agreement.largest_difference =
        std::max(agreement.largest_difference, static_cast<double>(std::abs(got[i] - expected[i])));
  }
  const std::vector<int> a = predicted_labels(expected, outputs), b = predicted_labels(got, outputs);
  const auto same = std::inner_product(a.begin(), a.end(), b.begin(), std::size_t{0}, std::plus<>(), std::equal_to<>());
  agreement.same_class = rows.empty() ? 1.0 : static_cast<double>(same) / static_cast<double>(rows.size());
  return agreement;
}

}  // namespace beatbench
