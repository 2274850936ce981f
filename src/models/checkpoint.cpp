#include "beatbench/models/checkpoint.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "models/checkpoint_io.h"
#include "models/checksum.h"

namespace beatbench {
namespace {

constexpr int kSchemaVersion = 2;

ModelDescription description_from(torch::serialize::InputArchive& archive, const std::string& where) {
  c10::IValue text;
  if (!archive.try_read("description", text) || !text.isString()) {
    throw Error(ErrorKind::data, where, "is no checkpoint of beatbench (it has no description)");
  }
  return nlohmann::json::parse(text.toStringRef()).get<ModelDescription>();
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
  if (!d.calibration) return;
  json["calibration"] = {{"windows", d.calibration->windows},
                         {"windows_hash", d.calibration->windows_hash},
                         {"dataset_hash", d.calibration->dataset_hash},
                         {"engine", d.calibration->engine},
                         {"activation_bits", d.calibration->activation_bits}};
}

void from_json(const nlohmann::json& json, ModelDescription& d) {
  try {
    if (const int version = json.at("schema_version"); version != kSchemaVersion) {
      throw Error(ErrorKind::unsupported, "model description",
                  "has version " + std::to_string(version) + "; this build reads " + std::to_string(kSchemaVersion));
    }
    json.at("model").get_to(d.model);
    json.at("shape").at("channels").get_to(d.shape.channels);
    json.at("shape").at("length").get_to(d.shape.length);
    json.at("shape").at("outputs").get_to(d.shape.outputs);
    json.at("shape").at("height").get_to(d.shape.height);
    json.at("options").get_to(d.options);
    json.at("preprocessing").get_to(d.preprocessing);
    json.at("provenance").get_to(d.provenance);
    d.precision = json.value("precision", "float32");  // files older than int8 do not say
    if (d.precision != "float32" && d.precision != "int8") {
      throw Error(ErrorKind::unsupported, "model description",
                  "precision '" + d.precision + "' is unknown; this build runs float32 and int8");
    }
    d.calibration.reset();
    if (!json.contains("calibration")) return;
    const nlohmann::json& calibration = json.at("calibration");
    d.calibration.emplace();
    calibration.at("windows").get_to(d.calibration->windows);
    calibration.at("windows_hash").get_to(d.calibration->windows_hash);
    calibration.at("dataset_hash").get_to(d.calibration->dataset_hash);
    calibration.at("engine").get_to(d.calibration->engine);
    calibration.at("activation_bits").get_to(d.calibration->activation_bits);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, "model description", error.what());
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
  verify_checksum(file);
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
    checkpoint.model->eval();
    if (more) more(archive);
    return checkpoint;
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::data, file.string(),
                "cannot be read as a checkpoint: " + std::string(error.what_without_backtrace()));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, file.string(), "has a damaged description: " + std::string(error.what()));
  }
}

Checkpoint load_checkpoint(const std::filesystem::path& path) { return load_checkpoint(path, {}); }

}  // namespace beatbench
