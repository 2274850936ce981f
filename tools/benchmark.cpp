#include "beatbench/runtime/torch_backend.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  beatbench::make_threads_wait_passively(argv);
  return beatbench::cli::benchmark_command(argc, argv);
}
