#include "beatbench/images/image_file.h"

#include <gmock/gmock.h>

#include "beatbench/core/error.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::Each;
using testing::ElementsAre;

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// A bitmap as the BMP format has it: 24 bits a pixel, rows from the bottom, each padded to four bytes.
std::string bitmap(int width, int height, std::uint8_t blue, std::uint8_t green, std::uint8_t red) {
  const auto word = [](std::uint32_t value, int size) {
    std::string out;
    for (int i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
  };
  const std::size_t row = (3 * static_cast<std::size_t>(width) + 3) / 4 * 4;
  std::string pixels;
  for (int y = 0; y < height; ++y) {
    std::string line;
    for (int x = 0; x < width; ++x) line += {static_cast<char>(blue), static_cast<char>(green), static_cast<char>(red)};
    line.resize(row, '\0');
    pixels += line;
  }
  return "BM" + word(static_cast<std::uint32_t>(54 + pixels.size()), 4) + word(0, 4) + word(54, 4) + word(40, 4) +
         word(static_cast<std::uint32_t>(width), 4) + word(static_cast<std::uint32_t>(height), 4) + word(1, 2) +
         word(24, 2) + std::string(24, '\0') + pixels;
}

TEST(ImageFile, APngBringsEveryPixelBack) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 64 * 64; ++i) pixels.push_back(static_cast<std::uint8_t>(i * 37));
  const std::string file = encode_png(pixels, 64);
  EXPECT_THAT(file, testing::StartsWith("\x89PNG"));
  EXPECT_EQ(decode_image(file, 64, "x"), pixels);
}

// Rec. 601 luma: 0.299 R + 0.587 G + 0.114 B.
TEST(ImageFile, ColoursBecomeGray) {
  EXPECT_THAT(decode_image(bitmap(2, 2, 0, 0, 200), 2, "x"), Each(60));
  EXPECT_THAT(decode_image(bitmap(2, 2, 0, 200, 0), 2, "x"), Each(117));
  EXPECT_THAT(decode_image(bitmap(2, 2, 200, 0, 0), 2, "x"), Each(23));
}

// A PNG made with zlib alone: black, transparent black / white, half transparent black.
TEST(ImageFile, WhatIsTransparentIsWhite) {
  const std::string png = bytes_of(
      "89504e470d0a1a0a0000000d494844520000000200000002080600000072b60d24000000154944415478da63606060f8cf0002ff81004835"
      "00"
      "00286a057c5ca31b3e0000000049454e44ae426082");
  EXPECT_THAT(decode_image(png, 2, "x"), ElementsAre(0, 255, 255, 127));
}

TEST(ImageFile, AnotherSizeIsScaled) {
  EXPECT_THAT(decode_image(bitmap(7, 3, 90, 90, 90), 16, "x"), testing::AllOf(testing::SizeIs(256), Each(90)));
  std::vector<std::uint8_t> halves(64 * 64, 0);
  for (std::size_t i = 0; i < halves.size(); i += 2) halves[i] = 200;  // every second column
  EXPECT_THAT(decode_image(encode_png(halves, 64), 32, "x"), Each(100)) << "areas are averaged";
}

TEST(ImageFile, WhatIsNoImageIsNamed) {
  const std::string png = encode_png(std::vector<std::uint8_t>(256, 9), 16);
  for (const std::string& content : {std::string(), std::string("no image"), png.substr(0, 30), "BM" + png}) {
    EXPECT_ERROR(decode_image(content, 16, "beat.png"), ErrorKind::data, "beat.png", "no image, or a damaged one");
  }
}

TEST(ImageFile, IsKnownByItsName) {
  for (const char* name : {"a.png", "a.PNG", "b/a.jpg", "a.jpeg", "a.bmp", "a.tif"}) EXPECT_TRUE(is_image_file(name));
  for (const char* name : {"a.csv", "png", "a.png.txt", "a"}) EXPECT_FALSE(is_image_file(name));
}

}  // namespace
}  // namespace beatbench
