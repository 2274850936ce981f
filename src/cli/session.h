#pragma once

#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <string>

#include "beatbench/report/system_info.h"

namespace beatbench::cli {

/// The log of a command: to stderr from `level` on ("debug", "info", "warning", "error", "quiet"), and, once
/// `log_to_file` was called, everything from debug on to a file as well, with what came before the first one. A
/// second call goes on in another file.
std::shared_ptr<spdlog::logger> make_logger(const std::string& level);
void log_to_file(spdlog::logger& logger, const std::filesystem::path& file);

/// From here on Ctrl-C and SIGTERM only raise a flag; a second Ctrl-C ends the program at once.
void catch_interrupts();
bool interrupted();

/// Ends a command early, with nothing to save; run_main turns it into the exit status.
struct Interrupted {};

/// @throws Interrupted after Ctrl-C.
void stop_if_interrupted();

/// Sets the threads, warns of a slow BLAS, and returns what a report says of this process. `device`: "cpu" or "cuda".
Context start_context(int threads, const std::string& device, spdlog::logger& logger);

}  // namespace beatbench::cli
