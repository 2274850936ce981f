#include "beatbench/core/hash.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace beatbench {
namespace {

// The buffer that xxHash's own check hashes (XSUM_fillTestBuffer in cli/xsum_sanity_check.c, xxHash 0.8).
std::vector<unsigned char> test_buffer(std::size_t size) {
  std::vector<unsigned char> buffer(size);
  std::uint64_t generator = 2654435761U;
  for (unsigned char& byte : buffer) {
    byte = static_cast<unsigned char>(generator >> 56);
    generator *= 11400714785074694797ULL;
  }
  return buffer;
}

// Rows without a seed of XSUM_XXH128_testdata, high half first: each length takes another path through XXH3.
TEST(ContentHash, AgreesWithTheTestVectorsOfXxhash) {
  const std::vector<std::pair<std::size_t, const char*>> vectors = {
      {0, "99aa06d3014798d86001c324468d497f"},    {1, "a6cd5e9392000f6ac44bdff4074eecdb"},
      {6, "082afe0b8162d12a3e7039bdda43cfc6"},    {12, "6e3efd8fc7802b18061a192713f69ad9"},
      {24, "0ce966e4678d37611e7044d28b1b901d"},   {48, "a002ac4e5478227ef942219aed80f67b"},
      {81, "4952f58181ab00425e8bafb9f95fb803"},   {222, "337e09641b948717f1aebd597cec6b3a"},
      {403, "1b6de21e332dd73dcdeb804d65c6dea4"},  {512, "18d2d110dcc9bca1617e49599013cb6b"},
      {2048, "f736557fd47073a5dd59e2c3a5f038e0"}, {2240, "ccb134fbfa7ce49d6e73a90539cf2948"},
      {2367, "e89c0f6ff369b427cb37aeb9e5d361ed"}};
  for (const auto& [size, expected] : vectors) EXPECT_EQ(content_hash(test_buffer(size)), expected) << size;
}

TEST(ContentHash, TextAndItsBytesHashAlike) {
  const std::vector<unsigned char> bytes = {'a', 0, 'b'};
  EXPECT_EQ(content_hash(std::string_view("a\0b", 3)), content_hash(bytes));
}

}  // namespace
}  // namespace beatbench
