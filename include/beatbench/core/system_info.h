#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace beatbench {

struct CpuCache {
  int level = 0;     ///< 1, 2, 3
  std::string type;  ///< Data, Instruction or Unified
  std::int64_t size_bytes = 0;
};

/// Where and with what a report was made. A text that cannot be found out is "unknown", a number 0.
struct SystemInfo {
  std::string date;  ///< ISO 8601 in UTC, for example "2024-05-01T12:00:00Z"
  std::string host;
  std::string os;  ///< distribution, kernel and machine
  std::string cpu_model;
  int logical_cpus = 0;          ///< that this process may run on
  std::vector<CpuCache> caches;  ///< of the first CPU
  std::int64_t ram_bytes = 0;
  int threads = 0;                               ///< that the computation used
  std::string device;                            ///< "cpu", or the accelerator's name
  std::map<std::string, std::string> libraries;  ///< name -> version
  std::string blas;
  /// What else decides how fast and how exact a computation is: environment variables of the libraries with the values
  /// that they have, the engine of int8 operators, TF32 and cuDNN where there is CUDA.
  std::map<std::string, std::string> settings;
  std::string cpu_scaling;             ///< governor of the first CPU's frequency, for example "performance"
  std::optional<double> load_average;  ///< of the last minute, when the process began to compute
  std::string build_type;              ///< for example "Release"
  std::string commit;
  std::string beatbench_version;
};

/// What only the caller knows.
struct SystemInfoInput {
  std::chrono::system_clock::time_point now;  ///< see report_clock
  int threads = 1;
  std::string device = "cpu";
  std::map<std::string, std::string> libraries;  ///< name -> version
  std::string blas = "none";
  std::map<std::string, std::string> settings = {};
};

/// How many processors this process may run on.
int usable_processors();

/// Asks the running system (uname, /proc, /sys, /etc/os-release) for the rest. Never fails.
SystemInfo measure_system_info(const SystemInfoInput& input);

/// SOURCE_DATE_EPOCH (seconds since 1970-01-01 UTC) where that is set, else the clock.
/// @throws Error(usage) if SOURCE_DATE_EPOCH is not a whole number of seconds from 0 to the last that the clock
/// can hold (in the year 2262).
std::chrono::system_clock::time_point report_clock();

/// The date a report carries, yyyy-mm-dd: the given one, else that of report_clock() in UTC.
/// @throws Error(usage) if the given text is no calendar date of that form.
std::string report_date(const std::optional<std::string>& given);

/// Largest resident memory of this process so far, in bytes (VmHWM of
/// /proc/self/status); nullopt where the system does not say.
std::optional<std::int64_t> peak_memory_bytes();

}  // namespace beatbench
