#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace beatbench {

/// Something to classify.
struct ClassifyInput {
  enum class Kind { record, csv, edf, image };
  Kind kind = Kind::record;
  std::filesystem::path path;  ///< of a record: without extension
  std::string record;          ///< the name that its predictions bear: of the file, with folders where names meet
};

/// What the words of a command line stand for: records by path (with or without .hea), .csv, .edf and .bdf recordings,
/// image files, and folders of them with their folders (where there is a RECORDS file, the records are those that it
/// names; elsewhere the segments of a record are none).
/// @throws Error(usage) for a word that is none of them, for an empty folder, and for an input that is named twice.
std::vector<ClassifyInput> find_inputs(const std::vector<std::string>& words);

}  // namespace beatbench
