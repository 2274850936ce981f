#include "beatbench/data/augmentation.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgcodecs.hpp>

#include "beatbench/core/random.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::Each;
using testing::Ge;
using testing::Le;

Preprocessing windows_of_64() {
  Preprocessing p;
  p.before_samples = p.after_samples = 32;
  p.class_map = "aami5";
  p.class_names = {"N", "S", "V", "F", "Q"};
  return p;
}

// Two windows of two leads: a bump at the beat, and a slope.
BeatSet two_leads() {
  BeatSet set;
  set.shape.length_samples = 64;
  set.shape.leads = 2;
  set.shape.feature_count = 1;
  set.records = {{"a", "a"}};
  for (int row = 0; row < 2; ++row) {
    for (int lead = 0; lead < 2; ++lead) {
      for (int t = 0; t < 64; ++t) {
        const double bump = std::exp(-0.05 * (t - 32) * (t - 32));
        set.values.push_back(static_cast<float>(lead == 0 ? bump : 0.01 * t));
      }
    }
    set.features.push_back(0.75F);
    set.rows.push_back({0, 100 * row, 1, static_cast<std::int16_t>(row)});
  }
  return set;
}

std::vector<float> varied(const Augmentation& augmentation, const BeatSet& set, std::uint64_t seed,
                          std::uint32_t row = 0, int variant = 0) {
  std::vector<float> input(set.shape.input_size());
  set.copy_input(row, input.data());
  augmentation.apply(set, row, variant, seed, input);
  return input;
}

Augmentation with_options(const AugmentationOptions& options) { return {options, windows_of_64()}; }

TEST(Augmentation, IsAFunctionOfItsSeed) {
  const BeatSet set = two_leads();
  const Augmentation all = with_options({.scale = 0.2, .shift_samples = 5, .warp = 0.1, .lead_dropout = 0.3});
  EXPECT_EQ(varied(all, set, 5), varied(all, set, 5));
  EXPECT_NE(varied(all, set, 5), varied(all, set, 6));
  EXPECT_EQ(varied(with_options({}), set, 5), varied(with_options({}), set, 6)) << "nothing is varied by default";
}

TEST(Augmentation, LeavesTheNumbersBesideABeatAlone) {
  const BeatSet set = two_leads();
  const auto input = varied(with_options({.scale = 0.5, .shift_samples = 9, .warp = 0.1, .lead_dropout = 0.5}), set, 3);
  EXPECT_THAT(std::vector<float>(input.end() - 64, input.end()), Each(0.75F));
}

TEST(Augmentation, ScalesAllLeadsAlikeWithinItsRange) {
  const BeatSet set = two_leads();
  const Augmentation scale = with_options({.scale = 0.2});
  double low = 2, high = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const auto input = varied(scale, set, seed);
    const double factor = input[32];
    low = std::min(low, factor);
    high = std::max(high, factor);
    EXPECT_NEAR(input[64 + 50], 0.5 * factor, 1e-6);
  }
  EXPECT_NEAR(low, 0.8, 0.01);
  EXPECT_NEAR(high, 1.2, 0.01);
}

TEST(Augmentation, ShiftsByWholeSamplesEitherWay) {
  const BeatSet set = two_leads();
  std::vector<int> seen(64, 0);
  for (std::uint64_t seed = 0; seed < 700; ++seed) {
    const auto input = varied(with_options({.shift_samples = 3}), set, seed);
    const auto peak = std::max_element(input.begin(), input.begin() + 64) - input.begin();
    EXPECT_EQ(input[static_cast<std::size_t>(peak)], 1.0F);
    ++seen[static_cast<std::size_t>(peak)];
  }
  for (int t = 0; t < 64; ++t) EXPECT_EQ(seen[static_cast<std::size_t>(t)] > 60, t >= 29 && t <= 35) << t;
}

// The slope tells where each sample came from: time never runs backwards, at most 10 % faster or slower, and the beat
// stays in its place.
TEST(Augmentation, WarpsTimeAroundTheBeat) {
  const BeatSet set = two_leads();
  double slowest = 1, fastest = 1;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto input = varied(with_options({.warp = 0.1}), set, seed);
    EXPECT_NEAR(input[64 + 32], 0.32, 1e-5);
    for (std::size_t t = 1; t < 64; ++t) {
      const double speed = (input[64 + t] - input[64 + t - 1]) / 0.01;
      const bool at_the_edge = input[64 + t - 1] < 0.0001 || input[64 + t] > 0.6299;
      if (at_the_edge) continue;
      slowest = std::min(slowest, speed);
      fastest = std::max(fastest, speed);
    }
  }
  EXPECT_NEAR(slowest, 0.9, 0.01);
  EXPECT_NEAR(fastest, 1.1, 0.01);
}

TEST(Augmentation, DropsLeadsButNeverAll) {
  const BeatSet set = two_leads();
  int dropped = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto input = varied(with_options({.lead_dropout = 0.4}), set, seed);
    const auto is_zero = [](float value) { return value == 0; };
    const bool first = std::all_of(input.begin(), input.begin() + 64, is_zero);
    const bool second = std::all_of(input.begin() + 64, input.begin() + 128, is_zero);
    EXPECT_FALSE(first && second);
    dropped += first || second ? 1 : 0;
  }
  EXPECT_NEAR(dropped, 400, 5 * std::sqrt(1000 * 0.4 * 0.6));  // each lead is safe in half the draws
}

// nstdb's muscle artefact at a ratio drawn from 12 to 18 dB: by the definition of nst(1), the noise that was added has
// the power of the QRS over 10^(dB / 10).
TEST(Augmentation, AddsNoiseAtTheRatioDrawn) {
  BEATBENCH_NEED_DATABASE(noise, "nstdb");
  Preprocessing p = windows_of_64();
  p.before_samples = p.after_samples = 1800;  // long enough for the noise's own power to be near its mean
  BeatSet set;
  set.shape.length_samples = 3600;
  set.records = {{"a", "a"}};
  for (int t = 0; t < 3600; ++t) set.values.push_back(t >= 1790 && t < 1810 ? 1.0F : 0.0F);
  set.rows = {{0, 0, 1, 0}};
  const Augmentation augmentation({.noise = {(noise / "ma").string()}, .snr_low_db = 12, .snr_high_db = 18}, p);
  std::vector<double> ratios;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto input = varied(augmentation, set, seed);
    double power = 0;
    for (std::size_t t = 0; t < input.size(); ++t) {
      const double noise = static_cast<double>(input[t]) - static_cast<double>(set.values[t]);
      power += noise * noise / static_cast<double>(input.size());
    }
    ratios.push_back(10 * std::log10(1.0 / 8 / power));  // a range of 1: power 1 / 8
  }
  std::ranges::sort(ratios);
  EXPECT_NEAR(ratios[100], 15, 2.5);  // nstdb's noise is not of one power throughout
  EXPECT_LT(ratios[180] - ratios[20], 12);
  EXPECT_GT(ratios[180] - ratios[20], 3);
}

BeatSet one_image(int size) {
  BeatSet set;
  set.shape.image_size = size;
  set.records = {{"a", "a"}};
  for (int i = 0; i < size * size; ++i) {  // black to the right, as dark as the column's number
    set.pixels.push_back(static_cast<std::uint8_t>(255 - 255 * (i % size) / (size - 1)));
  }
  set.rows = {{0, 0, 1, 0}};
  set.pixels.insert(set.pixels.end(), set.pixels.begin(), set.pixels.end());
  set.rows.push_back({0, 1, 5, 2});
  return set;
}

Preprocessing images() {
  Preprocessing p = windows_of_64();
  p.input = "image";
  return p;
}

// Jun et al. 2018: 96x96 at offsets 0, 16 and 32 of 128x128, enlarged bilinearly.
TEST(Crops, AreTheNineOfThePaper) {
  const BeatSet set = one_image(128);
  const Augmentation crops({.crops = "all"}, images());
  EXPECT_EQ(crops.variants(set, 0), 10);
  const auto whole = varied(crops, set, 1, 0, 0);
  EXPECT_NEAR(whole[64], 64.0 / 127, 0.003);
  for (int variant = 1; variant < 10; ++variant) {
    const int left = 16 * ((variant - 1) % 3);
    const auto input = varied(crops, set, 1, 0, variant);
    for (int x : {20, 64, 100}) {
      const double column = left + (x + 0.5) * 96 / 128 - 0.5;  // pixel centres, as in bilinear enlargement
      EXPECT_NEAR(input[static_cast<std::size_t>(50 * 128 + x)], column / 127, 1.0 / 255) << variant << " at " << x;
    }
  }
  BeatSet turned = set;  // dark downwards
  for (int i = 0; i < 128 * 128; ++i)
    turned.pixels[static_cast<std::size_t>(i)] = set.pixels[static_cast<std::size_t>(i % 128 * 128 + i / 128)];
  const auto lower = varied(crops, turned, 1, 0, 7);
  EXPECT_NEAR(lower[64 * 128], (32 + 64.5 * 0.75 - 0.5) / 127, 1.0 / 255);
}

TEST(Crops, AtRandomShowEachVariantEquallyOften) {
  const BeatSet set = one_image(32);
  const Augmentation random({.crops = "random"}, images()), all({.crops = "all"}, images());
  EXPECT_EQ(random.variants(set, 0), 1);
  std::map<std::vector<float>, int> seen;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) ++seen[varied(random, set, seed)];
  EXPECT_EQ(seen.size(), 4) << "the image and three crops: it is the same in each line";
  EXPECT_NEAR(seen[varied(all, set, 0, 0, 0)], 200, 5 * std::sqrt(180));
}

TEST(Crops, MayLeaveNormalBeatsAsTheyAre) {
  const BeatSet set = one_image(32);
  const Augmentation some({.crops = "all", .crop_classes = "arrhythmias"}, images());
  EXPECT_EQ(some.variants(set, 0), 1);
  EXPECT_EQ(some.variants(set, 1), 10);
  EXPECT_EQ(varied(some, set, 1, 0, 4), varied(some, set, 1, 0, 0));
  Preprocessing own = images();
  own.class_map = "own";
  own.class_names = {"Normal", "PVC"};
  EXPECT_NO_THROW(Augmentation({.crops = "all", .crop_classes = "arrhythmias"}, own));
  own.class_names = {"A", "B"};
  EXPECT_ERROR(Augmentation({.crops = "all", .crop_classes = "arrhythmias"}, own), ErrorKind::usage, "normal beats");
}

TEST(AugmentationOptions, ThatAreWrongAreRefused) {
  EXPECT_ERROR(with_options({.scale = 1}), ErrorKind::usage, "--augment-scale", "0 to 0.99");
  EXPECT_ERROR(with_options({.warp = 0.6}), ErrorKind::usage, "--augment-warp");
  EXPECT_ERROR(with_options({.snr_low_db = 10, .snr_high_db = 5}), ErrorKind::usage, "snr");
  EXPECT_ERROR(with_options({.crops = "nine"}), ErrorKind::usage, "crops", "none, random, all");
  EXPECT_ERROR(with_options({.crops = "all"}), ErrorKind::usage, "crops", "windows");
  EXPECT_ERROR(Augmentation({.warp = 0.1}, images()), ErrorKind::usage, "images");
  EXPECT_ERROR(with_options({.noise = {"nowhere/ma"}}), ErrorKind::usage, "nowhere/ma");
}

TEST(AugmentationPage, ShowsEveryClassAndWhatBecomesOfIt) {
  const BeatSet set = two_leads();
  const std::vector<std::uint32_t> rows = {0, 1};
  const std::string png = augmentation_page(with_options({.scale = 0.5}), set, rows, 1);
  const cv::Mat bytes(1, static_cast<int>(png.size()), CV_8UC1, const_cast<char*>(png.data()));
  const cv::Mat page = cv::imdecode(bytes, cv::IMREAD_GRAYSCALE);
  EXPECT_EQ(page.rows, 2 * 128);
  EXPECT_EQ(page.cols, 9 * 128);
  const auto cell = [&](int line, int column) { return page(cv::Rect(column * 128, line * 128, 128, 128)); };
  EXPECT_EQ(cv::norm(cell(0, 0), cell(1, 0)), 0) << "the same beat in two classes";
  EXPECT_GT(cv::norm(cell(0, 0), cell(0, 1)), 0);
  EXPECT_GT(cv::norm(cell(0, 1), cell(0, 2)), 0);
}

}  // namespace
}  // namespace beatbench
