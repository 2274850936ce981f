#include "beatbench/models/checkpoint.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/formats/torch_archive/check.h"
#include "core/json_fields.h"
#include "formats/torch_archive/checksum.h"
#include "models/checkpoint_io.h"

namespace beatbench {
namespace {

constexpr int kSchemaVersion = 2;
constexpr std::size_t kMostClasses = 64;  // a bit each in sets of classes

ModelDescription description_from(torch::serialize::InputArchive& archive, const std::string& where) {
  c10::IValue text;
  if (!archive.try_read("description", text) || !text.isString()) {
    throw Error(ErrorKind::data, where, "is no checkpoint of beatbench (it has no description)");
  }
  return parse_description(text.toStringRef(), where);
}

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
  resolve_options(find_model(d.model), d.options);
}

// LibTorch's writer calls back from C code, which no exception may cross, and ends the program when a part is refused:
// after a failure it goes on, but nothing more is written.
void save_in_parts(torch::serialize::OutputArchive& archive, const std::function<void(std::string_view)>& put) {
  std::exception_ptr failure;
  archive.save_to([&](const void* data, std::size_t size) {
    try {
      if (!failure) put({static_cast<const char*>(data), size});
    } catch (...) {
      failure = std::current_exception();
    }
    return size;
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void to_json(nlohmann::json& json, const ModelDescription& d) {
  json = {{"schema_version", kSchemaVersion},
          {"model", d.model},
          {"shape",
           {{"channels", d.shape.channels},
            {"length", d.shape.length},
            {"outputs", d.shape.outputs},
            {"height", d.shape.height}}},
          {"options", d.options},
          {"preprocessing", d.preprocessing},
          {"provenance", d.provenance},
          {"precision", d.precision}};
  if (d.parameters) json["parameters"] = *d.parameters;
  if (!d.calibration) return;
  json["calibration"] = {{"windows", d.calibration->windows},
                         {"windows_hash", d.calibration->windows_hash},
                         {"dataset_hash", d.calibration->dataset_hash},
                         {"engine", d.calibration->engine},
                         {"activation_bits", d.calibration->activation_bits}};
}

void from_json(const nlohmann::json& json, ModelDescription& d) {
  const std::string where = "model description";
  int version = 0;
  get_field(json, "schema_version", where, version);
  if (version != kSchemaVersion) {
    throw Error(ErrorKind::unsupported, where,
                "has version " + std::to_string(version) + "; this build reads " + std::to_string(kSchemaVersion));
  }
  get_field(json, "model", where, d.model);
  nlohmann::json shape;
  get_field(json, "shape", where, shape);
  get_field(shape, "channels", where, d.shape.channels);
  get_field(shape, "length", where, d.shape.length);
  get_field(shape, "outputs", where, d.shape.outputs);
  get_field(shape, "height", where, d.shape.height);
  get_field(json, "options", where, d.options);
  get_field(json, "preprocessing", where, d.preprocessing);
  get_field(json, "provenance", where, d.provenance);
  d.parameters.reset();
  if (json.contains("parameters")) get_field(json, "parameters", where, d.parameters.emplace());
  d.precision = "float32";  // files older than int8 do not say
  if (json.contains("precision")) get_field(json, "precision", where, d.precision);
  if (d.precision != "float32" && d.precision != "int8") {
    throw Error(ErrorKind::unsupported, where,
                "precision '" + d.precision + "' is unknown; this build runs float32 and int8");
  }
  d.calibration.reset();
  if (!json.contains("calibration")) return;
  const nlohmann::json& calibration = json.at("calibration");
  d.calibration.emplace();
  get_field(calibration, "windows", where, d.calibration->windows);
  get_field(calibration, "windows_hash", where, d.calibration->windows_hash);
  get_field(calibration, "dataset_hash", where, d.calibration->dataset_hash);
  get_field(calibration, "engine", where, d.calibration->engine);
  get_field(calibration, "activation_bits", where, d.calibration->activation_bits);
}

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

std::filesystem::path checkpoint_path(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / "checkpoints" / "best.pt" : path;
}

void save_checkpoint(const std::filesystem::path& path, const ModelDescription& description, const BeatModel& model,
                     const std::function<void(torch::serialize::OutputArchive&)>& more) {
  torch::serialize::OutputArchive archive;
  archive.write("description", c10::IValue(nlohmann::json(description).dump()));
  torch::serialize::OutputArchive weights(archive.compilation_unit());
  model.save(weights);
  archive.write("weights", weights);
  if (more) more(archive);
  write_file_atomically(path, [&](const auto& put) {
    ChecksummedArchive file(put);
    save_in_parts(archive, [&](std::string_view part) { file.write(part); });
    file.finish();
  });
}

Checkpoint load_checkpoint(const std::filesystem::path& path,
                           const std::function<void(torch::serialize::InputArchive&)>& more) {
  const std::filesystem::path file = checkpoint_path(path);
  check_archive(file, Trust::by_looking);
  std::ifstream bytes(file, std::ios::binary);
  if (!bytes) throw Error(ErrorKind::io, file.string(), std::string("cannot open: ") + std::strerror(errno));
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(bytes, torch::Device(torch::kCPU));
    Checkpoint checkpoint;
    checkpoint.description = description_from(archive, file.string());
    const ModelDescription& description = checkpoint.description;
    checkpoint.model = make_model(description.model, description.shape, description.options);
    torch::serialize::InputArchive weights;
    archive.read("weights", weights);
    checkpoint.model->load(weights);
    lay_channels_last(*checkpoint.model);
    checkpoint.description.parameters = parameter_count(*checkpoint.model);
    checkpoint.model->eval();
    if (more) more(archive);
    return checkpoint;
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::data, file.string(),
                "cannot be read as a checkpoint: " + std::string(error.what_without_backtrace()));
  }
}

Checkpoint load_checkpoint(const std::filesystem::path& path) { return load_checkpoint(path, {}); }

}  // namespace beatbench
