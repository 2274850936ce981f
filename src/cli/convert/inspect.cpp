#include "cli/convert/inspect.h"

#include <cstdio>

#include "beatbench/conversion/inspect.h"
#include "beatbench/core/text.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/table.h"
#include "beatbench/runtime/model_file.h"
#include "cli/run_main.h"
#include "cli/session.h"

namespace beatbench::cli {
namespace {

void print_inspection(const Inspection& found) {
  const ModelDescription& model = found.description;
  const Preprocessing& preprocessing = model.preprocessing;
  std::printf("%s: %s, %s, %.1f KB\n\n", found.file.c_str(), model.model.c_str(), model.precision.c_str(),
              static_cast<double>(found.size_bytes) / 1e3);
  if (!found.note.empty()) std::printf("layers are not known: %s\n\n", found.note.c_str());
  Table layers({{"layer", Align::left}, {"operator", Align::left}, {"output", Align::left}, {"parameters"}, {"MACs"}});
  layers.add_row({"input", "", graph::shape_text(found.input), "", ""});
  for (const LayerInspection& layer : found.layers) {
    layers.add_row({layer.name, layer.op, graph::shape_text(layer.output), std::to_string(layer.parameters),
                    std::to_string(layer.multiplications)});
  }
  layers.add_row({"all", "", "", std::to_string(found.parameters), std::to_string(found.multiplications)});
  if (found.note.empty()) std::printf("%s\n", layers.text().c_str());
  std::printf("classes: %s\n", joined(preprocessing.class_names).c_str());
  std::printf("input: %s at %s Hz, leads %s, scaling %s%s%s\n", preprocessing.input.c_str(),
              number_text(preprocessing.sampling_rate_hz).c_str(), joined(preprocessing.leads).c_str(),
              preprocessing.scaling.c_str(), preprocessing.features.empty() ? "" : ", features ",
              joined(preprocessing.features).c_str());
}

}  // namespace

void declare_inspect_options(CLI::App& app, InspectArguments& arguments) {
  app.add_option("file", arguments.file, "run folder (its best checkpoint), checkpoint or TorchScript file")
      ->required();
  app.add_flag("--json", arguments.json, "print all that is known as JSON, preprocessing and provenance with it");
}

int inspect_command(const InspectArguments& arguments, Console& console) {
  start_libtorch(1, "cpu", console.listener());
  const Inspection found = inspect_model(checkpoint_path(arguments.file));
  console.clear();
  if (arguments.json)
    std::printf("%s", report_text(inspection_json(found)).c_str());
  else
    print_inspection(found);
  return kSuccess;
}

}  // namespace beatbench::cli
