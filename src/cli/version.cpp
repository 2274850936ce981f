#include "cli/version.h"

#include <spdlog/version.h>

#include <CLI/Version.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "beatbench/core/provenance.h"
#include "beatbench/report/metrics_json.h"

namespace beatbench::cli {
namespace {

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::string compiler() {
#if defined(__clang__)
  return "Clang " + dotted(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return "GCC " + dotted(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

std::map<std::string, std::string> libraries() {
  std::map<std::string, std::string> found = {
      {"CLI11", dotted(CLI11_VERSION_MAJOR, CLI11_VERSION_MINOR, CLI11_VERSION_PATCH)},
      {"nlohmann_json", dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
      {"spdlog", dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)}};
  const std::pair<const char*, const char*> opened_when_needed[] = {
      {"LibTorch", BEATBENCH_LIBTORCH_VERSION}, {"OpenCV", BEATBENCH_OPENCV_VERSION}, {"HDF5", BEATBENCH_HDF5_VERSION}};
  for (const auto& [name, version] : opened_when_needed) found[name] = *version == '\0' ? "none" : version;
  return found;
}

}  // namespace

std::string version_text(const std::string& program) {
  std::string text = program + " (beatbench) " + beatbench_version() + ", commit " + source_commit() + ", " +
                     build_type() + " build, " + compiler() + "\n";
  for (const auto& [name, version] : libraries()) text += "  " + name + " " + version + "\n";
  return text;
}

std::string version_json() {
  return report_text({{"version", beatbench_version()},
                      {"commit", source_commit()},
                      {"build_type", build_type()},
                      {"compiler", compiler()},
                      {"libraries", libraries()}});
}

}  // namespace beatbench::cli
