#pragma once

#include <string>

#include "beatbench/core/listener.h"
#include "beatbench/core/system_info.h"

namespace beatbench::cli {

/// From here on Ctrl-C and SIGTERM only raise a flag; a second Ctrl-C ends the program at once.
void catch_interrupts();
bool interrupted();

/// @throws Interrupted after Ctrl-C.
void stop_if_interrupted();

/// What a report says of this process, where it computes in so many threads without LibTorch.
SystemInfo describe_process(int threads);

/// The same with LibTorch: sets its threads (0: one for each processor) and warns of a slow BLAS. `device`: "cpu" or
/// "cuda".
SystemInfo start_libtorch(int threads, const std::string& device, const Listener& listener);

}  // namespace beatbench::cli
