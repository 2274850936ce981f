#include "report/plot_class_counts.h"

#include <array>
#include <cstdio>
#include <locale>
#include <sstream>

#include "beatbench/report/table.h"
#include "report/gnuplot.h"

namespace beatbench {
namespace {

constexpr int kWidth = 820, kRowHeight = 44, kHead = 150, kFoot = 40;

// Right and wrong, of the inputs without the class and of those with it.
constexpr std::array<const char*, 4> kColumns = {"not there, not found", "not there, found", "there, missed",
                                                 "there, found"};

bool is_wrong(std::size_t column) { return column == 1 || column == 2; }

double share_of(const std::int64_t* counts, std::size_t column) {
  const std::int64_t all = column < 2 ? counts[0] + counts[1] : counts[2] + counts[3];
  return all == 0 ? 0.0 : static_cast<double>(counts[column]) / static_cast<double>(all);
}

// A count and its share at the middle of a cell.
void write_cell(std::ostream& script, const std::int64_t* counts, std::size_t column, std::size_t row) {
  char share[16];
  std::snprintf(share, sizeof share, "%.1f %%", 100 * share_of(counts, column));
  script << "set label " << gnuplot::quoted(std::to_string(counts[column]) + "  (" + share + ")") << " at " << column
         << "," << row << " center front tc rgb '" << (share_of(counts, column) > 0.6 ? "#ffffff" : "#000000")
         << "' font ',12'\n";
}

}  // namespace

std::string plot_class_counts(const ClassificationMetrics& metrics, const std::string& title, PlotFormat format) {
  const std::size_t classes = metrics.class_names.size();
  std::ostringstream script;
  script.imbue(std::locale::classic());
  script << gnuplot::terminal_line(format, {kWidth, kHead + kFoot + kRowHeight * static_cast<int>(classes)})
         << "$share << EOD\n";
  for (std::size_t c = 0; c < classes; ++c) {
    for (std::size_t k = 0; k < kColumns.size(); ++k)
      script << (is_wrong(k) ? -1 : 1) * share_of(&metrics.confusion[4 * c], k) << ' ';
    script << '\n';
  }
  script << "EOD\nset title " << gnuplot::quoted(title) << " font ',14' offset 0,3.4\nset label "
         << gnuplot::quoted("n = " + std::to_string(metrics.n) + ",  all classes right " + percent(metrics.accuracy) +
                            " %,  macro F1 " + percent(metrics.macro_f1) + " %")
         << " at graph 0.5,1 center offset 0,3 tc rgb '#444444' font ',12'\nset tmargin 8\nset palette defined (-1 "
            "'#8c2d04', -0.4 '#fd8d3c', 0 '#ffffff', 0.4 '#6baed6', 1 '#084594')\n"
         << "set cbrange [-1:1]\nunset colorbox\nunset key\nset xrange [-0.5:3.5]\nset yrange ["
         << static_cast<double>(classes) - 0.5
         << ":-0.5]\nset tics scale 0\nset x2range [-0.5:3.5]\nunset xtics\nset x2tics (";
  for (std::size_t k = 0; k < kColumns.size(); ++k)
    script << (k > 0 ? ", " : "") << gnuplot::quoted(kColumns[k]) << " " << k;
  script << ")\nset ytics (";
  for (std::size_t c = 0; c < classes; ++c) {
    script << (c > 0 ? ", " : "") << gnuplot::quoted(metrics.class_names[c] + "  F1 " + percent(metrics.classes[c].f1))
           << " " << c;
  }
  script << ")\n";
  for (std::size_t c = 0; c < classes; ++c) {
    for (std::size_t k = 0; k < kColumns.size(); ++k) write_cell(script, &metrics.confusion[4 * c], k, c);
  }
  script << "plot $share matrix with image pixels notitle\n";
  return gnuplot::run(script.str());
}

}  // namespace beatbench
