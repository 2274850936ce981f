#include "beatbench/core/system_info.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/core/provenance.h"

namespace beatbench {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::system_clock;
using std::chrono::year_month_day;

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\"");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\"") - first + 1));
}

// The value of the first "key<separator>value" line of a file of the system; empty if there is none.
std::string value_in(const std::filesystem::path& path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find(separator);
    if (at != std::string::npos && trimmed(std::string_view(line).substr(0, at)) == key) {
      return trimmed(std::string_view(line).substr(at + 1));
    }
  }
  return "";
}

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return trimmed(line);
}

// "32768 kB", "48K", "2M" -> bytes; nullopt if the text is none of these.
std::optional<std::int64_t> bytes_of(std::string_view text) {
  std::int64_t amount = 0;
  const auto [rest, status] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (status != std::errc() || amount < 0) return std::nullopt;
  const std::string unit = trimmed(std::string_view(rest, static_cast<std::size_t>(text.data() + text.size() - rest)));
  const bool kibi = unit == "K" || unit == "kB";
  const bool mebi = unit == "M" || unit == "MB";
  return amount * (kibi ? 1024 : mebi ? 1024 * 1024 : 1);
}

std::string or_unknown(std::string text) { return text.empty() ? "unknown" : text; }

std::string os_text(const utsname& system) {
  const std::string distribution = value_in("/etc/os-release", "PRETTY_NAME", '=');
  return (distribution.empty() ? "" : distribution + ", ") + system.sysname + " " + system.release + " " +
         system.machine;
}

std::vector<CpuCache> cpu_caches() {
  std::vector<CpuCache> caches;
  for (int i = 0;; ++i) {
    const std::filesystem::path folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i);
    const std::string type = first_line(folder / "type");
    if (type.empty()) return caches;
    caches.push_back(
        {std::atoi(first_line(folder / "level").c_str()), type, bytes_of(first_line(folder / "size")).value_or(0)});
  }
}

// std::format's chrono support is missing from the oldest compiler that builds this (GCC 12).
std::string date_text(const year_month_day& date) {
  std::ostringstream text;
  text << std::setfill('0') << std::setw(4) << static_cast<int>(date.year()) << '-' << std::setw(2)
       << static_cast<unsigned>(date.month()) << '-' << std::setw(2) << static_cast<unsigned>(date.day());
  return text.str();
}

std::string date_and_time_text(system_clock::time_point time) {
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(floor<seconds>(time - day));
  std::ostringstream text;
  text << date_text(year_month_day(day)) << 'T' << std::setfill('0') << std::setw(2) << clock.hours().count() << ':'
       << std::setw(2) << clock.minutes().count() << ':' << std::setw(2) << clock.seconds().count() << 'Z';
  return text.str();
}

std::optional<int> digits_at(const std::string& text, std::size_t at, std::size_t count) {
  int number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = 10 * number + (text[i] - '0');
  }
  return number;
}

bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = digits_at(text, 0, 4);
  const auto month = digits_at(text, 5, 2);
  const auto day = digits_at(text, 8, 2);
  if (!year || !month || !day) return false;
  return year_month_day(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                        std::chrono::day(static_cast<unsigned>(*day)))
      .ok();
}

}  // namespace

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::max(0L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

SystemInfo measure_system_info(const SystemInfoInput& input) {
  utsname kernel{};
  const bool named = ::uname(&kernel) == 0;
  SystemInfo system;
  system.date = date_and_time_text(input.now);
  system.host = named ? or_unknown(kernel.nodename) : "unknown";
  system.os = named ? os_text(kernel) : "unknown";
  system.cpu_model = or_unknown(value_in("/proc/cpuinfo", "model name", ':'));
  system.logical_cpus = usable_processors();
  system.caches = cpu_caches();
  system.ram_bytes = bytes_of(value_in("/proc/meminfo", "MemTotal", ':')).value_or(0);
  system.threads = input.threads;
  system.device = input.device;
  system.libraries = input.libraries;
  system.blas = input.blas;
  system.settings = input.settings;
  system.cpu_scaling = or_unknown(first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  double load = 0;
  if (::getloadavg(&load, 1) == 1) system.load_average = load;
  system.build_type = build_type();
  system.commit = source_commit();
  system.beatbench_version = beatbench_version();
  return system;
}

system_clock::time_point report_clock() {
  const char* set = std::getenv("SOURCE_DATE_EPOCH");
  if (!set || !*set) return system_clock::now();
  constexpr std::int64_t kLatest = floor<seconds>(system_clock::time_point::max()).time_since_epoch().count();
  const std::string_view text = set;
  std::int64_t epoch = -1;
  const auto [rest, status] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (status != std::errc() || rest != text.data() + text.size() || epoch < 0 || epoch > kLatest) {
    throw Error(ErrorKind::usage, "SOURCE_DATE_EPOCH",
                "'" + std::string(text) + "' is no number of seconds from 0 to " + std::to_string(kLatest));
  }
  return system_clock::time_point(seconds(epoch));
}

std::string report_date(const std::optional<std::string>& given) {
  if (!given) return date_text(year_month_day(floor<std::chrono::days>(report_clock())));
  if (!is_date(*given)) throw Error(ErrorKind::usage, "date", "'" + *given + "' is no date; allowed: yyyy-mm-dd");
  return *given;
}

std::optional<std::int64_t> peak_memory_bytes() { return bytes_of(value_in("/proc/self/status", "VmHWM", ':')); }

}  // namespace beatbench
