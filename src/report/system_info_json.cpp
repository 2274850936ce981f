#include "report/system_info_json.h"

#include "report/json_values.h"

namespace beatbench {

nlohmann::ordered_json context_json(const Context& context) {
  nlohmann::ordered_json caches = nlohmann::ordered_json::array();
  for (const CpuCache& cache : context.caches) {
    caches.push_back({{"level", cache.level}, {"type", cache.type}, {"size_bytes", cache.size_bytes}});
  }
  return {{"date", context.date},
          {"host", context.host},
          {"os", context.os},
          {"cpu_model", context.cpu_model},
          {"logical_cpus", context.logical_cpus},
          {"caches", std::move(caches)},
          {"ram_bytes", context.ram_bytes},
          {"threads", context.threads},
          {"device", context.device},
          {"libraries", nlohmann::ordered_json(context.libraries)},
          {"blas", context.blas},
          {"settings", nlohmann::ordered_json(context.settings)},
          {"cpu_scaling", context.cpu_scaling},
          {"load_average", context.load_average ? nlohmann::ordered_json(*context.load_average)
                                                : report_json::undefined("the system does not say")},
          {"build_type", context.build_type},
          {"commit", context.commit},
          {"beatbench_version", context.beatbench_version}};
}

}  // namespace beatbench
