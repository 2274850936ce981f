#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>
#include <vector>

#include "beatbench/core/error.h"
#include "beatbench/report/plots.h"
#include "report/gnuplot.h"

namespace beatbench {
namespace {

constexpr gnuplot::Size kSize = {1080, 460};
constexpr int kMostTics = 10;      // labels that fit under one panel
constexpr double kLogSpread = 20;  // a loss that falls this many times over is drawn on a logarithmic axis

// Colours that colour-blind readers tell apart (Okabe and Ito 2008).
constexpr const char* kBlue = "#0072B2";
constexpr const char* kVermilion = "#D55E00";
constexpr const char* kGreen = "#009E73";

struct Curve {
  const char* name;
  const char* style;  // dash and point type, so that the curves differ without colour, too
  const char* colour;
  std::optional<double> EpochRow::*value;
};

const std::vector<Curve> kLossCurves = {{"training", "dt 1 pt 7", kBlue, &EpochRow::train_loss},
                                        {"validation", "dt 1 pt 5", kVermilion, &EpochRow::validation_loss}};
const std::vector<Curve> kScoreCurves = {
    {"training accuracy", "dt 1 pt 7", kBlue, &EpochRow::train_accuracy},
    {"validation accuracy", "dt 1 pt 5", kVermilion, &EpochRow::validation_accuracy},
    {"validation macro F1", "dt '-' pt 9", kGreen, &EpochRow::validation_macro_f1}};

struct Panel {
  const char* y_label;
  const std::vector<Curve>& curves;
  double unit;  // what one of the y axis is worth
  bool may_be_log;
};

std::vector<double> finite_values(std::span<const EpochRow> history, const Curve& curve) {
  std::vector<double> values;
  for (const EpochRow& row : history) {
    const std::optional<double>& value = row.*curve.value;
    if (value && std::isfinite(*value)) values.push_back(*value);
  }
  return values;
}

bool wants_log_axis(std::span<const EpochRow> history, const Panel& panel) {
  if (!panel.may_be_log) return false;
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (const Curve& curve : panel.curves) {
    for (const double value : finite_values(history, curve)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return low > 0 && high > kLogSpread * low;
}

int tic_step(int epochs) {
  for (int decade = 1;; decade *= 10) {
    for (const int step : {decade, 2 * decade, 5 * decade}) {
      if (epochs <= kMostTics * step) return step;
    }
  }
}

void write_data(std::ostream& script, std::span<const EpochRow> history, const Panel& panel, const std::string& name) {
  script << name << " << EOD\n";
  for (const EpochRow& row : history) {
    script << row.epoch;
    for (const Curve& curve : panel.curves) {
      const std::optional<double>& value = row.*curve.value;
      if (value && std::isfinite(*value))
        script << ' ' << *value / panel.unit;
      else
        script << " NaN";
    }
    script << '\n';
  }
  script << "EOD\n";
}

void write_best_epoch(std::ostream& script, int epoch) {
  script << "set arrow 1 from first " << epoch << ", graph 0 to first " << epoch
         << ", graph 1 nohead back lc rgb '#888888' dt '.'\n"
         << "set label 1 'best: " << epoch << "' at first " << epoch
         << ", graph 0.03 left offset 0.5,0 tc rgb '#666666' font ',10'\n";
}

// Lines where there is something to join, with a mark on each epoch unless there are too many to tell apart.
std::string curve_style(std::size_t epochs) {
  if (epochs == 1) return "points ps 1.2";
  return epochs <= 60 ? "linespoints lw 2 ps 0.6" : "lines lw 2";
}

void write_panel(std::ostream& script, std::span<const EpochRow> history, const Panel& panel, const std::string& data) {
  script << (wants_log_axis(history, panel) ? "set logscale y\n" : "unset logscale y\n");
  script << "set ylabel " << gnuplot::quoted(panel.y_label) << " offset 1,0\n";
  std::string plots;
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    const Curve& curve = panel.curves[i];
    if (finite_values(history, curve).empty()) continue;
    plots += (plots.empty() ? "" : ", ") + data + " using 1:" + std::to_string(i + 2) + " with " +
             curve_style(history.size()) + " " + curve.style + " lc rgb '" + curve.colour + "' title '" + curve.name +
             "'";
  }
  if (plots.empty()) {
    script << "unset ytics\nset label 2 'not measured' at graph 0.5,0.5 center tc rgb '#666666'\n";
    plots = "[][0:1] -1 notitle";
  }
  script << "plot " << plots << "\nset ytics\nunset label 2\n";
}

}  // namespace

std::string plot_curves(std::span<const EpochRow> history, std::optional<int> best_epoch, const std::string& title,
                        PlotFormat format) {
  if (history.empty()) throw Error(ErrorKind::usage, "curves", "there are no epochs to draw");
  const Panel loss = {"loss", kLossCurves, 1.0, true};
  const Panel score = {"accuracy and macro F1, %", kScoreCurves, 0.01, false};
  const int first = history.front().epoch;
  const int last = history.back().epoch;
  std::ostringstream script;
  script.imbue(std::locale::classic());
  script << gnuplot::terminal_line(format, kSize);
  write_data(script, history, loss, "$loss");
  write_data(script, history, score, "$score");
  script << "set multiplot layout 1,2 title " << gnuplot::quoted(title)
         << " font ',15' margins 0.09,0.98,0.14,0.82 spacing 0.09\n"
         << "set border 3 lc rgb '#444444'\nset tics nomirror out scale 0.5\nset grid y lt 1 lc rgb '#e4e4e4'\n"
         << "set key at graph 0, 1.03 left bottom Left reverse horizontal maxrows 1 samplen 2 width -1 font ',11'\n"
         << "set xlabel 'epoch'\nset xrange [" << first - 0.5 << ":" << last + 0.5 << "]\n"
         << "set xtics " << tic_step(last - first + 1) << "\n";
  if (best_epoch) write_best_epoch(script, *best_epoch);
  write_panel(script, history, loss, "$loss");
  write_panel(script, history, score, "$score");
  script << "unset multiplot\n";
  return gnuplot::run(script.str());
}

}  // namespace beatbench
