#include "beatbench/core/class_map.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>

#include "beatbench/core/annotation.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;

// Name of the class that a symbol falls into, "-" for none.
std::string class_of(const std::string& map_name, char symbol) {
  const ClassMap& map = require_class_map(map_name);
  const auto label = map.label_of(code_of(std::string_view(&symbol, 1)).value());
  return label ? map.class_names().at(static_cast<std::size_t>(*label)) : "-";
}

// The class of every standard symbol that `expected` does not name must be "-".
void expect_classes(const std::string& map_name, const std::map<std::string, std::string>& expected) {
  std::map<char, std::string> by_symbol;
  for (const auto& [name, symbols] : expected) {
    for (const char symbol : symbols) by_symbol[symbol] = name;
  }
  for (const AnnotationCode& row : annotation_codes()) {
    const char symbol = row.symbol.front();
    EXPECT_EQ(class_of(map_name, symbol), by_symbol.contains(symbol) ? by_symbol[symbol] : "-")
        << map_name << " " << symbol;
  }
}

// Jun et al. 2018 (arXiv 1804.06812), table 1.
TEST(ClassMap, Paper8) {
  EXPECT_THAT(require_class_map("paper8").class_names(),
              ElementsAre("NOR", "PVC", "PAB", "RBB", "LBB", "APC", "VFW", "VEB"));
  expect_classes(
      "paper8",
      {{"NOR", "N"}, {"PVC", "V"}, {"PAB", "/"}, {"RBB", "R"}, {"LBB", "L"}, {"APC", "A"}, {"VFW", "!"}, {"VEB", "E"}});
}

// De Chazal et al. 2004, table 1, for the symbols that mitdb has; B, n, r and ?, which it lacks, as ANSI/AAMI EC57.
TEST(ClassMap, Aami5) {
  EXPECT_THAT(require_class_map("aami5").class_names(), ElementsAre("N", "S", "V", "F", "Q"));
  expect_classes("aami5", {{"N", "NLRejB"}, {"S", "AaJSn"}, {"V", "VEr"}, {"F", "F"}, {"Q", "/fQ?"}});
}

// The man page of WFDB's bxb: escape beats (e, j, n) are supraventricular ectopic there.
TEST(ClassMap, Aami5AsBxbHasIt) {
  EXPECT_THAT(require_class_map("aami5_ec57").class_names(), ElementsAre("N", "S", "V", "F", "Q"));
  expect_classes("aami5_ec57", {{"N", "NLRB"}, {"S", "AaJSejn"}, {"V", "VEr"}, {"F", "F"}, {"Q", "/fQ?"}});
}

TEST(ClassMap, Symbols18) {
  EXPECT_THAT(require_class_map("symbols18").class_names(),
              ElementsAre("N", "L", "R", "B", "A", "a", "J", "S", "V", "r", "F", "e", "j", "n", "E", "/", "f", "Z"));
  std::map<std::string, std::string> expected = {{"Z", "Q?!"}};
  for (const char symbol : std::string("NLRBAaJSVrFejnE/f")) expected[{symbol}] = {symbol};
  expect_classes("symbols18", expected);
}

TEST(ClassMap, BinaryHoldsEveryBeatAndNothingElse) {
  const ClassMap& map = require_class_map("binary");
  EXPECT_THAT(map.class_names(), ElementsAre("normal", "abnormal"));
  for (int code = 0; code < 256; ++code) {
    const auto label = map.label_of(static_cast<std::uint8_t>(code));
    EXPECT_EQ(label.has_value(), is_beat(static_cast<std::uint8_t>(code))) << code;
    if (label) {
      EXPECT_EQ(*label, code == codes::normal ? 0 : 1) << code;
    }
  }
}

TEST(ClassMap, EveryMapIsTestedHere) {
  std::vector<std::string> names;
  for (const ClassMap& map : class_maps()) names.push_back(map.name);
  EXPECT_THAT(names, ElementsAre("paper8", "aami5", "aami5_ec57", "symbols18", "binary"));
}

TEST(ClassMap, NoSymbolIsInTwoClassesAndEachIsStandard) {
  for (const ClassMap& map : class_maps()) {
    EXPECT_FALSE(map.description.empty()) << map.name;
    std::set<char> seen;
    std::set<std::string> names;
    for (const BeatClass& beat_class : map.classes) {
      EXPECT_TRUE(names.insert(beat_class.name).second) << map.name << " " << beat_class.name;
      for (const char symbol : beat_class.symbols) {
        EXPECT_TRUE(seen.insert(symbol).second) << map.name << " " << symbol;
        EXPECT_TRUE(code_of(std::string_view(&symbol, 1)).has_value()) << map.name << " " << symbol;
      }
    }
  }
}

TEST(ClassMap, CodesWithoutASymbolHaveNoClass) {
  for (const ClassMap& map : class_maps()) {
    for (const std::uint8_t code : {0, 15, 17, 42, 255}) EXPECT_FALSE(map.label_of(code).has_value()) << map.name;
  }
}

TEST(ClassMap, UnknownNameListsTheValidOnes) {
  EXPECT_ERROR(require_class_map("aami"), ErrorKind::usage, "'aami'", "paper8, aami5, aami5_ec57, symbols18, binary");
}

}  // namespace
}  // namespace beatbench
