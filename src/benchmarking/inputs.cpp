#include "benchmarking/inputs.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/recordings/hdf5/tracings.h"
#include "beatbench/runtime/engine.h"
#include "beatbench/runtime/model_file.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

bool is_record_folder(const fs::path& folder) {
  bool headers = fs::exists(folder / "RECORDS"), annotations = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    headers = headers || entry.path().extension() == ".hea";
    annotations = annotations || entry.path().extension() == ".atr";
  }
  return headers && (annotations || is_recording_folder(folder));
}

std::optional<DataForm> form_of(const fs::directory_entry& entry) {
  if (entry.is_regular_file() && lower_extension(entry.path()) == ".csv") return DataForm::windows;
  if (entry.is_regular_file() && is_tracings_file(entry.path())) return DataForm::tracings;
  if (!entry.is_directory()) return std::nullopt;
  if (is_record_folder(entry.path()))
    return is_recording_folder(entry.path()) ? DataForm::recordings : DataForm::records;
  if (is_tracings_folder(entry.path())) return DataForm::tracings;
  return is_image_folder(entry.path()) ? std::optional(DataForm::images) : std::nullopt;
}

void add_datasets_in(const fs::path& folder, std::vector<FoundDataset>& found) {
  if (!fs::is_directory(folder)) return;
  const auto add = [&](const FoundDataset& one) {
    if (std::ranges::find(found, one.name, &FoundDataset::name) == found.end()) found.push_back(one);
  };
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (fs::exists(path / "ptbxl_database.csv")) {  // a data set at each rate
      if (fs::exists(path / "records500")) add({"ptbxl", path, DataForm::recordings, "ptbxl"});
      if (fs::exists(path / "records100")) add({"ptbxl_100hz", path, DataForm::recordings, "ptbxl_100hz"});
      continue;
    }
    const std::optional<DataForm> form = form_of(entry);
    const bool are_labels = form == DataForm::windows && (fs::exists(fs::path(path).replace_extension(".hdf5")) ||
                                                          fs::exists(fs::path(path).replace_extension(".h5")));
    if (!form || are_labels) continue;
    const std::string name = entry.is_regular_file() ? path.stem().string() : path.filename().string();
    add({name, path, *form});
  }
}

}  // namespace

std::vector<FoundDataset> find_datasets(const fs::path& folder, std::span<const std::string> only) {
  std::vector<FoundDataset> found;
  if (const char* root = std::getenv("BEATBENCH_DATA")) add_datasets_in(root, found);
  add_datasets_in(folder, found);
  std::ranges::sort(found, {}, &FoundDataset::name);
  std::vector<std::string> names;
  for (const FoundDataset& one : found) names.push_back(one.name);
  for (const std::string& name : only) {
    if (std::ranges::find(found, name, &FoundDataset::name) == found.end()) {
      throw Error(ErrorKind::usage, "--dataset",
                  "there is no data set '" + name + "'; found: " + (found.empty() ? "none" : joined(names)));
    }
  }
  if (!only.empty())
    std::erase_if(found, [&](const FoundDataset& d) { return std::ranges::find(only, d.name) == only.end(); });
  return found;
}

std::vector<fs::path> find_models(const fs::path& place, bool quantized_only) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(place)) files.push_back(place);
  if (fs::is_directory(place)) {
    for (const auto& entry : fs::directory_iterator(place)) {
      if (entry.is_regular_file() && find_engine(entry.path())) files.push_back(entry.path());
    }
  }
  if (files.empty())
    throw Error(ErrorKind::usage, place.string(),
                "holds no model file; make one with: convert runs/NAME --to torchscript --out " + place.string());
  if (quantized_only) std::erase_if(files, [](const fs::path& file) { return precision_of_file(file) == "float32"; });
  if (files.empty())
    throw Error(ErrorKind::usage, place.string(),
                "holds no int8 model, and --quantized-only is True; make one with: convert runs/NAME --to int8 --out " +
                    (fs::is_directory(place) ? place.string() : "models"));
  std::ranges::sort(files);
  return files;
}

}  // namespace beatbench
