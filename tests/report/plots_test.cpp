#include "beatbench/report/plots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "report/sample_reports.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::HasSubstr;

ClassificationMetrics metrics_of(const std::vector<std::string>& names) {
  const std::size_t classes = names.size();
  std::vector<std::int64_t> confusion(classes * classes, 0);
  for (std::size_t i = 0; i < classes; ++i) {
    confusion[i * classes + i] = 75052;
    confusion[i * classes + (i + 1) % classes] += 5000;
  }
  return metrics_of_confusion(confusion, names);
}

// Where texts stand: gnuplot writes each as <g transform="translate(x,y)...">.
std::vector<std::pair<double, double>> text_positions(const std::string& svg) {
  std::vector<std::pair<double, double>> positions;
  for (std::size_t at = svg.find("<g transform="); at != std::string::npos; at = svg.find("<g transform=", at + 1)) {
    std::pair<double, double> position;
    const int read =
        std::sscanf(svg.c_str() + at, "<g transform=\"translate(%lf,%lf)", &position.first, &position.second);
    EXPECT_EQ(read, 2);
    positions.push_back(position);
  }
  return positions;
}

std::pair<double, double> size_of(const std::string& svg) {
  std::pair<double, double> size;
  const char* head = svg.c_str() + svg.find("width=");
  EXPECT_EQ(std::sscanf(head, "width=\"%lf\" height=\"%lf\"", &size.first, &size.second), 2);
  return size;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class ConfusionOf : public testing::TestWithParam<std::string> {};

TEST_P(ConfusionOf, HasEveryCountInsideThePicture) {
  const std::vector<std::string> names = require_class_map(GetParam()).class_names();
  const std::string svg = plot_confusion(metrics_of(names), "mitdb, random (intra-patient)");
  EXPECT_THAT(svg, HasSubstr("mitdb, random (intra-patient)"));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
  EXPECT_EQ(count_of(svg, ">75052<"), names.size());
  EXPECT_EQ(count_of(svg, ">5000<"), names.size());
  EXPECT_EQ(count_of(svg, ">93.8%<"), names.size());
  for (const std::string& name : names) EXPECT_GE(count_of(svg, ">" + name + "<"), 2U) << name;
  const auto [width, height] = size_of(svg);
  const auto positions = text_positions(svg);
  EXPECT_GE(positions.size(), names.size() * (names.size() + 6));  // cells, their second lines, names and margins
  for (const auto& [x, y] : positions) {
    EXPECT_TRUE(x > 0 && x < width && y > 0 && y < height) << x << ", " << y;
  }
}

INSTANTIATE_TEST_SUITE_P(ClassMaps, ConfusionOf, testing::Values("binary", "aami5", "paper8", "symbols18"),
                         [](const auto& info) { return info.param; });

TEST(Plots, ShareNeverRoundsToAllOrNothing) {
  const std::string svg = plot_confusion(metrics_of_confusion({99999, 1, 0, 7}, {"a", "b"}), "title");
  EXPECT_EQ(count_of(svg, "99.9%<"), 1U);       // "more than 99.9%"
  EXPECT_EQ(count_of(svg, ">100%<"), 1U + 2U);  // the cell of b, and the two legends
  EXPECT_EQ(count_of(svg, "0.1%<"), 1U + 2U);
}

TEST(Plots, ThresholdsHaveAnAreaForEachClassWithBeats) {
  const std::vector<float> scores = {0.1F, 0.4F, 0.35F, 0.8F};
  const std::vector<ClassThresholds> classes = {
      {"N", threshold_curve(rank_inputs(scores, {false, false, true, true}))},
      {"Q", threshold_curve(rank_inputs(scores, {false, false, false, false}))}};
  const std::string svg = plot_thresholds(classes, "mitdb, inter-patient");
  EXPECT_THAT(svg, HasSubstr("mitdb, inter-patient"));
  EXPECT_THAT(svg, HasSubstr(">N  0.7500<"));
  EXPECT_THAT(svg, HasSubstr(">N  0.8333<"));
  EXPECT_THAT(svg, testing::Not(HasSubstr(">Q")));
  EXPECT_THAT(plot_thresholds({}, "none"), HasSubstr("</svg>"));
  EXPECT_EQ(plot_thresholds(classes, "x", PlotFormat::png).substr(1, 3), "PNG");
}

TEST(Plots, MistakesAreNamedOneByOne) {
  BeatSet windows;
  windows.shape.length_samples = 20;
  for (int i = 0; i < 40; ++i) windows.values.push_back(static_cast<float>(std::sin(i)));
  const std::vector<Misclassification> mistakes = {{1, "208", 4711, "F", "V", 0.998}, {0, "100", 77, "N", "S", 0.5}};
  const std::string svg = plot_misclassifications(windows, mistakes, "the surest");
  EXPECT_THAT(svg, HasSubstr(">208 at 4711<"));
  EXPECT_THAT(svg, HasSubstr(">F taken for V, 99.8 %<"));
  EXPECT_THAT(svg, HasSubstr(">N taken for S, 50.0 %<"));
  EXPECT_THAT(plot_misclassifications(windows, {}, "none"), HasSubstr(">no mistake<"));
  BeatSet images;
  images.shape.image_size = 16;
  images.pixels.assign(2 * 256, 200);
  EXPECT_THAT(plot_misclassifications(images, mistakes, "images"), HasSubstr(">208 at 4711<"));
}

TEST(Plots, DrawWhereNearlyEverythingIsUndefined) {
  const std::string svg = plot_confusion(metrics_of_confusion({0, 0, 0, 0}, {"a", "b"}), "");
  EXPECT_THAT(svg, HasSubstr("n = 0"));
}

TEST(Plots, PngIsPng) {
  const std::string signature = "\x89PNG\r\n\x1a\n";
  EXPECT_EQ(plot_confusion(samples::metrics(), "title", PlotFormat::png).substr(0, 8), signature);
  EXPECT_EQ(plot_curves(samples::run_report().training.history, 2, "title", PlotFormat::png).substr(0, 8), signature);
}

TEST(Plots, TextIsTextWhateverItSays) {
  const tests::TestFolder folder;
  const std::filesystem::path before = std::filesystem::current_path(), trap = "trap";
  std::filesystem::current_path(folder.path());
  const std::string title = "it's `touch " + trap.string() + "` a_{b}^c @x <i> & \"q\" \\n\nsystem('touch " +
                            trap.string() + "')\nset output '" + trap.string() + "'";
  const std::string svg = plot_confusion(metrics_of_confusion({5, 1, 1, 5}, {"'`<7", "\"; exit \\"}), title);
  plot_curves(samples::run_report().training.history, 2, title);
  EXPECT_FALSE(std::filesystem::exists(trap));
  std::filesystem::current_path(before);
  for (const char* text : {"a_{b}^c @x &lt;i>", "&amp; \"q\" \\n", ">''&lt;7<", ">\"; exit \\<"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
}

TEST(Plots, LongClassNamesAreCutByCharacter) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "\u00e9";
  const std::string svg = plot_confusion(metrics_of_confusion({5, 1, 1, 5}, {name, "b"}), "title");
  std::string shown;
  for (int i = 0; i < 19; ++i) shown += "\u00e9";
  EXPECT_EQ(count_of(svg, ">" + shown + "\u2026<"), 2U);
}

TEST(Plots, CurvesNameWhatTheyShow) {
  const std::string svg = plot_curves(samples::run_report().training.history, 2, "resnet1d on mitdb");
  for (const char* text : {"resnet1d on mitdb", "training", "validation", "training accuracy", "validation accuracy",
                           "validation macro F1", "epoch", "best: 2"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
}

TEST(Plots, CurvesDrawWhatWasMeasured) {
  EpochRow row;
  row.epoch = 1;
  row.train_loss = std::nan("");
  EXPECT_EQ(count_of(plot_curves({&row, 1}, {}, "title"), "not measured"), 2U);
  row.train_loss = 0.0;
  EXPECT_EQ(count_of(plot_curves({&row, 1}, {}, "title"), "not measured"), 1U);
  EXPECT_THROW(plot_curves({}, {}, "title"), Error);
}

TEST(Plots, SameMetricsGiveTheSameBytes) {
  const auto draw = [] { return plot_curves(samples::run_report().training.history, 2, "title"); };
  EXPECT_EQ(draw(), draw());
}

TEST(Plots, SayThatGnuplotIsMissing) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  try {
    plot_confusion(samples::metrics(), "title");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_THAT(error.what(), HasSubstr("gnuplot-nox"));
  }
  ::setenv("PATH", path.c_str(), 1);
}

TEST(Plots, OfSeveralClassesEachHasItsOwnMatrix) {
  const std::vector<std::uint64_t> reference = {0b01, 0b11, 0b00, 0b10}, predicted = {0b01, 0b01, 0b00, 0b11};
  const auto metrics = evaluate_multi_label(reference, predicted, {"AF", "RBBB"});
  const std::string svg = plot_confusion(metrics, "a title");
  for (const char* text : {"AF  F1 80.00", "RBBB  F1 66.67", "there, missed", "1  (50.0 %)", "2  (100.0 %)",
                           "all classes right 50.00 %"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_EQ(svg, plot_confusion(metrics, "a title"));
}

}  // namespace
}  // namespace beatbench
