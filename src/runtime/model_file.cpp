#include "beatbench/runtime/model_file.h"

#include <nlohmann/json.hpp>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/formats/torch_archive/check.h"
#include "beatbench/signal/features.h"
#include "core/json_fields.h"

namespace beatbench {
namespace {

constexpr std::size_t kMostClasses = 64;  // a bit each in sets of classes

// TorchScript files and checkpoints are both archives of LibTorch; only the former carry the description as an entry.
const std::string kDescriptionRecord = "extra/" + std::string(kDescriptionEntry);

void check_fit(const ModelDescription& d) {
  const auto refuse = [](const std::string& field, const std::string& what) {
    throw Error(ErrorKind::data, "model description", field + " " + what);
  };
  const std::vector<std::string>& names = d.preprocessing.class_names;
  if (names.empty() || names.size() > kMostClasses) {
    refuse("class_names", "are " + std::to_string(names.size()) + "; allowed: 1 to " + std::to_string(kMostClasses));
  }
  const std::set<std::string> different(names.begin(), names.end());
  if (different.size() < names.size() || different.contains("")) refuse("class_names", "are empty or there twice");
  if (static_cast<std::size_t>(d.shape.outputs) != names.size()) {
    refuse("class_names", "are " + std::to_string(names.size()) + ", but the model has " +
                              std::to_string(d.shape.outputs) + " outputs");
  }
  validate(d.preprocessing);
  if (const ModelShape wanted = shape_of(d.preprocessing); d.shape != wanted) {
    const auto text = [](const ModelShape& shape) {
      return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " +
             std::to_string(shape.length);
    };
    refuse("shape", text(d.shape) + " (channels, height, length) is not that of the preprocessing, " + text(wanted));
  }
  check_shape(require_model(d.model), d.shape, resolve_options(require_model(d.model), d.options));
}

}  // namespace

ModelDescription parse_description(std::string_view text, const std::string& where) {
  const nlohmann::json json = parse_json(text, where);
  try {
    const auto description = json.get<ModelDescription>();
    check_fit(description);
    return description;
  } catch (const Error& error) {
    const ErrorKind kind = error.kind() == ErrorKind::usage ? ErrorKind::data : error.kind();
    throw Error(kind, where, error.what());
  }
}

std::optional<std::string> description_text(const std::filesystem::path& file) {
  return archive_entry(file, kDescriptionRecord);
}

bool is_torchscript(const std::filesystem::path& file) { return description_text(file).has_value(); }

bool is_checkpoint(const std::filesystem::path& file) {
  return file.extension() == ".pt" && !is_torchscript(file) && std::filesystem::is_regular_file(file);
}

std::string precision_of_file(const std::filesystem::path& file) {
  try {
    const auto text = description_text(file);
    std::string precision = "float32";
    if (text) get_field(parse_json(*text, file.string()), "precision", file.string(), precision);
    return precision;
  } catch (const Error&) {  // a damaged description, or an older one
    return "float32";
  }
}

std::filesystem::path checkpoint_path(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / "checkpoints" / "best.pt" : path;
}

}  // namespace beatbench
