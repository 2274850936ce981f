#include "cli/session.h"

#include <spdlog/version.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "beatbench/core/listener.h"
#include "beatbench/runtime/torch_backend.h"

namespace beatbench::cli {
namespace {

volatile std::sig_atomic_t interrupts = 0;

extern "C" void on_interrupt(int signal) {
  interrupts = interrupts + 1;
  if (interrupts > 1) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  ::sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);  // nohup ignores it, and so it stays
}

bool interrupted() { return interrupts > 0; }

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted();
}

SystemInfo describe_process(int threads) {
  SystemInfoInput input;
  input.now = report_clock();
  input.threads = threads;
  input.libraries["nlohmann_json"] = std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
                                     std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
                                     std::to_string(NLOHMANN_JSON_VERSION_PATCH);
  input.libraries["spdlog"] = std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
                              std::to_string(SPDLOG_VER_PATCH);
  return measure_system_info(input);
}

SystemInfo start_libtorch(int threads, const std::string& device, const Listener& listener) {
  TorchBackend& torch = torch_backend();
  const int set = torch.set_threads(threads);
  SystemInfo system = describe_process(set);
  system.device = device;
  const TorchInfo info = torch.info();
  system.libraries.insert(info.versions.begin(), info.versions.end());
  system.blas = info.blas;
  system.settings = info.settings;
  if (!info.blas_warning.empty()) listener.warn(info.blas_warning);
  return system;
}

}  // namespace beatbench::cli
