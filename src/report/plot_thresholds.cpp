#include <array>
#include <cmath>
#include <cstdio>
#include <locale>
#include <sstream>

#include "beatbench/core/error.h"
#include "beatbench/report/plots.h"
#include "report/gnuplot.h"

namespace beatbench {
namespace {

constexpr gnuplot::Size kThresholdsSize = {1180, 560};
constexpr double kFinest = 0.002;  // of a unit square: points nearer than that are one

// Colours that colour-blind readers tell apart (Okabe and Ito 2008); they come again with another dash.
constexpr std::array<const char*, 7> kClassColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#E69F00", "#56B4E9", "#000000"};

std::string legend_of(const ClassThresholds& one, const std::optional<double>& area) {
  char text[32];
  std::snprintf(text, sizeof text, "  %.4f", area.value_or(0));
  return gnuplot::quoted(one.name + (area ? text : "  -"));
}

void write_points(std::ostream& script, const ClassThresholds& one, bool roc, const std::string& name) {
  script << name << " << EOD\n";
  if (roc) script << "0 0\n";
  double last_x = -1, last_y = -1;
  for (const ThresholdPoint& point : one.curve.points) {
    const double x = roc ? point.false_positive_rate : point.sensitivity;
    const double y = roc ? point.sensitivity : point.positive_predictivity;
    const bool is_last = &point == &one.curve.points.back();
    if (!is_last && std::hypot(x - last_x, y - last_y) < kFinest) continue;
    script << x << ' ' << y << '\n';
    last_x = x;
    last_y = y;
  }
  script << "EOD\n";
}

std::string plots_of(std::span<const ClassThresholds> classes, bool roc) {
  std::string plots;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto& area = roc ? classes[i].curve.areas.roc_area : classes[i].curve.areas.average_precision;
    if (!area) continue;  // nothing to tell apart
    plots += (plots.empty() ? "" : ", ") + std::string(roc ? "$roc" : "$pr") + std::to_string(i) +
             " using 1:2 with lines lw 2 dt " + std::to_string(1 + i / kClassColours.size()) + " lc rgb '" +
             kClassColours[i % kClassColours.size()] + "' title " + legend_of(classes[i], area);
  }
  return plots.empty() ? "-1 notitle" : plots;
}

}  // namespace

std::string plot_thresholds(std::span<const ClassThresholds> classes, const std::string& title, PlotFormat format) {
  std::ostringstream script;
  script.imbue(std::locale::classic());
  script << gnuplot::terminal_line(format, kThresholdsSize);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    write_points(script, classes[i], true, "$roc" + std::to_string(i));
    write_points(script, classes[i], false, "$pr" + std::to_string(i));
  }
  script << "set multiplot layout 1,2 title " << gnuplot::quoted(title)
         << " font ',15' margins 0.07,0.98,0.12,0.86 spacing 0.09\n"
         << "set border 3 lc rgb '#444444'\nset tics nomirror out scale 0.5\nset grid lt 1 lc rgb '#e4e4e4'\n"
         << "set xrange [0:1]\nset yrange [0:1.005]\n"
         << "set key bottom right Left reverse samplen 2 font ',11'\n"
         << "set xlabel '1 - specificity'\nset ylabel 'sensitivity' offset 1,0\n"
         << "set key title 'ROC, area' left\nset key bottom right\n"
         << "plot " << plots_of(classes, true) << "\n"
         << "set xlabel 'sensitivity'\nset ylabel 'positive predictivity' offset 1,0\n"
         << "set key title 'precision and recall, average precision' left\nset key bottom left\n"
         << "plot " << plots_of(classes, false) << "\nunset multiplot\n";
  return gnuplot::run(script.str());
}

}  // namespace beatbench
