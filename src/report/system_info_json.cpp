#include "report/system_info_json.h"

#include "report/json_values.h"

namespace beatbench {

nlohmann::ordered_json system_info_json(const SystemInfo& system) {
  nlohmann::ordered_json caches = nlohmann::ordered_json::array();
  for (const CpuCache& cache : system.caches) {
    caches.push_back({{"level", cache.level}, {"type", cache.type}, {"size_bytes", cache.size_bytes}});
  }
  return {{"date", system.date},
          {"host", system.host},
          {"os", system.os},
          {"cpu_model", system.cpu_model},
          {"logical_cpus", system.logical_cpus},
          {"caches", std::move(caches)},
          {"ram_bytes", system.ram_bytes},
          {"threads", system.threads},
          {"device", system.device},
          {"libraries", nlohmann::ordered_json(system.libraries)},
          {"blas", system.blas},
          {"settings", nlohmann::ordered_json(system.settings)},
          {"cpu_scaling", system.cpu_scaling},
          {"load_average", system.load_average ? nlohmann::ordered_json(*system.load_average)
                                               : report_json::undefined("the system does not say")},
          {"build_type", system.build_type},
          {"commit", system.commit},
          {"beatbench_version", system.beatbench_version}};
}

}  // namespace beatbench
