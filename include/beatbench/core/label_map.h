#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// A class that whole recordings are of or not, and the statements that say so: codes of SNOMED CT, as in the "#Dx"
/// comments of 12-lead sets, of SCP-ECG, as in PTB-XL, and headings of published tables of labels.
struct RecordingClass {
  std::string name;
  std::string description;
  std::vector<std::string> statements;  ///< any of them puts a recording into the class
  bool negated = false;                 ///< or rather: a recording with none of them is of the class
};

/// How the statements of a recording become its classes, of which it may have several or none. There are at most 64.
struct LabelMap {
  std::string name;  ///< command-line name
  std::string description;
  std::vector<RecordingClass> classes;

  std::vector<std::string> class_names() const;
  /// Bit c is set where a recording with these statements is of class c.
  std::uint64_t classes_of(std::span<const std::string> statements) const;
};

/// All label maps, one in each file of core/label_maps/.
std::span<const LabelMap> label_maps();

/// Whether any label map knows this code.
bool is_statement(std::string_view text);

/// @throws Error(usage) that lists the valid names.
const LabelMap& require_label_map(std::string_view name);

}  // namespace beatbench
