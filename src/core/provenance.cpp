#include "beatbench/core/provenance.h"

#include "core/json_fields.h"
#include "source_version.h"

namespace beatbench {

void to_json(nlohmann::json& json, const Provenance& p) {
  json = {{"dataset", p.dataset},   {"dataset_hash", p.dataset_hash},  {"source_hash", p.source_hash},
          {"protocol", p.protocol}, {"split_hash", p.split_hash},      {"seed", p.seed},
          {"commit", p.commit},     {"configuration", p.configuration}};
  if (p.seen) json["seen"] = *p.seen;
}

void from_json(const nlohmann::json& json, Provenance& p) {
  const auto get = [&](const char* field, auto& value) { get_field(json, field, "provenance", value); };
  get("dataset", p.dataset);
  get("dataset_hash", p.dataset_hash);
  p.source_hash = p.dataset_hash;
  if (json.contains("source_hash")) get("source_hash", p.source_hash);
  get("protocol", p.protocol);
  get("split_hash", p.split_hash);
  get("seed", p.seed);
  get("commit", p.commit);
  get("configuration", p.configuration);
  p.seen.reset();
  if (json.contains("seen")) get("seen", p.seen.emplace());
}

std::string source_commit() { return BEATBENCH_SOURCE_COMMIT; }
std::string build_type() { return std::string(BEATBENCH_BUILD_TYPE).empty() ? "unknown" : BEATBENCH_BUILD_TYPE; }
std::string beatbench_version() { return BEATBENCH_VERSION; }

}  // namespace beatbench
