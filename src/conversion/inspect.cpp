#include "beatbench/conversion/inspect.h"

#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/graph/graph.h"
#include "beatbench/runtime/engine.h"
#include "beatbench/runtime/torch_backend.h"

namespace beatbench {

Inspection inspect_model(const std::filesystem::path& file) {
  Inspection found;
  found.file = file;
  found.description = open_model(file)->description();
  found.size_bytes = std::filesystem::file_size(file);
  graph::Graph lowered;
  try {
    lowered = torch_backend().lower(file);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) throw;
    found.note = error.what();
    return found;
  }
  found.input = lowered.values[lowered.input].shape;
  for (const graph::Node& node : lowered.nodes) {
    LayerInspection layer{node.name, std::string(graph::name_of(node.op)), lowered.values[node.output].shape};
    for (const std::size_t input : node.inputs) {
      const graph::Value& value = lowered.values[input];
      if (value.constant) layer.parameters += graph::element_count(value.shape);
    }
    layer.multiplications = graph::multiplications(lowered, node);
    found.multiplications += layer.multiplications;
    found.layers.push_back(std::move(layer));
  }
  found.parameters = graph::parameter_count(lowered);
  return found;
}

nlohmann::ordered_json inspection_json(const Inspection& inspection) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const LayerInspection& layer : inspection.layers) {
    layers.push_back({{"name", layer.name},
                      {"operator", layer.op},
                      {"output", layer.output},
                      {"parameters", layer.parameters},
                      {"multiplications", layer.multiplications}});
  }
  nlohmann::ordered_json json = {{"file", inspection.file.string()}, {"size_bytes", inspection.size_bytes}};
  if (inspection.note.empty()) {
    json["input"] = inspection.input;
    json["layers"] = std::move(layers);
    json["parameters"] = inspection.parameters;
    json["multiplications"] = inspection.multiplications;
  } else {
    json["note"] = inspection.note;
  }
  json["description"] = nlohmann::json(inspection.description);
  return json;
}

}  // namespace beatbench
