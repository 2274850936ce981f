#include "beatbench/runtime/training_options.h"

#include "beatbench/core/error.h"
#include "beatbench/core/model_table.h"

namespace beatbench {
void check_validation(const TrainingOptions& options, bool has_validation) {
  const bool needs_it =
      options.selection.monitor != "last" || options.schedule.name == "plateau" || options.selection.patience > 0;
  if (has_validation || !needs_it) return;
  throw Error(ErrorKind::usage, "--validation-fraction",
              "0 leaves nothing to choose an epoch, a rate or a stop by; allowed: above 0, or 0 with monitor last, "
              "another schedule than plateau and patience 0");
}

void validate(const TrainingOptions& options) {
  const auto check = [](const auto& value, const OptionSpec& spec) { check_option(value, spec); };
  for_each_training_option(options, check);
  for_each_transfer_option(options.transfer, check);
  validate(options.augmentation);
}

std::string resolve_amp(const std::string& option, const std::string& device, std::string_view model) {
  if (option != "auto") return option;
  if (!require_model(model).gains_from_bf16) return "off";
#if defined(__x86_64__)
  if (device == "cpu" && __builtin_cpu_supports("avx512bf16")) return "bf16";
#endif
  return "off";
}

}  // namespace beatbench
