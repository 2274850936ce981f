#include "beatbench/report/table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "beatbench/core/error.h"
#include "report/sample_reports.h"

namespace beatbench {
namespace {

Table sample() {
  Table table({{"name", Align::left}, {"n"}});
  table.add_row({"\u00e9t\u00e9", "5"});
  table.add_row({"a|b", "12345"});
  return table;
}

TEST(Table, AlignsColumnsByCharacters) {
  EXPECT_EQ(sample().text(),
            "name      n\n"
            "----  -----\n"
            "\u00e9t\u00e9       5\n"
            "a|b   12345\n");
}

TEST(Table, WritesMarkdown) {
  EXPECT_EQ(sample().markdown(),
            "| name |     n |\n"
            "| ---- | ----: |\n"
            "| \u00e9t\u00e9  |     5 |\n"
            "| a\\|b | 12345 |\n");
}

TEST(Table, WithoutRowsIsItsHeader) { EXPECT_EQ(Table({{"a"}, {"b"}}).text(), "a  b\n-  -\n"); }

TEST(Table, RefusesARowOfAnotherLength) { EXPECT_THROW(sample().add_row({"one"}), Error); }

TEST(Table, Percent) {
  EXPECT_EQ(percent({0.99046, ""}), "99.05");
  EXPECT_EQ(percent({1.0, ""}), "100.00");
  EXPECT_EQ(percent({std::nullopt, "why"}), "-");
}

TEST(Table, DurationHasAUnitThatSuitsIt) {
  EXPECT_EQ(duration_text(2.5), "2.50 s");
  EXPECT_EQ(duration_text(123.4), "123 s");
  EXPECT_EQ(duration_text(0.01834), "18.3 ms");
  EXPECT_EQ(duration_text(1.6e-4), "160 us");
  EXPECT_EQ(duration_text(4e-10), "0.40 ns");
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(std::nan("")), "-");
}

TEST(Table, ClassesAndRecords) {
  EXPECT_EQ(class_table(samples::metrics()).text(),
            "class    n  predicted  sensitivity  +predictivity  specificity     F1\n"
            "-----  ---  ---------  -----------  -------------  -----------  -----\n"
            "N      100         94        90.00          95.74         0.00  92.78\n"
            "V        4          0         0.00              -       100.00   0.00\n"
            "Q        0         10            -           0.00        90.38      -\n");
  const std::vector<RecordMetrics> records = {{"100", samples::metrics()}};
  EXPECT_EQ(record_table(records).text(),
            "record    n  accuracy  macro F1   F1 N  F1 V  F1 Q\n"
            "------  ---  --------  --------  -----  ----  ----\n"
            "100     104     86.54     46.39  92.78  0.00     -\n");
  EXPECT_EQ(record_table({}).text(), "record  n  accuracy  macro F1\n------  -  --------  --------\n");
}

}  // namespace
}  // namespace beatbench
