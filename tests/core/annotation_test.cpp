#include "beatbench/core/annotation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace beatbench {
namespace {

// ecgcodes.h and ecgmap.h of the WFDB library (Moody, PhysioNet), as its Programmer's Guide prints them.
const std::map<int, std::string> kWfdbCodes = {
    {1, "N"},  {2, "L"},  {3, "R"},  {4, "a"},  {5, "V"},  {6, "F"},  {7, "J"},  {8, "A"},  {9, "S"},  {10, "E"},
    {11, "j"}, {12, "/"}, {13, "Q"}, {14, "~"}, {16, "|"}, {18, "s"}, {19, "T"}, {20, "*"}, {21, "D"}, {22, "\""},
    {23, "="}, {24, "p"}, {25, "B"}, {26, "^"}, {27, "t"}, {28, "+"}, {29, "u"}, {30, "?"}, {31, "!"}, {32, "["},
    {33, "]"}, {34, "e"}, {35, "n"}, {36, "@"}, {37, "x"}, {38, "f"}, {39, "("}, {40, ")"}, {41, "r"}};
const std::set<int> kWfdbBeats = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25, 30, 34, 35, 38, 41};

TEST(AnnotationCodes, AreThoseOfTheWfdbLibrary) {
  for (int code = 0; code < 256; ++code) {
    const auto symbol = symbol_of(static_cast<std::uint8_t>(code));
    const auto expected = kWfdbCodes.find(code);
    ASSERT_EQ(symbol.has_value(), expected != kWfdbCodes.end()) << code;
    if (symbol) {
      EXPECT_EQ(*symbol, expected->second) << code;
    }
  }
}

TEST(AnnotationCodes, BeatsAreThoseOfTheWfdbLibrary) {
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(is_beat(static_cast<std::uint8_t>(code)), kWfdbBeats.contains(code)) << code;
  }
}

TEST(AnnotationCodes, EverySymbolGivesItsCodeBack) {
  for (const AnnotationCode& row : annotation_codes()) EXPECT_EQ(code_of(row.symbol), row.code) << row.symbol;
}

TEST(AnnotationCodes, OtherTextIsNoSymbol) {
  for (const char* text : {"", "NN", "Z", " ", "\xC3\xA9"}) EXPECT_FALSE(code_of(text).has_value()) << text;
}

TEST(AnnotationCodes, TableIsOrderedAndDescribed) {
  EXPECT_TRUE(std::ranges::is_sorted(annotation_codes(), {}, &AnnotationCode::code));
  for (const AnnotationCode& row : annotation_codes()) EXPECT_FALSE(row.description.empty()) << row.symbol;
}

TEST(AnnotationCodes, NamedOnesStandForTheirSymbols) {
  EXPECT_EQ(symbol_of(codes::normal), "N");
  EXPECT_EQ(symbol_of(codes::noise), "~");
  EXPECT_EQ(symbol_of(codes::rhythm), "+");
  EXPECT_EQ(symbol_of(codes::note), "\"");
  EXPECT_EQ(symbol_of(codes::flutter_wave), "!");
  EXPECT_EQ(symbol_of(codes::flutter_start), "[");
  EXPECT_EQ(symbol_of(codes::flutter_end), "]");
}

}  // namespace
}  // namespace beatbench
