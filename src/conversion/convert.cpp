#include "beatbench/conversion/convert.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/models/predict.h"
#include "beatbench/runtime/engine.h"
#include "torchscript/writers.h"

namespace beatbench {
namespace {

constexpr std::array kFormats = {
    FormatSpec{"torchscript", ".pt", "LibTorch and PyTorch (torch.jit.load), float32, weights frozen into the graph",
               false, formats::write_torchscript},
    FormatSpec{"int8", "-int8.pt",
               "the same with convolutions and linear layers in 8 bits, calibrated on training windows; an LSTM stays "
               "float32",
               true, formats::write_int8},
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

void convert_checkpoint(const Checkpoint& checkpoint, const FormatSpec& format, const std::filesystem::path& file,
                        const BeatSet& calibration) {
  std::string content;
  try {
    content = format.write(checkpoint, calibration);
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
  std::vector<float> expected = predict_logits(*checkpoint.model, windows, rows);

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
    const double difference = std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i]));
    if (!std::isfinite(difference)) {
      throw Error(ErrorKind::data, file.string(),
                  "cannot be compared: the checkpoint answers " + number_text(static_cast<double>(expected[i])) +
                      " for window " + std::to_string(i / static_cast<std::size_t>(outputs) + 1) +
                      "; was its training stable?");
    }
    agreement.largest_difference = std::max(agreement.largest_difference, difference);
  }
  const Preprocessing& preprocessing = checkpoint.description.preprocessing;
  probabilities_of_logits(expected, outputs, preprocessing.multi_label);
  probabilities_of_logits(got, outputs, preprocessing.multi_label);
  const auto a = predicted_classes(expected, preprocessing), b = predicted_classes(got, preprocessing);
  std::size_t same = 0, right_before = 0, right = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t reference = reference_classes(windows.rows[i], preprocessing);
    const bool is_known = preprocessing.multi_label || reference != 0;
    same += a[i] == b[i] ? 1 : 0;
    agreement.labelled += is_known ? 1 : 0;
    right_before += is_known && a[i] == reference ? 1 : 0;
    right += is_known && b[i] == reference ? 1 : 0;
  }
  const auto share = [](std::size_t part, std::size_t of) {
    return of == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(of);
  };
  agreement.same_class = share(same, rows.size());
  agreement.accuracy_checkpoint = share(right_before, agreement.labelled);
  agreement.accuracy = share(right, agreement.labelled);
  return agreement;
}

}  // namespace beatbench
