#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench::csv {

/// A value and the line that it stands in.
template <typename Value>
struct Stated {
  Value value;
  std::int64_t line;
};

/// What a line says: nothing that is known, a rate, or a unit or lead.
enum class Said { nothing, rate, unit_or_lead };

/// What the lines around a table say of all of it, in the words of several languages.
struct CsvStatements {
  std::vector<Stated<double>> rates_hz;       ///< "Sample Rate,512 hertz", "fs=500", "Abtastintervall: 4 ms"
  std::vector<Stated<std::string>> voltages;  ///< "Unit,uV", "Einheit: mV"
  std::optional<std::string> time_unit;       ///< "units: ms"
  std::string lead;                           ///< "Ableitung,Ableitung I": "I"

  /// Takes from a line what it says.
  Said add(std::string_view line, std::int64_t number);
};

}  // namespace beatbench::csv
