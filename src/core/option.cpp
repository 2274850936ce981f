#include "beatbench/core/option.h"

#include <algorithm>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

namespace beatbench {
namespace {

[[noreturn]] void refuse(const std::string& found, const OptionSpec& spec) {
  const std::string allowed = spec.allowed.text();
  throw Error(ErrorKind::usage, std::string(spec.flag.empty() ? spec.name : spec.flag),
              found + " is not valid; allowed: " + (allowed.empty() ? "any finite number" : allowed));
}

std::string range_text(const Allowed& a) {
  const bool has_end = a.high < std::numeric_limits<double>::infinity();
  if (a.above_low) return "above " + number_text(a.low) + (has_end ? ", at most " + number_text(a.high) : "");
  if (!has_end) return number_text(a.low) + " or more";
  return number_text(a.low) + (a.below_high ? " to below " : " to ") + number_text(a.high);
}

}  // namespace

bool Allowed::has(double number) const {
  if (number == 0 && !meaning_of_0.empty()) return true;
  return std::isfinite(number) && (above_low ? number > low : number >= low) &&
         (below_high ? number < high : number <= high);
}

bool Allowed::has(std::string_view word) const {
  return words.empty() || std::ranges::find(words, word) != words.end();
}

std::string Allowed::text() const {
  if (!words.empty()) return joined(words);
  if (low == -std::numeric_limits<double>::infinity()) return "";
  return (meaning_of_0.empty() ? "" : "0 (" + std::string(meaning_of_0) + "), or ") + range_text(*this);
}

Allowed one_of(std::initializer_list<std::string_view> words) { return {.words = words}; }
Allowed at_least(double low, std::string_view meaning_of_0) { return {.low = low, .meaning_of_0 = meaning_of_0}; }
Allowed above(double low, std::string_view meaning_of_0) {
  return {.low = low, .above_low = true, .meaning_of_0 = meaning_of_0};
}
Allowed from_to(double low, double high, std::string_view meaning_of_0) {
  return {.low = low, .high = high, .meaning_of_0 = meaning_of_0};
}
Allowed above_to(double low, double high, std::string_view meaning_of_0) {
  return {.low = low, .high = high, .above_low = true, .meaning_of_0 = meaning_of_0};
}
Allowed from_to_below(double low, double high) { return {.low = low, .high = high, .below_high = true}; }

void check_option(double value, const OptionSpec& spec) {
  if (!spec.allowed.has(value)) refuse(number_text(value), spec);
}

void check_option(const std::string& value, const OptionSpec& spec) {
  if (!spec.allowed.has(value)) refuse("'" + value + "'", spec);
}

}  // namespace beatbench
