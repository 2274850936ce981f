#include "beatbench/core/label_map.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;

// Names of the classes that these statements put a recording into.
std::vector<std::string> classes_of(const char* map_name, const std::vector<std::string>& statements) {
  const LabelMap& map = require_label_map(map_name);
  std::vector<std::string> names;
  for (std::size_t c = 0; c < map.classes.size(); ++c) {
    if ((map.classes_of(statements) >> c & 1U) != 0) names.push_back(map.classes[c].name);
  }
  return names;
}

TEST(LabelMap, EveryOneIsTestedHere) {
  std::vector<std::string> names;
  for (const LabelMap& map : label_maps()) {
    names.push_back(map.name);
    EXPECT_FALSE(map.description.empty());
    EXPECT_LE(map.classes.size(), 64U);
    std::set<std::string> seen;
    for (const RecordingClass& one : map.classes) {
      EXPECT_FALSE(one.description.empty());
      for (const std::string& code : one.statements) EXPECT_TRUE(seen.insert(code).second) << map.name << " " << code;
    }
  }
  EXPECT_THAT(names, ElementsAre("ribeiro6", "abnormal", "superclasses", "cinc2021"));
}

// The order of the outputs is that of the published model (github.com/antonior92/automatic-ecg-diagnosis).
TEST(LabelMap, Ribeiro6HasThePapersOrder) {
  EXPECT_THAT(require_label_map("ribeiro6").class_names(), ElementsAre("1dAVb", "RBBB", "LBBB", "SB", "AF", "ST"));
  EXPECT_THAT(classes_of("ribeiro6", {"AFIB", "CRBBB", "LVH"}), ElementsAre("RBBB", "AF"));
  EXPECT_THAT(classes_of("ribeiro6", {"270492004", "427084000"}), ElementsAre("1dAVb", "ST"));
  EXPECT_THAT(classes_of("ribeiro6", {"IRBBB", "ILBBB"}), ElementsAre()) << "incomplete blocks are none of them";
  EXPECT_THAT(classes_of("ribeiro6", {}), ElementsAre());
}

TEST(LabelMap, AbnormalIsWhatIsNotStatedToBeNormal) {
  EXPECT_THAT(classes_of("abnormal", {"NORM", "SR"}), ElementsAre());
  EXPECT_THAT(classes_of("abnormal", {"164854000"}), ElementsAre());
  EXPECT_THAT(classes_of("abnormal", {"AFIB"}), ElementsAre("abnormal"));
}

TEST(LabelMap, AnUnknownOneListsTheValidNames) {
  EXPECT_ERROR(require_label_map("paper8"), ErrorKind::usage, "paper8", "ribeiro6, abnormal, superclasses, cinc2021");
}

// PTB-XL's own table says which diagnostic class a statement is of.
TEST(LabelMap, SuperclassesAreThoseOfPtbxlsTable) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const std::string text = read_text_file(ptbxl / "scp_statements.csv");
  const auto lines = split_lines(text);
  std::vector<std::string_view> heading, cells;
  split_cells(lines.front(), ',', heading);
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(heading, name) - heading.begin());
  };
  std::map<std::string, std::set<std::string>> published, ours;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    split_cells(lines[i], ',', cells);
    if (cells.size() > column("diagnostic_class") && cells[column("diagnostic")] == "1.0")
      published[std::string(cells[column("diagnostic_class")])].emplace(cells[0]);
  }
  for (const RecordingClass& one : require_label_map("superclasses").classes)
    ours[one.name].insert(one.statements.begin(), one.statements.end());
  EXPECT_EQ(published.size(), 5U);
  EXPECT_EQ(ours, published);
}

}  // namespace
}  // namespace beatbench
