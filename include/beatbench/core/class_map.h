#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// A class of a class map and the annotation symbols that fall into it.
struct BeatClass {
  std::string name;
  std::string symbols;  ///< one character each, for example "NLRej"
};

/// How annotation symbols become class labels. Symbols of no class are left out of a data set.
struct ClassMap {
  std::string name;  ///< command-line name
  std::string description;
  std::vector<BeatClass> classes;

  std::vector<std::string> class_names() const;
  std::optional<int> label_of(std::uint8_t annotation_code) const;
};

/// All class maps:
/// - paper8: NOR=N PVC=V PAB=/ RBB=R LBB=L APC=A VFW=! VEB=E (Jun et al. 2018, arXiv 1804.06812)
/// - aami5: N={N,L,R,e,j} S={A,a,J,S} V={V,E} F={F} Q={/,f,Q} (de Chazal et al. 2004); of the symbols that they do not
///   name and mitdb does not have, B is N, n is S, r is V; `?`, a beat that could not be classed, is Q
/// - aami5_ec57: as WFDB's bxb has it (ANSI/AAMI EC57): the same, but e and j are S
/// - symbols18: N L R B A a J S V r F e j n E / f Z, with Z={Q,?,!}; marks that are no beats (rhythm, noise) are
///   left out, where the original system put every other annotation into Z
/// - binary: normal={N}, abnormal={every other beat}
std::span<const ClassMap> class_maps();

/// The annotation symbol that stands for a class: its name where that is one of its symbols, else its only symbol;
/// nullopt where there is none such, as for `abnormal` or the class map "own".
std::optional<std::string_view> symbol_of_class(std::string_view class_map, std::string_view class_name);

/// In the place of a class map's name: the classes are those that prepared images or windows have themselves.
inline constexpr std::string_view kOwnClasses = "own";

/// @throws Error(usage) that lists the valid names.
const ClassMap& require_class_map(std::string_view name);

}  // namespace beatbench
