#pragma once

#include <string>

#include "beatbench/report/plots.h"

namespace beatbench::gnuplot {

/// Size of a picture in pixels.
struct Size {
  int width = 0;
  int height = 0;
};

/// The text as a gnuplot string in which no character means anything but itself. Control characters become blanks
/// and a backquote, within which gnuplot would run a command, an apostrophe.
std::string quoted(const std::string& text);

/// "set terminal ..." with the fonts and the background that all pictures share.
std::string terminal_line(PlotFormat format, Size size);

/// What gnuplot writes to its standard output for this script.
/// @throws Error(unsupported) if it cannot be started, fails, or draws nothing.
std::string run(const std::string& script);

}  // namespace beatbench::gnuplot
