#include "beatbench/core/provenance.h"

#include "beatbench/core/error.h"
#include "source_version.h"

namespace beatbench {

void to_json(nlohmann::json& json, const Provenance& p) {
  json = {{"dataset", p.dataset},       {"dataset_hash", p.dataset_hash}, {"protocol", p.protocol},
          {"split_hash", p.split_hash}, {"seed", p.seed},                 {"commit", p.commit},
          {"configuration", p.configuration}};
}

void from_json(const nlohmann::json& json, Provenance& p) {
  try {
    json.at("dataset").get_to(p.dataset);
    json.at("dataset_hash").get_to(p.dataset_hash);
    json.at("protocol").get_to(p.protocol);
    json.at("split_hash").get_to(p.split_hash);
    json.at("seed").get_to(p.seed);
    json.at("commit").get_to(p.commit);
    p.configuration = json.at("configuration");
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, "provenance", error.what());
  }
}

std::string source_commit() { return BEATBENCH_SOURCE_COMMIT; }
std::string beatbench_version() { return BEATBENCH_VERSION; }

}  // namespace beatbench
