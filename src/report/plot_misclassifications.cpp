#include <cstdio>
#include <locale>
#include <sstream>
#include <vector>

#include "beatbench/core/error.h"
#include "beatbench/report/plots.h"
#include "report/gnuplot.h"

namespace beatbench {
namespace {

constexpr int kColumns = 6;
constexpr int kCell = 190;  // pixels
constexpr int kTop = 50;

std::string caption_of(const Misclassification& mistake, bool is_whole_recording) {
  char share[16];
  std::snprintf(share, sizeof share, "%.1f %%", 100 * mistake.probability);
  const std::string place = is_whole_recording ? "" : " at " + std::to_string(mistake.sample);
  return gnuplot::quoted(mistake.record + place) + " font ',10'\nset xlabel " +
         gnuplot::quoted(mistake.reference + " taken for " + mistake.predicted + ", " + share) + " font ',11'";
}

// A line over its samples (of several leads the second: II of the twelve), or an image as it is seen.
void write_input(std::ostream& script, const BeatSet& set, std::size_t row) {
  script << "$beat << EOD\n";
  if (set.shape.image_size == 0) {
    std::vector<float> input(set.shape.input_size());
    set.copy_input(row, input.data());
    const std::size_t lead = set.shape.leads > 1 ? 1 : 0;
    for (const float value : std::span(input).subspan(lead * set.shape.plane_size(), set.shape.plane_size()))
      script << value << '\n';
    script << "EOD\nunset yrange\nplot $beat using 0:1 with lines lw 1.5 lc rgb '#0072B2' notitle\n";
    return;
  }
  const auto pixels = set.image(row);
  const auto side = static_cast<std::size_t>(set.shape.image_size);
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) script << static_cast<int>(pixels[y * side + x]) << ' ';
    script << '\n';
  }
  script << "EOD\nset xrange [-0.5:" << side << "]\nset yrange [" << side
         << ":-0.5]\nplot $beat matrix with image notitle\n";
}

}  // namespace

std::string plot_misclassifications(const BeatSet& set, std::span<const Misclassification> mistakes,
                                    const std::string& title, PlotFormat format) {
  const int lines = std::max(1, (static_cast<int>(mistakes.size()) + kColumns - 1) / kColumns);
  const gnuplot::Size size = {kColumns * kCell, kTop + lines * kCell};
  std::ostringstream script;
  script.imbue(std::locale::classic());
  script << gnuplot::terminal_line(format, size) << "set palette gray\nunset colorbox\nset cbrange [0:255]\n"
         << "set multiplot layout " << lines << "," << kColumns << " title " << gnuplot::quoted(title)
         << " font ',15'\nunset tics\nset border 15 lc rgb '#cccccc'\n";
  for (const Misclassification& mistake : mistakes) {
    script << "set title " << caption_of(mistake, set.shape.leads > 1) << "\n";
    write_input(script, set, mistake.row);
  }
  if (mistakes.empty()) script << "set label 'no mistake' at graph 0.5,0.5 center\nplot [][0:1] -1 notitle\n";
  script << "unset multiplot\n";
  return gnuplot::run(script.str());
}

}  // namespace beatbench
