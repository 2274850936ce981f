#include "cli/commands.h"

int main(int argc, char** argv) { return beatbench::cli::classify_command(argc, argv); }
