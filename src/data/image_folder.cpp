#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "beatbench/images/image_file.h"
#include "data/load.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

struct ImageFile {
  fs::path path;
  std::string record;       // "" where the name does not say
  std::int64_t sample = 0;  // of the beat, or the file's number
  int label = 0;
};

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::ranges::sort(entries);
  return entries;
}

// Folders that hold images, by name; hidden ones are somebody else's.
std::vector<fs::path> class_folders(const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const fs::path& path : sorted_entries(folder)) {
    if (!fs::is_directory(path) || path.filename().string().starts_with('.')) continue;
    if (std::ranges::any_of(sorted_entries(path), is_image_file)) folders.push_back(path);
  }
  return folders;
}

// A record "a/100" of a database in folders is no file name.
std::string name_of_record(std::string id) {
  for (std::size_t at = 0; (at = id.find('/', at)) != std::string::npos;) id.replace(at, 1, "%2F");
  return id;
}

std::string record_of_name(std::string name) {
  for (std::size_t at = 0; (at = name.find("%2F", at)) != std::string::npos;) name.replace(at, 3, "/");
  return name;
}

// RECORD_SAMPLE.png
std::optional<std::pair<std::string, std::int64_t>> place_in_name(const fs::path& path) {
  const std::string stem = path.stem().string();
  const std::size_t line = stem.rfind('_');
  if (line == std::string::npos || line == 0) return std::nullopt;
  std::int64_t sample = 0;
  const char* const end = stem.data() + stem.size();
  const auto [last, failed] = std::from_chars(stem.data() + line + 1, end, sample);
  if (failed != std::errc() || last != end || sample < 0) return std::nullopt;
  return std::pair(record_of_name(stem.substr(0, line)), sample);
}

// "N_1.png", "V_1.png": what seems to be a record is the class.
bool records_are_classes(const std::vector<ImageFile>& files) {
  std::map<std::string, int> label_of;
  std::set<int> labels;
  for (const ImageFile& file : files) {
    labels.insert(file.label);
    if (label_of.emplace(file.record, file.label).first->second != file.label) return false;
  }
  return labels.size() > 1 && label_of.size() == labels.size();
}

int label_of_folder(const fs::path& folder, const std::vector<std::string>& class_names, const std::string& class_map) {
  const auto found = std::ranges::find(class_names, folder.filename().string());
  if (found != class_names.end()) return static_cast<int>(found - class_names.begin());
  const std::string valid = joined(class_names);
  throw Error(ErrorKind::unsupported, folder.string(),
              "its name is no class of " + class_map + " (" + valid + "); --classes own takes the folders' names");
}

std::vector<ImageFile> list_images(const fs::path& folder, const std::vector<std::string>& class_names,
                                   const std::string& class_map) {
  std::vector<ImageFile> files;
  bool all_placed = true;
  for (const fs::path& class_folder : class_folders(folder)) {
    const int label = label_of_folder(class_folder, class_names, class_map);
    for (const fs::path& path : sorted_entries(class_folder)) {
      if (!is_image_file(path)) continue;
      const auto place = place_in_name(path);
      all_placed = all_placed && place;
      files.push_back({path, place ? place->first : "", place ? place->second : 0, label});
    }
  }
  if (files.empty()) throw Error(ErrorKind::data, folder.string(), "holds no image in a folder of a class");
  if (!all_placed || records_are_classes(files)) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      files[i].record.clear();
      files[i].sample = static_cast<std::int64_t>(i);
    }
  }
  // In the order of the records, as a load of the recordings themselves has them.
  std::ranges::stable_sort(files, {}, [](const ImageFile& file) { return std::tie(file.record, file.sample); });
  return files;
}

std::vector<std::string> own_classes(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& path : class_folders(folder)) names.push_back(path.filename().string());
  return names;
}

BeatSet rows_of(const std::vector<ImageFile>& files, const Database& database) {
  BeatSet set;
  for (const ImageFile& file : files) {
    const std::string& id = file.record.empty() ? database.name : file.record;
    if (set.records.empty() || set.records.back().id != id) set.records.push_back({id, database.subject_of(id)});
    set.rows.push_back(
        {static_cast<std::uint32_t>(set.records.size() - 1), file.sample, 0, static_cast<std::int16_t>(file.label)});
  }
  return set;
}

// The index of each file that is asked for.
std::vector<std::size_t> chosen_files(const BeatSet& all, const LoadOptions& options) {
  std::vector<std::size_t> chosen;
  std::map<std::tuple<std::uint32_t, std::int64_t, std::int16_t>, std::size_t> index;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!options.only_beats)
      chosen.push_back(i);
    else
      index[{all.rows[i].record, all.rows[i].sample, all.rows[i].label}] = i;
  }
  if (options.only_beats) {
    for (const BeatRow& row : *options.only_beats) chosen.push_back(index.at({row.record, row.sample, row.label}));
  }
  return chosen;
}

}  // namespace

bool is_image_folder(const fs::path& folder) {
  bool images = false;
  for (const fs::path& path : sorted_entries(folder)) {
    if (path.extension() == ".hea" || path.filename() == "RECORDS") return false;
    if (images || !fs::is_directory(path)) continue;
    images = std::ranges::any_of(fs::directory_iterator(path),
                                 [](const auto& entry) { return is_image_file(entry.path()); });
  }
  return images;
}

Dataset load_images(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  if (!preprocessing.features.empty()) {
    throw Error(ErrorKind::unsupported, database.folder.string(),
                "holds images, which say nothing of the beats around; --features needs records");
  }
  if (preprocessing.input != "image") {
    throw Error(ErrorKind::unsupported, database.folder.string(),
                "holds images, but " + preprocessing.input + "s are asked for");
  }
  Dataset dataset;
  dataset.name = database.name;
  dataset.class_names = preprocessing.class_names;
  if (dataset.class_names.empty()) dataset.class_names = own_classes(database.folder);
  const std::vector<ImageFile> files = list_images(database.folder, dataset.class_names, preprocessing.class_map);
  const BeatSet all = rows_of(files, database);
  const std::vector<std::size_t> chosen = chosen_files(all, options);

  dataset.windows.shape.image_size = preprocessing.image_size;
  dataset.windows.records = all.records;
  const std::size_t each = dataset.windows.shape.stored_size();
  if (!options.only_labels) dataset.windows.pixels.resize(chosen.size() * each);
  std::vector<std::string> hashes(files.size());
  std::vector<bool> is_chosen(files.size(), false);
  std::vector<std::size_t> position(files.size(), 0);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    dataset.windows.rows.push_back(all.rows[chosen[i]]);
    is_chosen[chosen[i]] = true;
    position[chosen[i]] = i;
  }
  std::atomic<std::size_t> inverted = 0;
  // Every file is read, so that the hash is that of the data whatever is chosen of it.
  for_each_index(files.size(), options.threads, [&](std::size_t i) {
    const std::string content = read_text_file(files[i].path);
    hashes[i] = content_hash(content);
    if (options.only_labels || !is_chosen[i]) return;
    auto pixels = decode_image(content, preprocessing.image_size, files[i].path.string());
    inverted += make_dark_on_light(pixels) ? 1 : 0;
    std::ranges::copy(pixels, dataset.windows.pixels.begin() + static_cast<std::ptrdiff_t>(position[i] * each));
  });
  if (inverted > 0 && options.on_warning) {
    options.on_warning(database.folder.string() + ": " + std::to_string(inverted) + " of " +
                       std::to_string(chosen.size()) +
                       " images are drawn light on a dark ground; their negatives are taken");
  }
  std::string text;
  for (std::size_t i = 0; i < files.size(); ++i) {
    text += dataset.class_names[static_cast<std::size_t>(files[i].label)] + "/" + files[i].path.filename().string() +
            " " + hashes[i] + "\n";
  }
  dataset.hash = content_hash(text);
  if (options.on_progress) options.on_progress(files.size(), files.size());
  return dataset;
}

void write_images(const fs::path& folder, const BeatSet& images, std::span<const std::string> class_names,
                  int threads) {
  for (const std::string& name : class_names) fs::create_directories(folder / name);
  for_each_index(images.size(), threads, [&](std::size_t i) {
    const BeatRow& row = images.rows[i];
    const std::string name = name_of_record(images.records[row.record].id) + "_" + std::to_string(row.sample) + ".png";
    write_file(folder / class_names[static_cast<std::size_t>(row.label)] / name,
               encode_png(images.image(i), images.shape.image_size));
  });
}

}  // namespace beatbench
