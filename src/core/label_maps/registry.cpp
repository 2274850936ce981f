#include <algorithm>
#include <array>

#include "beatbench/core/error.h"
#include "core/label_maps/label_maps.h"
#include "core/table.h"

namespace beatbench {
namespace {

const std::array<LabelMap, 4>& all_label_maps() {
  static const std::array maps = {labels::ribeiro6(), labels::abnormal(), labels::superclasses(), labels::cinc2021()};
  return maps;
}

}  // namespace

std::vector<std::string> LabelMap::class_names() const {
  std::vector<std::string> names;
  for (const RecordingClass& one : classes) names.push_back(one.name);
  return names;
}

std::uint64_t LabelMap::classes_of(std::span<const std::string> statements) const {
  std::uint64_t bits = 0;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const RecordingClass& one = classes[c];
    const bool has_one = std::ranges::any_of(
        statements, [&](const std::string& code) { return std::ranges::count(one.statements, code) > 0; });
    if (has_one != one.negated) bits |= std::uint64_t{1} << c;
  }
  return bits;
}

bool is_statement(std::string_view text) {
  for (const LabelMap& map : all_label_maps()) {
    for (const RecordingClass& one : map.classes) {
      if (std::ranges::count(one.statements, text) > 0) return true;
    }
  }
  return false;
}

std::span<const LabelMap> label_maps() { return all_label_maps(); }

const LabelMap& require_label_map(std::string_view name) {
  return require_row(all_label_maps(), name, "classes", "label map of whole recordings");
}

}  // namespace beatbench
