#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace beatbench::csv {

// What headings, rows of units and lines around a table say.

/// Seconds in a unit of time, where it is one: h, min, s, ms, us, ns or such a word in full, or "10 us", "1/100 s".
std::optional<double> seconds_in(std::string_view units);

/// A heading taken apart: "MLII (mV)", "ecg [uV]", "I/uV", "ECG_mV", "EKG in mV". Other brackets, as in
/// "ECG (Lead II)", belong to the name.
struct CsvHeading {
  std::string name;         ///< the whole, where it holds nothing but a unit
  std::string units;        ///< a voltage, a time or another unit; "" where there is none
  bool is_digital = false;  ///< it says that the values are those of an ADC: "adu", "counts"
};
CsvHeading heading_in(std::string_view text);

/// Whether a heading names a time, in English or as "Zeit", "temps", "tiempo" and "tempo" do.
bool names_time(std::string_view heading);

/// Whether a heading names the number of a row or sample; `surely`: no signal is called so.
bool names_counter(std::string_view heading, bool surely = false);

/// Whether a cell is such as headings of ECG tables are: a time, a counter, a lead, or anything with a unit.
bool is_like_heading(std::string_view cell);

/// Whether a cell of a row of units is a unit, in brackets or not, or says how times are written ("hh:mm:ss.mmm").
bool is_like_units(std::string_view cell);

/// What stands in the last brackets of a heading of a time, where it may be a unit: "ticks", but not "UTC".
std::string_view unknown_units_in(std::string_view heading);

/// Seconds in the one unit of time among some words: "in ms", "sec.", "milliseconds since start".
std::optional<double> seconds_among(std::string_view words);

/// A cell of a row of units without brackets.
std::string_view units_in(std::string_view cell);

/// Whether a unit says that the values are those of an ADC.
bool is_digital(std::string_view units);

}  // namespace beatbench::csv
