#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "beatbench/core/option.h"
#include "beatbench/core/text.h"

namespace beatbench::cli {

/// Checks that an option's text is a number in a range.
inline CLI::Validator numbers(const Allowed& allowed) {
  const auto check = [allowed](const std::string& text) {
    const std::optional<double> number = parse_number(text);
    return number && allowed.has(*number) ? "" : text + " is not valid; allowed: " + allowed.text();
  };
  return CLI::Validator(check, allowed.text());
}

/// As the help shows a default.
inline std::string default_text(const std::string& value) { return value; }
inline std::string default_text(const std::vector<std::string>& value) { return joined(value, ","); }
inline std::string default_text(double value) { return number_text(value); }

/// For the functions that go through a struct's options (core/option.h): declares each that has a flag, in a group of
/// the help. Ranges of numbers are checked where the options are used.
inline auto declare_in(CLI::App& app, const std::string& group) {
  return [&app, group](auto& field, const OptionSpec& spec) {
    if (spec.flag.empty()) return;
    const std::string flag(spec.flag), text(spec.text), allowed = spec.allowed.text();
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, std::vector<std::string>>) {
      const auto set = [&field](const std::vector<std::string>& words) {
        field = words;
        std::erase(field, "");  // as --print-config writes it where there is none
      };
      CLI::Option* option = app.add_option_function<std::vector<std::string>>(flag, set, text);
      option->delimiter(',')->group(group);
      if (!field.empty()) option->default_str(default_text(field));
    } else if constexpr (std::is_same_v<Field, std::string>) {
      CLI::Option* option = app.add_option(flag, field, text)->group(group);
      if (!field.empty()) option->capture_default_str();
      const std::vector<std::string> words(spec.allowed.words.begin(), spec.allowed.words.end());
      if (!words.empty()) option->check(CLI::IsMember(words));
    } else {
      CLI::Option* option = app.add_option(flag, field, allowed.empty() ? text : text + "; " + allowed);
      option->capture_default_str()->group(group);
      if (std::is_unsigned_v<Field>) option->check(numbers(at_least(0)));
    }
  };
}

}  // namespace beatbench::cli
