#pragma once

#include <nlohmann/json.hpp>

#include "beatbench/core/system_info.h"

namespace beatbench {

/// What a report says of the machine and the build, key "context".
nlohmann::ordered_json system_info_json(const SystemInfo& system);

}  // namespace beatbench
