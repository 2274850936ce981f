#include "beatbench/wfdb/signal_format.h"

#include <algorithm>
#include <array>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "wfdb/formats/formats.h"

namespace beatbench {

std::span<const SignalFormat> signal_formats() {
  static const std::array formats = {wfdb::kFormat16, wfdb::kFormat212};
  return formats;
}

const SignalFormat& find_signal_format(int number, const std::string& where) {
  const auto formats = signal_formats();
  const auto found = std::ranges::find(formats, number, &SignalFormat::number);
  if (found != formats.end()) return *found;
  std::string known;
  for (const SignalFormat& format : formats) known += (known.empty() ? "" : ", ") + std::to_string(format.number);
  throw Error(ErrorKind::unsupported, where,
              "signal format " + std::to_string(number) + " is not supported; supported: " + known);
}

std::int16_t signal_checksum(std::span<const std::int32_t> samples, const SignalFormat& format) {
  const auto missing = static_cast<std::uint32_t>(format.missing);
  std::uint32_t sum = 0;
  for (const std::int32_t sample : samples) {
    sum += sample == kMissingSample ? missing : static_cast<std::uint32_t>(sample);
  }
  return static_cast<std::int16_t>(sum);
}

}  // namespace beatbench
