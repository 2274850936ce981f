#include "beatbench/core/text.h"

#include <gmock/gmock.h>

namespace beatbench {
namespace {

using testing::ElementsAre;

std::vector<std::string> cells_of(std::string_view line, char separator = ',') {
  std::vector<std::string_view> cells;
  split_cells(line, separator, cells);
  std::vector<std::string> texts;
  for (const std::string_view cell : cells) texts.push_back(undoubled(cell));
  return texts;
}

TEST(Text, CellsAreTrimmedAndUnquoted) {
  EXPECT_THAT(cells_of("a, b ,\tc"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(cells_of(""), ElementsAre(""));
  EXPECT_THAT(cells_of(",a,"), ElementsAre("", "a", ""));
  EXPECT_THAT(cells_of("a\t\tb", '\t'), ElementsAre("a", "", "b"));
  EXPECT_THAT(cells_of("'Elapsed time','MLII', 'V5' "), ElementsAre("Elapsed time", "MLII", "V5"));
  EXPECT_THAT(cells_of("a,b", '\0'), ElementsAre("a,b"));
}

TEST(Text, BlanksSeparateInRuns) {
  EXPECT_THAT(cells_of("  a \t b  c ", ' '), ElementsAre("a", "b", "c"));
  EXPECT_THAT(cells_of("\"Elapsed time\" 'lead II' V5", ' '), ElementsAre("Elapsed time", "lead II", "V5"));
  EXPECT_THAT(cells_of("   ", ' '), ElementsAre());
}

// RFC 4180, section 2: fields with commas stand in quotes, and a quote in them is doubled.
TEST(Text, QuotesHoldSeparatorsAndDoubledQuotes) {
  EXPECT_THAT(cells_of(R"("a,b",c)"), ElementsAre("a,b", "c"));
  EXPECT_THAT(cells_of(R"("say ""a,b""",c)"), ElementsAre(R"(say "a,b")", "c"));
  EXPECT_THAT(cells_of(R"("""",c)"), ElementsAre("\"", "c"));
  EXPECT_THAT(cells_of(R"("",c)"), ElementsAre("", "c"));
  EXPECT_THAT(cells_of(R"("a"";b";c)", ';'), ElementsAre(R"(a";b)", "c"));
  EXPECT_THAT(cells_of("\"a\nb\",c"), ElementsAre("a\nb", "c"));
}

TEST(Text, AQuoteThatNothingClosesIsACharacter) {
  EXPECT_THAT(cells_of(R"(a,"b,c)"), ElementsAre("a", "\"b", "c"));
  EXPECT_THAT(cells_of("'90s,it's,c"), ElementsAre("'90s", "it's", "c"));
  EXPECT_THAT(cells_of("5\" screen,b"), ElementsAre("5\" screen", "b"));
  EXPECT_THAT(cells_of(R"("a"b,c)"), ElementsAre(R"("a"b)", "c"));
  EXPECT_THAT(cells_of("'a','b,c"), ElementsAre("a", "'b", "c"));
}

TEST(Text, LineEndsOfThreeKinds) {
  for (const char* text : {"a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\r\nb\r"}) {
    const std::string same = with_line_feeds(text);
    EXPECT_THAT(split_lines(same), ElementsAre("a", "b")) << testing::PrintToString(text);
  }
}

TEST(Text, NumbersHaveOneSign) {
  EXPECT_EQ(parse_number("+5"), 5);
  EXPECT_EQ(parse_number("-5"), -5);
  for (const char* text : {"+-5", "-+5", "++5", "--5", "+", "-", "", " 5", "5 ", "0x5"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
  EXPECT_EQ(parse_number("+0,5", true), 0.5);
  EXPECT_FALSE(parse_number("+-0,5", true));
}

}  // namespace
}  // namespace beatbench
