#include "beatbench/runtime/torch_backend.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  beatbench::restart_with_passive_threads(argv);
  return beatbench::cli::convert_command(argc, argv);
}
