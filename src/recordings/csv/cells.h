#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace beatbench::csv {

// What a cell of a text table holds.

/// How a number is written: digits in groups, an exponent, a minus as ASCII or Unicode has it.
struct NumberForm {
  std::string_view body;  ///< without its sign
  bool negative = false;
  bool exponent = false;
  char mark = 0;           ///< the last mark where it can be the decimal sign, '.' or ','; 0: there is none
  bool undecided = false;  ///< that mark can be one of thousands as well: "1,234"
  char group = 0;          ///< the mark between thousands: '.', ',', '\'' or ' ' (any blank); 0: there is none
  int before = 0;          ///< digits before the first mark
  int after = 0;           ///< digits after the last one
};

/// The form of a cell that is a number. Thousands are kept apart by '.', ',', an apostrophe or a no-break blank, with
/// `blank_groups` by a plain blank too.
std::optional<NumberForm> number_form(std::string_view cell, bool blank_groups);

/// "0.145 mV": a number and the voltage behind it.
struct NumberWithUnit {
  NumberForm form;
  std::string_view unit;
};
std::optional<NumberWithUnit> number_with_unit(std::string_view cell);

/// Which marks are decimal signs; the others keep thousands apart.
struct NumberStyle {
  bool point_is_decimal = true, comma_is_decimal = true;

  bool is_decimal(char mark) const { return mark == '.' ? point_is_decimal : mark == ',' && comma_is_decimal; }
  bool operator==(const NumberStyle&) const = default;
};

/// Its value in double precision; none where that is not finite.
std::optional<double> number_value(const NumberForm& form, const NumberStyle& style);

/// How often the numbers of a table use a mark, and as what.
struct MarkCount {
  std::size_t decimal = 0;    ///< it can only be the decimal sign
  std::size_t group = 0;      ///< it can only keep thousands apart: "1,234,567"
  std::size_t undecided = 0;  ///< "1,234"
  std::string example;        ///< the first of those
};

/// The marks of the numbers of a column.
struct NumberMarks {
  MarkCount point, comma;
  std::size_t short_numbers = 0;  ///< without any mark, of up to three digits
  std::size_t long_numbers = 0;   ///< likewise, longer: a writer that keeps thousands apart writes none

  void add(const NumberForm& form, std::string_view cell);
};

/// A point in time: a clock ("h:mm:ss.mmm", "m:ss.mmm", "h:mm:ss:mmm", with AM or PM), alone or with a date before or
/// after it ("yyyy-mm-dd", "dd.mm.yyyy"). Of a date with slashes, whose month cannot be told, the clock alone counts.
struct TimeOfCell {
  double seconds = 0;  ///< since midnight; of dates a large number
  int decimals = 0;    ///< digits of the fraction of a second
};
std::optional<TimeOfCell> time_in(std::string_view cell);

/// Whether a text has a letter of any alphabet.
bool has_letter(std::string_view text);

/// Whether a cell is what spreadsheets write for a value that they do not have: "#N/A", "#DIV/0!", "#WERT!", "###".
bool is_error_sign(std::string_view cell);

/// Whether a cell says that a value is missing: such a sign, "-", "NaN", "NA", "null" or the like, or nothing.
bool is_missing(std::string_view cell);

enum class CellKind { empty, missing, number, time, text };
CellKind kind_of(std::string_view cell, bool blank_groups);

}  // namespace beatbench::csv
