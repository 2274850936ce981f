#include "beatbench/torchscript/environment.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  beatbench::restart_with_fast_settings(argv);
  return beatbench::cli::benchmark_command(argc, argv);
}
