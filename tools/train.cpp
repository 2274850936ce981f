#include "cli/commands.h"

int main(int argc, char** argv) { return beatbench::cli::train_command(argc, argv); }
