#include "beatbench/images/beat_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using Beats = std::vector<std::int64_t>;

// Jun et al. 2018: from 20 samples after the previous R peak to 20 before the next, at 360 Hz.
TEST(BeatRanges, NeighboursLeaveTwentySamplesToEach) {
  EXPECT_THAT(beat_ranges(Beats{500, 800, 1000}, 2000, 360, "neighbours"),
              ElementsAre(BeatRange{220, 780}, BeatRange{520, 980}, BeatRange{820, 1180}));
  EXPECT_THAT(beat_ranges(Beats{1000, 1600, 2000}, 4000, 720, "neighbours"),
              ElementsAre(BeatRange{440, 1560}, BeatRange{1040, 1960}, BeatRange{1640, 2360}));
}

TEST(BeatRanges, HalfwayMeetsItsNeighbours) {
  EXPECT_THAT(beat_ranges(Beats{500, 800, 1000}, 2000, 360, "halfway"),
              ElementsAre(BeatRange{350, 650}, BeatRange{650, 900}, BeatRange{900, 1100}));
}

TEST(BeatRanges, EndAtTheEdgesOfTheRecording) {
  EXPECT_THAT(beat_ranges(Beats{3, 397}, 400, 360, "neighbours"), ElementsAre(BeatRange{0, 377}, BeatRange{23, 400}));
  EXPECT_THAT(beat_ranges(Beats{1000}, 2000, 360, "halfway"), ElementsAre(BeatRange{820, 1180}));
  EXPECT_THAT(beat_ranges({}, 2000, 360, "halfway"), testing::IsEmpty());
}

TEST(BeatRanges, HoldTheirBeatHoweverCloseTheNeighbours) {
  const Beats beats = {0, 1, 2, 12, 30, 98, 99};
  for (const char* kind : {"neighbours", "halfway"}) {
    const auto ranges = beat_ranges(beats, 100, 360, kind);
    for (std::size_t i = 0; i < beats.size(); ++i) {
      EXPECT_LE(ranges[i].begin, beats[i]);
      EXPECT_GT(ranges[i].end, beats[i]);
      EXPECT_GE(ranges[i].end - ranges[i].begin, 2);
      EXPECT_GE(ranges[i].begin, 0);
      EXPECT_LE(ranges[i].end, 100);
    }
  }
}

TEST(BeatRanges, UnknownKindsAreRefused) {
  EXPECT_ERROR(beat_ranges({}, 100, 360, "all"), ErrorKind::usage, "'all'", "neighbours, halfway");
}

constexpr int kSize = 128;

std::vector<std::uint8_t> drawn(const std::vector<float>& samples, float low, float high) {
  std::vector<std::uint8_t> pixels(kSize * kSize, 77);
  draw_beat(samples, low, high, kSize, pixels);
  return pixels;
}

// The middle of the ink in a column, in rows from the top; -1 where there is none.
double height_in(const std::vector<std::uint8_t>& pixels, int column) {
  double ink = 0, weighted = 0;
  for (int row = 0; row < kSize; ++row) {
    const double dark = 255 - pixels[static_cast<std::size_t>(row * kSize + column)];
    ink += dark;
    weighted += dark * row;
  }
  return ink > 0 ? weighted / ink : -1;
}

TEST(DrawBeat, PutsEachSampleAtItsPlace) {
  std::vector<float> samples;
  for (int i = 0; i < 300; ++i) samples.push_back(0.3F * std::sin(static_cast<float>(i) * 0.03F));
  const auto pixels = drawn(samples, -0.5F, 0.5F);
  for (int column = 2; column < kSize - 2; ++column) {
    const auto i = static_cast<std::size_t>(std::lround(column * 299.0 / (kSize - 1)));
    EXPECT_NEAR(height_in(pixels, column), (0.5 - samples[i]) * (kSize - 1), 0.6) << column;
  }
}

TEST(DrawBeat, IsBlackOnWhiteWithGreyEdges) {
  const auto pixels = drawn({0, 1, 0.2F, 0.9F, 0.1F}, 0, 1);
  EXPECT_EQ(std::ranges::count(pixels, 77), 0) << "every pixel is set";
  EXPECT_GT(std::ranges::count(pixels, 255), kSize * kSize * 8 / 10);
  EXPECT_LT(*std::ranges::min_element(pixels), 40);
  EXPECT_GT(std::ranges::count_if(pixels, [](std::uint8_t p) { return p > 60 && p < 200; }), 100) << "anti-aliased";
}

TEST(DrawBeat, CutsOffWhatLiesBeyond) {
  const auto pixels = drawn({-5, 5}, 0, 1);
  EXPECT_EQ(drawn({-50, 50}, 0, 1), drawn({0, 1}, 0, 1));
  EXPECT_EQ(pixels, drawn({0, 1}, 0, 1));
}

TEST(DrawBeat, DrawsEvenAConstant) {
  const auto line = drawn(std::vector<float>(50, 0.5F), 0, 1);
  for (int column = 2; column < kSize - 2; ++column) EXPECT_NEAR(height_in(line, column), 63.5, 0.1);
  const auto flat = drawn(std::vector<float>(50, 0.5F), 0.5F, 0.5F);  // a recording without amplitude
  EXPECT_NEAR(height_in(flat, 64), kSize - 1, 0.6);
}

class AppendImages : public testing::Test {
 protected:
  AppendImages() {
    for (int i = 0; i < 2000; ++i)
      lead_.samples.push_back(i < 100 ? -0.5F : i % 400 == 200 ? 2.0F : 0.001F * static_cast<float>(i % 7));
    lead_.record_rate_hz = 360;
    preprocessing_.input = "image";
    preprocessing_.image_size = 64;
    set_.records = {{"r", "r"}};
  }

  void append(const std::vector<BeatRow>& rows) { append_images(set_, lead_, rows, beats_, preprocessing_); }

  const Beats beats_ = {200, 600, 1000, 1400, 1800};
  PreparedLead lead_;
  Preprocessing preprocessing_;
  BeatSet set_;
};

TEST_F(AppendImages, DrawsTheRowsOwnBeats) {
  append({{0, 600, 1, 2}, {0, 1400, 5, 3}});
  ASSERT_EQ(set_.size(), 2U);
  EXPECT_EQ(set_.shape.image_size, 64);
  EXPECT_EQ(set_.shape.input_size(), 64U * 64U);
  EXPECT_EQ(set_.pixels.size(), 2U * 64U * 64U);
  EXPECT_EQ(set_.rows[1].sample, 1400);
  EXPECT_EQ(set_.rows[1].label, 3);
  std::vector<float> input(set_.shape.input_size());
  set_.copy_input(1, input.data());
  for (std::size_t i = 0; i < input.size(); ++i) {
    EXPECT_FLOAT_EQ(input[i], static_cast<float>(255 - set_.image(1)[i]) / 255.0F);
  }
  // The beat stands in the middle of its 760 samples: its peak, cut off at the top, is the only ink above the bottom.
  float above = 0, at_peak = 0;
  for (std::size_t row = 0; row < 40; ++row) {
    for (std::size_t column = 0; column < 64; ++column) {
      above += input[row * 64 + column];
      if (column >= 30 && column <= 33) at_peak += input[row * 64 + column];
    }
  }
  EXPECT_GT(above, 10);
  EXPECT_EQ(above, at_peak);
}

TEST_F(AppendImages, ScalesByRecordByBeatOrNotAtAll) {
  const auto image_with = [&](const char* scaling, float factor) {
    set_ = {};
    set_.records = {{"r", "r"}};
    PreparedLead lead = lead_;
    for (float& value : lead.samples) value *= factor;
    preprocessing_.scaling = scaling;
    const std::vector<BeatRow> row = {{0, 1000, 1, 0}};
    append_images(set_, lead, row, beats_, preprocessing_);
    return set_.pixels;
  };
  EXPECT_EQ(image_with("window", 1), image_with("window", 4)) << "an image of its own height";
  EXPECT_EQ(image_with("record", 1), image_with("record", 4)) << "every image of the recording's height";
  EXPECT_NE(image_with("none", 1), image_with("none", 0.25F)) << "in mV";
  EXPECT_NE(image_with("window", 1), image_with("record", 1));
}

TEST_F(AppendImages, RefusesBeatsThatAreNotThere) {
  EXPECT_ERROR(append({{0, 601, 1, 0}}), ErrorKind::data, "record r", "sample 601");
  EXPECT_ERROR(append_images(set_, lead_, std::vector<BeatRow>{{0, 9000, 1, 0}}, Beats{9000}, preprocessing_),
               ErrorKind::data, "sample 9000");
}

}  // namespace
}  // namespace beatbench
