#include "beatbench/core/option.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/test_folder.h"

namespace beatbench {
namespace {

TEST(Allowed, BoundsAreInOrOutAsTheirTextSays) {
  struct Case {
    Allowed allowed;
    std::string text;
    std::vector<double> in, out;
  };
  const double nan = std::nan("");
  for (const Case& c : {Case{at_least(1), "1 or more", {1, 1e9}, {0, 0.99, nan}},
                        Case{at_least(1, "never"), "0 (never), or 1 or more", {0, 1}, {0.5, -1, nan}},
                        Case{above(0), "above 0", {1e-9}, {0, -1, nan}},
                        Case{above(0, "off"), "0 (off), or above 0", {0, 1e-9}, {-1e-9, nan}},
                        Case{from_to(2, 1000), "2 to 1000", {2, 1000}, {1, 1001, nan}},
                        Case{above_to(0, 0.9), "above 0, at most 0.9", {0.1, 0.9}, {0, 0.91, nan}},
                        Case{from_to_below(0, 1), "0 to below 1", {0, 0.99}, {1, -0.1, nan}}}) {
    EXPECT_EQ(c.allowed.text(), c.text);
    for (const double value : c.in) EXPECT_TRUE(c.allowed.has(value)) << c.text << ": " << value;
    for (const double value : c.out) EXPECT_FALSE(c.allowed.has(value)) << c.text << ": " << value;
  }
  EXPECT_EQ(Allowed().text(), "");
  EXPECT_TRUE(Allowed().has(-1e300));
}

TEST(Allowed, WordsAreThoseListed) {
  EXPECT_EQ(one_of({"none", "sqrt"}).text(), "none, sqrt");
  EXPECT_TRUE(one_of({"none", "sqrt"}).has("sqrt"));
  EXPECT_FALSE(one_of({"none", "sqrt"}).has(""));
  EXPECT_TRUE(Allowed().has("runs/r1"));
}

TEST(Option, IsRefusedByItsFlagOrElseItsName) {
  EXPECT_ERROR(check_option(0, {"batch_size", "--batch-size", "", at_least(1)}), ErrorKind::usage, "--batch-size",
               "0 is not valid; allowed: 1 or more");
  EXPECT_ERROR(check_option("lion", {"optimizer", "", "", one_of({"adam", "sgd"})}), ErrorKind::usage, "optimizer",
               "'lion' is not valid; allowed: adam, sgd");
  EXPECT_NO_THROW(check_option(1, {"batch_size", "--batch-size", "", at_least(1)}));
}

}  // namespace
}  // namespace beatbench
