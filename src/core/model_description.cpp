#include "beatbench/core/model_description.h"

#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "core/json_fields.h"

namespace beatbench {
namespace {

constexpr int kSchemaVersion = 2;

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

}  // namespace beatbench
