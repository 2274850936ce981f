#include "cli/convert/dataset.h"

#include <cstdio>

#include "beatbench/core/class_map.h"
#include "cli/data_options.h"
#include "cli/declare_options.h"
#include "cli/run_main.h"
#include "cli/session.h"

namespace beatbench::cli {

void declare_dataset_options(CLI::App& app, DatasetRequest& a) {
  app.add_option("name", a.name, names_of(database_registry()) + ", or a folder of WFDB records")
      ->capture_default_str();
  app.add_option("--to", a.format,
                 "wfdb: records of simdb or simdb12, made anew; png: a folder of images for each class; csv: windows, "
                 "class first")
      ->check(CLI::IsMember({"wfdb", "png", "csv"}))
      ->capture_default_str();
  app.add_option("--out", a.out,
                 "folder or file to make (default: datasets/NAME, datasets/NAME-png, datasets/NAME-PART.csv)");
  app.add_option("--seed", a.seed, "of the simulation, or of the split")
      ->capture_default_str()
      ->check(numbers(at_least(0)));
  app.add_option("--records", a.records, "number of simulated patients (default: simdb 48, simdb12 600)")
      ->check(numbers(from_to(1, 9999)))
      ->group("Simulation");
  app.add_option("--duration", a.duration_s,
                 "of each simulated record in seconds (default: simdb 1805.556, simdb12 10)")
      ->check(numbers(from_to(10.0, 86400.0)))
      ->group("Simulation");
  app.add_option("--classes", a.preprocessing.class_map, names_of(class_maps()))->capture_default_str()->group("Beats");
  app.add_option("--part", a.part, "all (default for png), training, validation, test (default for csv)")
      ->check(CLI::IsMember({"all", "training", "validation", "test"}))
      ->group("Beats");
  std::vector<std::string> protocols;
  for (const ProtocolSpec& spec : protocol_registry()) protocols.emplace_back(spec.name);
  app.add_option("--protocol", a.protocol, names_of(protocol_registry()))
      ->check(CLI::IsMember(protocols))
      ->capture_default_str()
      ->group("Beats");
  declare_split(app, a.split, "Beats");
  app.add_flag("--strict", a.strict, "a wrong checksum is an error, not a warning")->group("Beats");
  app.add_option("--threads", a.threads, "0: one for each processor")
      ->capture_default_str()
      ->check(numbers(from_to(0, 1024)));
  declare_preprocessing(app, a.preprocessing);
}

int convert_dataset(const DatasetRequest& request, Console& console) {
  catch_interrupts();
  const WrittenDataset written = write_dataset(request, console.listener());
  console.clear();
  std::printf("%s  %s\n", written.out.c_str(), written.text.c_str());
  return kSuccess;
}

}  // namespace beatbench::cli
