#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace beatbench::cli {

/// Something to classify.
struct ClassifyInput {
  enum class Kind { record, csv, image };
  Kind kind = Kind::record;
  std::filesystem::path path;  ///< of a record: without extension
  std::string record;          ///< the name that its predictions bear
};

/// What the words of a command line stand for: records by path (with or without .hea), .csv recordings, image files,
/// and folders of them (records of a folder with a RECORDS file or headers; images one folder deeper, too).
/// @throws Error(usage) for a word that is none of them, for an empty folder, and for two inputs of one name.
std::vector<ClassifyInput> find_inputs(const std::vector<std::string>& words);

}  // namespace beatbench::cli
