#include "cli/session.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/torchscript/environment.h"

namespace beatbench::cli {
namespace {

constexpr std::size_t kLinesBeforeTheFile = 1000;

volatile std::sig_atomic_t interrupts = 0;

extern "C" void on_interrupt(int signal) {
  interrupts = interrupts + 1;
  if (interrupts > 1) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(const std::string& level) {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  sink->set_pattern("%^%l%$: %v");
  sink->set_level(level == "quiet" ? spdlog::level::off : spdlog::level::from_str(level));
  auto memory = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(kLinesBeforeTheFile);
  auto logger = std::make_shared<spdlog::logger>("beatbench", spdlog::sinks_init_list{sink, memory});
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::info);
  return logger;
}

void log_to_file(spdlog::logger& logger, const std::filesystem::path& file) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    sink->set_pattern("%Y-%m-%dT%H:%M:%S %l %v");
    const auto memory = std::dynamic_pointer_cast<spdlog::sinks::ringbuffer_sink_mt>(logger.sinks().back());
    if (memory) {
      for (const auto& line : memory->last_raw()) sink->log(line);
    }
    logger.sinks().back() = sink;
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(ErrorKind::io, file.string(), error.what());
  }
}

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

Context start_context(int threads, const std::string& device, spdlog::logger& logger) {
  ContextInput input;
  input.now = report_clock();
  input.threads = set_compute_threads(threads);
  input.device = device;
  input.libraries = library_versions();
  input.libraries["nlohmann_json"] = std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
                                     std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
                                     std::to_string(NLOHMANN_JSON_VERSION_PATCH);
  input.libraries["spdlog"] = std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
                              std::to_string(SPDLOG_VER_PATCH);
  const Blas blas = loaded_blas();
  input.blas = blas.description;
  input.settings = library_settings();
  if (!blas.warning.empty()) logger.warn("{}", blas.warning);
  return measure_context(input);
}

}  // namespace beatbench::cli
