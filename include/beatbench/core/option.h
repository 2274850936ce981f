#pragma once

#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// The values that an option takes: certain words, or the numbers of a range.
struct Allowed {
  std::vector<std::string_view> words = {};
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool above_low = false, below_high = false;  ///< the bound itself is not among them
  std::string_view meaning_of_0 = {};          ///< 0 is allowed as well, and means this

  bool has(double number) const;
  bool has(std::string_view word) const;
  /// As in "0 (off), or 1 to 100"; "" where everything is allowed.
  std::string text() const;
};

Allowed one_of(std::initializer_list<std::string_view> words);
Allowed at_least(double low, std::string_view meaning_of_0 = {});
Allowed above(double low, std::string_view meaning_of_0 = {});
Allowed from_to(double low, double high, std::string_view meaning_of_0 = {});
Allowed above_to(double low, double high, std::string_view meaning_of_0 = {});
Allowed from_to_below(double low, double high);

/// What is said of an option, once: the command line, its help, config.json and the check all go by it. A struct of
/// options has a function beside it that calls visit(field, OptionSpec) for each field; a field's default is that of
/// the struct:
///
///     template <class Options, class Visit>  // Options: SplitOptions, const or not
///     void for_each_split_option(Options& o, Visit&& visit) {
///       visit(o.folds, OptionSpec{"folds", "--folds", "how many", from_to(2, 1000)});
///     }
struct OptionSpec {
  std::string_view name;  ///< in config.json
  std::string_view flag;  ///< "": a command sets it by other means
  std::string_view text = {};
  Allowed allowed = {};
};

/// @throws Error(usage) at the option's flag, or else its name, with what was given and what is allowed.
void check_option(double value, const OptionSpec& spec);
void check_option(const std::string& value, const OptionSpec& spec);
inline void check_option(const std::vector<std::string>&, const OptionSpec&) {}

}  // namespace beatbench
