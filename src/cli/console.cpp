#include "cli/console.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "beatbench/core/error.h"
#include "cli/session.h"

namespace beatbench::cli {
namespace {

constexpr std::size_t kLinesBeforeTheFile = 1000;

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

}  // namespace

Console::Console(const std::string& level) : logger_(make_logger(level)) {}

Listener Console::listener() {
  const auto log = [this](spdlog::level::level_enum level) {
    return [this, level](const std::string& text) {
      clear();
      logger_->log(level, "{}", text);
    };
  };
  return {.on_info = log(spdlog::level::info),
          .on_warning = log(spdlog::level::warn),
          .on_error = log(spdlog::level::err),
          .on_progress = [this](const TaskProgress& progress) { show(progress); },
          .should_stop = interrupted};
}

void Console::log_to_file(const std::filesystem::path& file) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    sink->set_pattern("%Y-%m-%dT%H:%M:%S %l %v");
    const auto memory = std::dynamic_pointer_cast<spdlog::sinks::ringbuffer_sink_mt>(logger_->sinks().back());
    if (memory) {
      for (const auto& line : memory->last_raw()) sink->log(line);
    }
    logger_->sinks().back() = sink;
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(ErrorKind::io, file.string(), error.what());
  }
}

void Console::show(const TaskProgress& progress) {
  if (!progress_ || task_ != progress.task) {
    task_ = progress.task;
    progress_ = std::make_unique<Progress>(task_, progress.plain_seconds);
  }
  progress_->update(progress.done, progress.total, progress.detail);
}

void Console::clear() {
  if (progress_) progress_->clear();
}

}  // namespace beatbench::cli
