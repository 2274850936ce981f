#include "beatbench/core/class_map.h"

#include <algorithm>

#include "beatbench/core/annotation.h"
#include "beatbench/core/error.h"
#include "core/table.h"

namespace beatbench {
namespace {

const std::vector<ClassMap>& all_maps() {
  static const std::vector<ClassMap> maps = {
      {"paper8",
       "the eight classes of Jun et al. 2018 (VEB is ventricular escape)",
       {{"NOR", "N"},
        {"PVC", "V"},
        {"PAB", "/"},
        {"RBB", "R"},
        {"LBB", "L"},
        {"APC", "A"},
        {"VFW", "!"},
        {"VEB", "E"}}},
      {"aami5",
       "AAMI classes as de Chazal et al. 2004 group them",
       {{"N", "NLRBej"}, {"S", "AaJSn"}, {"V", "VEr"}, {"F", "F"}, {"Q", "/fQ?"}}},
      {"aami5_ec57",
       "AAMI classes as WFDB's bxb groups them (escape beats e, j, n are S)",
       {{"N", "NLRB"}, {"S", "AaJSnej"}, {"V", "VEr"}, {"F", "F"}, {"Q", "/fQ?"}}},
      {"symbols18",
       "one class per annotation symbol; Z holds Q, ? and flutter waves",
       {{"N", "N"},
        {"L", "L"},
        {"R", "R"},
        {"B", "B"},
        {"A", "A"},
        {"a", "a"},
        {"J", "J"},
        {"S", "S"},
        {"V", "V"},
        {"r", "r"},
        {"F", "F"},
        {"e", "e"},
        {"j", "j"},
        {"n", "n"},
        {"E", "E"},
        {"/", "/"},
        {"f", "f"},
        {"Z", "Q?!"}}},
      {"binary", "normal beats against every other beat", {{"normal", "N"}, {"abnormal", "LRaVFJASEj/QB?enfr"}}},
  };
  return maps;
}

}  // namespace

std::vector<std::string> ClassMap::class_names() const {
  std::vector<std::string> names;
  for (const BeatClass& beat_class : classes) names.push_back(beat_class.name);
  return names;
}

std::optional<int> ClassMap::label_of(std::uint8_t annotation_code) const {
  const auto symbol = symbol_of(annotation_code);
  if (!symbol) return std::nullopt;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].symbols.find(*symbol) != std::string::npos) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::span<const ClassMap> class_maps() { return all_maps(); }

const ClassMap& require_class_map(std::string_view name) {
  return require_row(all_maps(), name, "classes", "class map");
}

std::optional<std::string_view> symbol_of_class(std::string_view class_map, std::string_view class_name) {
  if (class_map == kOwnClasses) return std::nullopt;
  const std::vector<BeatClass>& classes = require_class_map(class_map).classes;
  const auto found = std::ranges::find(classes, class_name, &BeatClass::name);
  if (found == classes.end()) return std::nullopt;
  const std::string_view symbols = found->symbols;
  if (class_name.size() == 1 && symbols.find(class_name) != std::string_view::npos) {
    return symbols.substr(symbols.find(class_name), 1);
  }
  return symbols.size() == 1 ? std::optional(symbols) : std::nullopt;
}

}  // namespace beatbench
