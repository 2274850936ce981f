#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <locale>
#include <sstream>
#include <vector>

#include "beatbench/report/plots.h"
#include "beatbench/report/table.h"
#include "report/characters.h"
#include "report/gnuplot.h"
#include "report/plot_class_counts.h"

namespace beatbench {
namespace {

using Rgb = std::array<double, 3>;
using Ramp = std::array<Rgb, 5>;

// ColorBrewer's sequential Blues (right) and Oranges (wrong): a pair that colour-blind readers tell apart.
constexpr Ramp kRight = {{{239, 243, 255}, {189, 215, 231}, {107, 174, 214}, {49, 130, 189}, {8, 69, 148}}};
constexpr Ramp kWrong = {{{254, 237, 222}, {253, 190, 133}, {253, 141, 60}, {230, 85, 13}, {140, 45, 4}}};

constexpr double kGlyph = 0.66;  // width of a character of this font, in font sizes, on the safe side
constexpr int kTitleFont = 15;   // pixels, as all sizes below
constexpr int kNameFont = 12;
constexpr int kSmallFont = 10;
constexpr std::size_t kLongestName = 20;  // characters; the rest of a longer class name is cut off
constexpr int kLegendHeight = 60;
constexpr int kLegendBar = 240;
constexpr int kMargin = 16;
constexpr double kSensitivityWidth = 76;  // of the column at the right
constexpr double kLeastWidth = 560;       // the legend fits

// Where everything lies, in pixels with y upwards from the lower left corner.
struct Layout {
  int classes = 0;
  int cell = 0;
  int count_font = 0;
  bool slanted = false;    // class names over the columns do not fit side by side
  double names_width = 0;  // to the left of the matrix
  double left = 0;         // of the matrix
  double bottom = 0;
  gnuplot::Size size;
  std::vector<std::string> title;

  double x(int column) const { return left + column * cell; }
  double top() const { return bottom + classes * cell; }
  double y(int row) const { return top() - (row + 1) * cell; }  // of the cell's lower edge
};

double text_width(std::size_t characters, int font) { return static_cast<double>(characters) * font * kGlyph; }

std::string shortened(const std::string& name) {
  if (character_count(name) <= kLongestName) return name;
  std::size_t end = 0;
  for (std::size_t seen = 0; seen < kLongestName; ++end) seen += continues_character(name[end]) ? 0 : 1;
  return name.substr(0, end - 1) + "\u2026";
}

std::vector<std::string> wrapped(const std::string& text, double width, int font) {
  std::vector<std::string> lines(1);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool fits = text_width(character_count(lines.back()) + 1 + character_count(word), font) <= width;
    if (!lines.back().empty() && !fits) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

std::size_t longest_name(const ClassificationMetrics& metrics) {
  std::size_t longest = 0;
  for (const std::string& name : metrics.class_names) longest = std::max(longest, character_count(shortened(name)));
  return longest;
}

std::size_t longest_count(const ClassificationMetrics& metrics) {
  std::int64_t largest = 0;
  for (const std::int64_t count : metrics.confusion) largest = std::max(largest, count);
  return std::to_string(largest).size();
}

Layout layout_of(const ClassificationMetrics& metrics, const std::string& title) {
  Layout layout;
  layout.classes = static_cast<int>(metrics.class_names.size());
  layout.count_font = layout.classes <= 8 ? 13 : 11;
  const int roomy = layout.classes <= 3 ? 110 : layout.classes <= 8 ? 78 : 54;
  const double needed = std::max(text_width(longest_count(metrics), layout.count_font), text_width(6, kSmallFont)) + 8;
  layout.cell = std::max(roomy, static_cast<int>(std::ceil(needed)));
  const std::size_t longest = longest_name(metrics);
  const double name_width =
      std::max(text_width(longest, kNameFont), text_width(longest_count(metrics) + 4, kSmallFont));
  layout.slanted = text_width(longest, kNameFont) > layout.cell - 6;
  layout.names_width = name_width + 12;
  layout.left = kMargin + 30 + layout.names_width;
  const double side = layout.classes * layout.cell;
  const double last_name = layout.slanted ? text_width(longest, kNameFont) * 0.75 - layout.cell / 2.0 + 10 : 0;
  const double width = layout.left + side + std::max(kSensitivityWidth, last_name);
  layout.bottom = kMargin + kLegendHeight + 34;
  layout.size.width = static_cast<int>(std::max(width, kLeastWidth));
  layout.left += (layout.size.width - width) / 2;
  layout.title = wrapped(title, layout.size.width - 2.0 * kMargin, kTitleFont);
  const double names_height = layout.slanted ? text_width(longest, kNameFont) * 0.75 + 16 : 22;
  const double head = kMargin + 22.0 * static_cast<double>(layout.title.size()) + 24 + 22 + names_height;
  layout.size.height = static_cast<int>(layout.bottom + side + head);
  return layout;
}

Rgb colour_of(double share, const Ramp& ramp) {
  const double position = std::cbrt(share) * (ramp.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(position), ramp.size() - 2);
  Rgb colour{};
  for (std::size_t i = 0; i < 3; ++i)
    colour[i] = std::lerp(ramp[below][i], ramp[below + 1][i], position - static_cast<double>(below));
  return colour;
}

std::string hex(const Rgb& colour) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%02x%02x%02x", static_cast<unsigned>(std::lround(colour[0])) & 255U,
                static_cast<unsigned>(std::lround(colour[1])) & 255U,
                static_cast<unsigned>(std::lround(colour[2])) & 255U);
  return text.data();
}

// Black or white, whichever stands out more (relative weights of ITU-R BT.601).
const char* ink_on(const Rgb& colour) {
  return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] > 140 ? "#000000" : "#ffffff";
}

std::string share_text(double share) {
  if (share == 1.0) return "100%";
  if (share > 0.9995) return ">99.9%";
  if (share < 0.0005) return "<0.1%";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.1f%%", 100 * share);
  return text.data();
}

class Drawing {
 public:
  Drawing() { script_.imbue(std::locale::classic()); }

  struct Style {
    int font = kNameFont;
    const char* align = "center";
    const char* colour = "#000000";
    int turn = 0;  // degrees
  };

  void text(double x, double y, const std::string& text, const Style& style) {
    script_ << "set label " << gnuplot::quoted(text) << " at " << x << "," << y << " " << style.align;
    if (style.turn) script_ << " rotate by " << style.turn;
    script_ << " font '," << style.font << "' tc rgb '" << style.colour << "' front\n";
  }

  void box(double x, double y, double width, double height, const std::string& colour) {
    script_ << "set object rectangle from " << x << "," << y << " to " << x + width << "," << y + height << " fc rgb '"
            << colour << "' fs solid noborder\n";
  }

  std::string finish(PlotFormat format, gnuplot::Size size) const {
    std::ostringstream out;
    out << gnuplot::terminal_line(format, size)
        << "set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\nset tmargin at screen 1\n"
        << "unset border\nunset tics\nunset key\nset xrange [0:" << size.width << "]\nset yrange [0:" << size.height
        << "]\n"
        << script_.str() << "plot -1 notitle\n";
    return out.str();
  }

 private:
  std::ostringstream script_;
};

void draw_cell(Drawing& drawing, const Layout& layout, const ClassificationMetrics& metrics, int row, int column) {
  const auto r = static_cast<std::size_t>(row);
  const auto c = static_cast<std::size_t>(column);
  const std::int64_t count = metrics.count(r, c);
  const std::int64_t of = metrics.classes[r].n;
  const double middle = layout.x(column) + layout.cell / 2.0;
  const double centre = layout.y(row) + layout.cell / 2.0;
  if (count == 0) {
    drawing.box(layout.x(column) + 0.5, layout.y(row) + 0.5, layout.cell - 1, layout.cell - 1,
                of == 0 ? "#eeeeee" : "#fafafa");
    if (of != 0) drawing.text(middle, centre, "0", {.font = kSmallFont, .colour = "#bbbbbb"});
    return;
  }
  const double share = static_cast<double>(count) / static_cast<double>(of);
  const Rgb colour = colour_of(share, row == column ? kRight : kWrong);
  drawing.box(layout.x(column) + 0.5, layout.y(row) + 0.5, layout.cell - 1, layout.cell - 1, hex(colour));
  drawing.text(middle, centre + 8, std::to_string(count), {.font = layout.count_font, .colour = ink_on(colour)});
  drawing.text(middle, centre - 9, share_text(share), {.font = kSmallFont, .colour = ink_on(colour)});
}

void draw_names(Drawing& drawing, const Layout& layout, const ClassificationMetrics& metrics) {
  constexpr const char* kGrey = "#666666";
  const double right = layout.x(layout.classes) + 38;
  const double below = layout.bottom - 16;
  for (int i = 0; i < layout.classes; ++i) {
    const ClassMetrics& of_class = metrics.classes[static_cast<std::size_t>(i)];
    const std::string name = shortened(of_class.name);
    const double middle_x = layout.x(i) + layout.cell / 2.0;
    const double middle_y = layout.y(i) + layout.cell / 2.0;
    drawing.text(layout.left - 10, middle_y + 8, name, {.align = "right"});
    drawing.text(layout.left - 10, middle_y - 9, "n = " + std::to_string(of_class.n),
                 {.font = kSmallFont, .align = "right", .colour = kGrey});
    if (layout.slanted)
      drawing.text(middle_x - 4, layout.top() + 10, name, {.align = "left", .turn = 45});
    else
      drawing.text(middle_x, layout.top() + 12, name, {});
    drawing.text(right, middle_y, percent(of_class.sensitivity), {.font = kSmallFont});
    drawing.text(middle_x, below, percent(of_class.positive_predictivity), {.font = kSmallFont});
  }
  drawing.text(right, layout.top() + 12, "Se %", {.font = kSmallFont, .colour = kGrey});
  drawing.text(layout.left - 10, below, "+P %", {.font = kSmallFont, .align = "right", .colour = kGrey});
}

void draw_head(Drawing& drawing, const Layout& layout, const ClassificationMetrics& metrics) {
  const double middle = layout.size.width / 2.0;
  double y = layout.size.height - kMargin - 10;
  for (const std::string& line : layout.title) {
    drawing.text(middle, y, line, {.font = kTitleFont});
    y -= 22;
  }
  drawing.text(middle, y,
               "n = " + std::to_string(metrics.n) + ",  accuracy " + percent(metrics.accuracy) + " %,  macro F1 " +
                   percent(metrics.macro_f1) + " %",
               {.colour = "#444444"});
  const double centre_x = (layout.left + layout.x(layout.classes)) / 2;
  drawing.text(centre_x, y - 26, "predicted class", {.colour = "#444444"});
  drawing.text(layout.left - layout.names_width - 24, (layout.bottom + layout.top()) / 2, "reference class",
               {.colour = "#444444", .turn = 90});
}

void draw_ramp(Drawing& drawing, double x, double y, const char* name, const Ramp& ramp) {
  constexpr int kSteps = 46;
  const double step = static_cast<double>(kLegendBar) / kSteps;
  for (int i = 0; i < kSteps; ++i) {
    const double share = std::pow((i + 0.5) / kSteps, 3);
    drawing.box(x + i * step, y, step + 0.3, 12, hex(colour_of(share, ramp)));
  }
  for (const double share : {0.001, 0.01, 0.1, 1.0}) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%g%%", 100 * share);
    const double at = x + std::cbrt(share) * kLegendBar;
    drawing.text(at, y - 10, text.data(), {.font = kSmallFont, .colour = "#444444"});
  }
  drawing.text(x + kLegendBar / 2.0, y + 23, name, {.font = kSmallFont, .colour = "#444444"});
}

}  // namespace

std::string plot_confusion(const ClassificationMetrics& metrics, const std::string& title, PlotFormat format) {
  if (metrics.multi_label) return plot_class_counts(metrics, title, format);
  const Layout layout = layout_of(metrics, title);
  Drawing drawing;
  draw_head(drawing, layout, metrics);
  draw_names(drawing, layout, metrics);
  for (int row = 0; row < layout.classes; ++row) {
    for (int column = 0; column < layout.classes; ++column) draw_cell(drawing, layout, metrics, row, column);
  }
  const double middle = layout.size.width / 2.0;
  draw_ramp(drawing, middle - kLegendBar - 18, kMargin + 20, "right, share of the row", kRight);
  draw_ramp(drawing, middle + 18, kMargin + 20, "wrong, share of the row", kWrong);
  return gnuplot::run(drawing.finish(format, layout.size));
}

}  // namespace beatbench
