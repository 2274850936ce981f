#pragma once

namespace beatbench::cli {

/// The executables: parse the arguments, do the work, return the exit status.
int train_command(int argc, char** argv);
int convert_command(int argc, char** argv);
int benchmark_command(int argc, char** argv);
int classify_command(int argc, char** argv);

}  // namespace beatbench::cli
