#include "cli/commands.h"

int main(int argc, char** argv) { return beatbench::cli::benchmark_command(argc, argv); }
