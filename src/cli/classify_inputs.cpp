#include "cli/classify_inputs.h"

#include <algorithm>
#include <map>

#include "beatbench/core/error.h"
#include "beatbench/signal/image_file.h"
#include "beatbench/wfdb/record_io.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;
using Kind = ClassifyInput::Kind;

ClassifyInput input_of(const fs::path& path, Kind kind) {
  return {kind, path, kind == Kind::record ? path.filename().string() : path.stem().string()};
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::ranges::sort(entries);
  return entries;
}

void add_images(const fs::path& folder, std::vector<ClassifyInput>& inputs) {
  for (const fs::path& path : entries_of(folder)) {
    if (fs::is_regular_file(path) && is_image_file(path)) inputs.push_back(input_of(path, Kind::image));
  }
}

void add_folder(const fs::path& folder, std::vector<ClassifyInput>& inputs) {
  const std::size_t before = inputs.size();
  const std::vector<fs::path> entries = entries_of(folder);
  const bool has_records = std::ranges::any_of(
      entries, [](const fs::path& path) { return path.extension() == ".hea" || path.filename() == "RECORDS"; });
  if (has_records) {
    for (const std::string& name : read_record_list(folder)) inputs.push_back(input_of(folder / name, Kind::record));
  }
  for (const fs::path& path : entries) {
    if (path.extension() == ".csv" && fs::is_regular_file(path)) inputs.push_back(input_of(path, Kind::csv));
    if (fs::is_directory(path) && !has_records) add_images(path, inputs);
  }
  add_images(folder, inputs);
  if (inputs.size() == before) {
    throw Error(ErrorKind::usage, folder.string(), "holds no record (.hea), no .csv and no image");
  }
}

void add_word(const std::string& word, std::vector<ClassifyInput>& inputs) {
  const fs::path path = word;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return add_folder(path, inputs);
  if (path.extension() == ".hea") {
    inputs.push_back(input_of(fs::path(path).replace_extension(), Kind::record));
  } else if (fs::exists(word + ".hea", ignored)) {
    inputs.push_back(input_of(path, Kind::record));
  } else if (path.extension() == ".csv" || path.extension() == ".txt") {
    inputs.push_back(input_of(path, Kind::csv));
  } else if (is_image_file(path)) {
    inputs.push_back(input_of(path, Kind::image));
  } else {
    throw Error(ErrorKind::usage, word,
                "is neither a WFDB record (there is no " + word +
                    ".hea) nor a .csv or .txt recording, an image or a folder of these");
  }
}

}  // namespace

std::vector<ClassifyInput> find_inputs(const std::vector<std::string>& words) {
  std::vector<ClassifyInput> inputs;
  for (const std::string& word : words) add_word(word, inputs);
  std::map<std::string, const ClassifyInput*> by_name;
  for (const ClassifyInput& input : inputs) {
    const auto [place, is_new] = by_name.emplace(input.record, &input);
    if (is_new) continue;
    throw Error(ErrorKind::usage, input.path.string(),
                "has the same name as " + place->second->path.string() + "; their predictions could not be told apart");
  }
  return inputs;
}

}  // namespace beatbench::cli
