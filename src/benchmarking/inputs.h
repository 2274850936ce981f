#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "beatbench/data/database.h"

namespace beatbench {

/// A data set that `benchmark` found: a folder of WFDB records, a folder of images or a label-first CSV.
struct FoundDataset {
  std::string name;
  std::filesystem::path path;
  DataForm form = DataForm::records;
  std::string known = {};  ///< the known database that it is, where its folder's name does not say it
};

/// The data sets in `folder` and in $BEATBENCH_DATA, one of each name, sorted by name; only those of `only`, if any
/// are named. A folder counts if it has a RECORDS file or headers, and annotation files, or if it holds folders of
/// images.
/// @throws Error(usage) if a name of `only` is not found, listing what is.
std::vector<FoundDataset> find_datasets(const std::filesystem::path& folder, std::span<const std::string> only);

/// The model files in a folder (or the one file), sorted; `quantized_only`: only those in int8.
/// @throws Error(usage) if there is none.
std::vector<std::filesystem::path> find_models(const std::filesystem::path& place, bool quantized_only);

}  // namespace beatbench
