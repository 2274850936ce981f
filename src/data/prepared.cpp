#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "data/databases/databases.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

constexpr int kPreparedVersion = 1;
constexpr const char* kFolderDescription = "beatbench.json";

void read_prepared(const fs::path& file, Database& database) {
  const nlohmann::json json = nlohmann::json::parse(read_text_file(file), nullptr, /*allow_exceptions=*/false);
  const bool is_ours = file.filename() == kFolderDescription || json.is_discarded() || json.contains("split_hash");
  if (!is_ours) return;  // a JSON file that happens to have the CSV's name
  try {
    if (const int version = json.at("schema_version"); version != kPreparedVersion) {
      throw Error(ErrorKind::unsupported, file.string(),
                  "has version " + std::to_string(version) + "; this build reads " + std::to_string(kPreparedVersion));
    }
    PreparedData prepared;
    json.at("dataset").get_to(prepared.dataset);
    json.at("dataset_hash").get_to(prepared.dataset_hash);
    json.at("protocol").get_to(prepared.protocol);
    json.at("part").get_to(prepared.part);
    json.at("split_hash").get_to(prepared.split_hash);
    json.at("preprocessing").get_to(prepared.preprocessing);
    for (const auto& of : json.value("windows_of", nlohmann::json::array())) {
      prepared.windows_of.push_back({of.at("record"), of.at("samples")});
    }
    json.at("subjects").get_to(database.subjects);
    for (const DatabaseSpec& known : database_registry()) {
      if (known.name == prepared.dataset) database.subjects_of = known.subjects_of;
    }
    json.at("training_records").get_to(database.training_records);
    json.at("test_records").get_to(database.test_records);
    json.at("never_validation").get_to(database.keep_in_training);
    json.at("concentrated_records").get_to(database.dominating_records);
    json.at("division_note").get_to(database.division_note);
    database.prepared = prepared;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, file.string(),
                "does not say how the beats were prepared: " + std::string(error.what()));
  }
}

}  // namespace

Preprocessing preprocessing_for(const Database& database, const Preprocessing& asked) {
  if (!database.prepared) {
    Preprocessing p = asked;
    if (p.leads == Preprocessing{}.leads) p.leads.insert(p.leads.end(), database.leads.begin(), database.leads.end());
    return p;
  }
  Preprocessing p = database.prepared->preprocessing;
  p.image_size = asked.image_size;
  p.class_map = asked.class_map;
  p.class_names = asked.class_names;
  p.multi_label = asked.multi_label;
  p.input = asked.input;
  return p;
}

std::string prepared_data_json(const PreparedData& prepared, const Database& source) {
  nlohmann::ordered_json json{{"schema_version", kPreparedVersion},
                              {"dataset", prepared.dataset},
                              {"dataset_hash", prepared.dataset_hash},
                              {"part", prepared.part},
                              {"protocol", prepared.protocol},
                              {"split_hash", prepared.split_hash},
                              {"preprocessing", nlohmann::json(prepared.preprocessing)},
                              {"subjects", source.subjects},
                              {"training_records", source.training_records},
                              {"test_records", source.test_records},
                              {"never_validation", source.keep_in_training},
                              {"concentrated_records", source.dominating_records},
                              {"division_note", source.division_note}};
  for (const RecordWindows& of : prepared.windows_of) {
    json["windows_of"].push_back({{"record", of.record}, {"samples", of.samples}});
  }
  return json.dump(prepared.windows_of.empty() ? 2 : -1) + "\n";
}

namespace databases {

Database describe_prepared(const fs::path& path, DataForm form) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  const fs::path last = whole.has_filename() ? whole : whole.parent_path();
  Database database;
  database.name = (form == DataForm::windows ? last.stem() : last.filename()).string();
  database.folder = path;
  database.form = form;
  fs::path description = path / kFolderDescription;
  if (form == DataForm::windows) (description = path).replace_extension(".json");
  std::error_code ignored;
  if (fs::exists(description, ignored)) read_prepared(description, database);
  if (!database.prepared) {
    database.division_note =
        "what the beats were prepared from is not known; a record's name is taken to be its patient";
  }
  return database;
}

}  // namespace databases
}  // namespace beatbench
