#include "beatbench/conversion/convert.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/evaluation/predictions.h"
#include "beatbench/runtime/torch_backend.h"
#include "core/table.h"

namespace beatbench {
namespace {

constexpr std::array kFormats = {
    FormatSpec{"torchscript", ".pt", "LibTorch and PyTorch (torch.jit.load), float32, weights frozen into the graph",
               false},
    FormatSpec{"int8", "-int8.pt",
               "the same with convolutions and linear layers in 8 bits, calibrated on training windows; an LSTM stays "
               "float32",
               true},
};

}  // namespace

std::span<const FormatSpec> format_registry() { return kFormats; }

const FormatSpec& require_format(std::string_view name) { return require_row(kFormats, name, "format", "format"); }

void convert_checkpoint(const std::filesystem::path& checkpoint, const FormatSpec& format,
                        const std::filesystem::path& file, const BeatSet& calibration) {
  std::string content;
  try {
    content = torch_backend().write(checkpoint, format.name, calibration);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::unsupported, file.string(),
                "the model cannot be written as " + std::string(format.name) + ": " + error.what());
  }
  write_file_atomically(file, content);
}

ConversionCheck check_conversion(Engine& checkpoint, Engine& converted, const BeatSet& windows) {
  const int outputs = checkpoint.description().shape.outputs;
  std::vector<std::uint32_t> rows(windows.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<float> expected = run_rows(checkpoint, windows, rows);
  std::vector<float> got = run_rows(converted, windows, rows);

  ConversionCheck check;
  check.windows = rows.size();
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i]));
    if (!std::isfinite(difference)) {
      throw Error(ErrorKind::data, "conversion",
                  "cannot be compared: the checkpoint answers " + number_text(static_cast<double>(expected[i])) +
                      " for window " + std::to_string(i / static_cast<std::size_t>(outputs) + 1) +
                      "; was its training stable?");
    }
    check.largest_difference = std::max(check.largest_difference, difference);
  }
  const Preprocessing& preprocessing = checkpoint.description().preprocessing;
  probabilities_of_logits(expected, outputs, preprocessing.multi_label);
  probabilities_of_logits(got, outputs, preprocessing.multi_label);
  const auto a = predicted_classes(expected, preprocessing), b = predicted_classes(got, preprocessing);
  std::size_t same = 0, right_before = 0, right = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t reference = reference_classes(windows.rows[i], preprocessing);
    const bool is_known = preprocessing.multi_label || reference != 0;
    same += a[i] == b[i] ? 1 : 0;
    check.labelled += is_known ? 1 : 0;
    right_before += is_known && a[i] == reference ? 1 : 0;
    right += is_known && b[i] == reference ? 1 : 0;
  }
  const auto share = [](std::size_t part, std::size_t of) {
    return of == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(of);
  };
  check.same_class = share(same, rows.size());
  check.accuracy_checkpoint = share(right_before, check.labelled);
  check.accuracy = share(right, check.labelled);
  return check;
}

}  // namespace beatbench
