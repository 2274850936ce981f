#include <algorithm>
#include <cmath>
#include <locale>
#include <map>
#include <sstream>

#include "beat_measures.h"
#include "beatbench/core/random.h"
#include "report/gnuplot.h"

namespace beatbench::beside {
namespace {

constexpr int kTiles = 6;         // beats in a row, of each kind
constexpr double kTile_s = 1.15;  // width of a tile
constexpr double kRow_mv = 6.0;   // height of a row: MLII in its upper half and V1 in its lower
constexpr double kGap_s = 0.6;    // between real and simulated

struct Choice {
  const Measured* recording;
  const Beat* beat;
};

/// Beats from as many recordings as there are, in turn, by a fixed seed.
std::vector<Choice> choose(std::span<const Measured> recordings, char symbol) {
  std::vector<std::vector<Choice>> by_recording;
  for (const Measured& m : recordings) {
    std::vector<Choice> own;
    const auto edge = static_cast<std::int64_t>(m.rate_hz);
    for (const Beat& b : m.beats) {
      if (b.symbol == symbol && b.sample > edge && b.sample + edge < std::ssize(m.mlii_and_v1[0]))
        own.push_back({&m, &b});
    }
    shuffle(own, derive_seed(1, static_cast<std::uint64_t>(symbol)));
    if (!own.empty()) by_recording.push_back(std::move(own));
  }
  shuffle(by_recording, derive_seed(2, static_cast<std::uint64_t>(symbol)));
  std::vector<Choice> chosen;
  for (std::size_t round = 0; chosen.size() < kTiles; ++round) {
    bool any = false;
    for (const auto& own : by_recording) {
      if (round >= own.size() || chosen.size() == kTiles) continue;
      chosen.push_back(own[round]);
      any = true;
    }
    if (!any) break;
  }
  return chosen;
}

/// The points by which straight lines stay within `tolerance` of all values (Douglas and Peucker 1973), but the last.
void keep_corners(const std::vector<double>& y, std::size_t begin, std::size_t end, std::vector<std::size_t>& kept) {
  constexpr double tolerance_mv = 0.03;  // half a pixel
  std::size_t corner = begin;
  double furthest = tolerance_mv;
  for (std::size_t i = begin + 1; i < end; ++i) {
    const double line =
        y[begin] + (y[end] - y[begin]) * static_cast<double>(i - begin) / static_cast<double>(end - begin);
    if (std::abs(y[i] - line) > furthest) furthest = std::abs(y[i] - line), corner = i;
  }
  if (corner == begin) return kept.push_back(begin);
  keep_corners(y, begin, corner, kept);
  keep_corners(y, corner, end, kept);
}

void write_trace(std::ostream& script, const Choice& choice, std::size_t lead, double x0, double y0) {
  const std::vector<float>& signal = choice.recording->mlii_and_v1[lead];
  if (signal.empty()) return;
  const double rate_hz = choice.recording->rate_hz;
  const std::int64_t begin = choice.beat->sample - std::llround(kBefore_s * rate_hz);
  const std::int64_t end = choice.beat->sample + std::llround(kAfter_s * rate_hz);
  std::vector<float> sorted(signal.begin() + begin, signal.begin() + end);
  std::ranges::nth_element(sorted, sorted.begin() + std::ssize(sorted) / 2);
  const double middle = sorted[sorted.size() / 2];
  std::vector<double> y;
  for (std::int64_t i = begin; i < end; ++i) {
    y.push_back(std::clamp(signal[static_cast<std::size_t>(i)] - middle, -1.9, 2.4));
  }
  std::vector<std::size_t> kept;
  keep_corners(y, 0, y.size() - 1, kept);
  kept.push_back(y.size() - 1);
  for (const std::size_t i : kept) script << x0 + static_cast<double>(i) / rate_hz << ' ' << y0 + y[i] << '\n';
  script << '\n';
}

}  // namespace

std::string draw_beats(std::span<const Measured> real, std::span<const Measured> simulated, const std::string& classes,
                       bool png) {
  const double half = kTiles * kTile_s;
  std::ostringstream traces[2], ticks, labels;
  for (std::size_t row = 0; row < classes.size(); ++row) {
    const double y0 = -static_cast<double>(row) * kRow_mv;
    labels << "set label " << gnuplot::quoted(std::string(1, classes[row])) << " at -0.35," << y0 - 1.2
           << " font ',20'\n";
    for (const bool is_real : {true, false}) {
      double x0 = is_real ? 0 : half + kGap_s;
      for (const Choice& choice : choose(is_real ? real : simulated, classes[row])) {
        for (const std::size_t lead : {0, 1}) {
          write_trace(traces[lead], choice, lead, x0, y0 - 2.8 * static_cast<double>(lead));
        }
        labels << "set label " << gnuplot::quoted(choice.recording->id) << " at " << x0 + 0.02 << ',' << y0 + 2.2
               << " font ',8' tc rgb '#888888'\n";
        ticks << x0 + kBefore_s << ' ' << y0 - 4.6 << "\n" << x0 + kBefore_s << ' ' << y0 - 4.3 << "\n\n";
        x0 += kTile_s;
      }
    }
  }
  std::ostringstream script;
  script.imbue(std::locale::classic());
  script << gnuplot::terminal_line(png ? PlotFormat::png : PlotFormat::svg,
                                   {1240, static_cast<int>(90 * classes.size()) + 50})
         << "$mlii << EOD\n"
         << traces[0].str() << "EOD\n$ticks << EOD\n"
         << ticks.str() << "EOD\n$v1 << EOD\n"
         << traces[1].str() << "EOD\n"
         << labels.str() << "set label 'mitdb: MLII black, V1 blue; the tick marks the annotation' at 0,4 font ',13'\n"
         << "set label 'simdb: simulated' at " << half + kGap_s << ",4 font ',13'\n"
         << "unset border\nunset tics\nunset key\nset margins 0,0,0,0\n"
         << "set xrange [-0.5:" << 2 * half + kGap_s << "]\n"
         << "set yrange [" << -kRow_mv * static_cast<double>(classes.size()) + 1.0 << ":5]\n"
         << "plot $mlii with lines lw 0.8 lc rgb '#000000', $v1 with lines lw 0.8 lc rgb '#0072B2', "
         << "$ticks with lines lw 1.5 lc rgb '#D55E00'\n";
  return gnuplot::run(script.str());
}

}  // namespace beatbench::beside
