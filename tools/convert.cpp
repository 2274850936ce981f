#include "cli/commands.h"

int main(int argc, char** argv) { return beatbench::cli::convert_command(argc, argv); }
