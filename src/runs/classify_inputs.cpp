#include "runs/classify_inputs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/data/database.h"
#include "beatbench/images/image_file.h"
#include "beatbench/recordings/wfdb/record_io.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;
using Kind = ClassifyInput::Kind;

ClassifyInput input_of(const fs::path& path, Kind kind) {
  return {kind, path, kind == Kind::record ? path.filename().string() : path.stem().string()};
}

bool is_edf(const fs::path& path) { return lower_extension(path) == ".edf" || lower_extension(path) == ".bdf"; }

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::ranges::sort(entries);
  return entries;
}

bool is_header(const fs::path& path) { return path.extension() == ".hea" && !fs::is_directory(path); }

void add_files(const fs::path& folder, bool records, std::vector<ClassifyInput>& inputs) {
  const std::vector<fs::path> entries = entries_of(folder);
  const bool has_list = fs::is_regular_file(folder / "RECORDS");
  std::set<std::string> names;  // without those of segments
  if (records && has_list) {
    for (const std::string& name : read_record_list(folder)) inputs.push_back(input_of(folder / name, Kind::record));
    records = false;  // whatever lies deeper
  } else if (records && std::ranges::any_of(entries, is_header)) {
    for (std::string& name : read_record_list(folder)) names.insert(std::move(name));
  }
  for (const fs::path& path : entries) {
    const std::string extension = lower_extension(path);
    if (fs::is_directory(path)) {
      if (!path.filename().string().starts_with('.')) add_files(path, records, inputs);
    } else if (records && is_header(path)) {
      if (names.contains(path.stem().string()))
        inputs.push_back(input_of(fs::path(path).replace_extension(), Kind::record));
    } else if (extension == ".csv") {
      inputs.push_back(input_of(path, Kind::csv));
    } else if (is_edf(path)) {
      inputs.push_back(input_of(path, Kind::edf));
    } else if (is_image_file(path)) {
      inputs.push_back(input_of(path, Kind::image));
    }
  }
}

void add_folder(const fs::path& folder, std::vector<ClassifyInput>& inputs) {
  const std::size_t before = inputs.size();
  add_files(folder, true, inputs);
  if (inputs.size() == before) {
    throw Error(ErrorKind::usage, folder.string(), "holds no record (.hea), no .csv, .edf or .bdf and no image");
  }
}

// "mitdb/100" where a database is kept.
std::optional<fs::path> below_known_folders(const std::string& word) {
  try {
    return find_record(word);
  } catch (const Error&) {
    return std::nullopt;
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
  } else if (lower_extension(path) == ".csv" || lower_extension(path) == ".txt") {
    inputs.push_back(input_of(path, Kind::csv));
  } else if (is_edf(path)) {
    inputs.push_back(input_of(path, Kind::edf));
  } else if (is_image_file(path)) {
    inputs.push_back(input_of(path, Kind::image));
  } else if (const auto record = below_known_folders(word)) {
    inputs.push_back(input_of(*record, Kind::record));
  } else {
    throw Error(ErrorKind::usage, word,
                "is neither a WFDB record (there is no " + word +
                    ".hea, nor below $BEATBENCH_DATA and datasets/) nor a .csv, .txt, .edf or .bdf recording, an "
                    "image or a folder of these");
  }
}

// The folders that all paths have in common.
fs::path common_folder(const std::vector<ClassifyInput*>& inputs) {
  fs::path common = inputs.front()->path.parent_path();
  for (const ClassifyInput* input : inputs) {
    fs::path shared;
    const fs::path other = input->path.parent_path();
    for (auto a = common.begin(), b = other.begin(); a != common.end() && b != other.end() && *a == *b; ++a, ++b) {
      shared /= *a;
    }
    common = shared;
  }
  return common;
}

// Inputs of one name are told apart by their folders, or by their extension where those are equal, too.
void tell_apart(std::vector<ClassifyInput*> inputs) {
  std::vector<ClassifyInput> whole;
  for (const ClassifyInput* input : inputs) {
    whole.push_back({input->kind, fs::absolute(input->path).lexically_normal(), ""});
  }
  std::vector<ClassifyInput*> places;
  for (ClassifyInput& place : whole) places.push_back(&place);
  const fs::path common = common_folder(places);
  std::map<fs::path, int> names;
  const auto name_of = [&](const ClassifyInput& place) {
    const fs::path name = place.path.lexically_relative(common);
    return place.kind == Kind::record ? name : fs::path(name).replace_extension();
  };
  for (const ClassifyInput& place : whole) ++names[name_of(place)];
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const fs::path name = name_of(whole[i]);
    inputs[i]->record = (names[name] == 1 ? name : whole[i].path.lexically_relative(common)).generic_string();
  }
}

}  // namespace

std::vector<ClassifyInput> find_inputs(const std::vector<std::string>& words) {
  std::vector<ClassifyInput> inputs;
  for (const std::string& word : words) add_word(word, inputs);
  std::map<std::string, std::vector<ClassifyInput*>> by_name;
  for (ClassifyInput& input : inputs) by_name[input.record].push_back(&input);
  for (const auto& [name, group] : by_name) {
    if (group.size() > 1) tell_apart(group);
  }
  std::set<std::string> names;
  for (const ClassifyInput& input : inputs) {
    if (names.insert(input.record).second) continue;
    throw Error(ErrorKind::usage, input.path.string(), "is named twice; its predictions could not be told apart");
  }
  return inputs;
}

}  // namespace beatbench
