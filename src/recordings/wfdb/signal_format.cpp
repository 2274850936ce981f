#include "beatbench/recordings/wfdb/signal_format.h"

#include <algorithm>
#include <array>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/wfdb/formats/formats.h"

namespace beatbench {

std::span<const SignalFormat> signal_formats() {
  static const std::array formats = {wfdb::kFormat8,   wfdb::kFormat16,  wfdb::kFormat24,  wfdb::kFormat32,
                                     wfdb::kFormat61,  wfdb::kFormat80,  wfdb::kFormat160, wfdb::kFormat212,
                                     wfdb::kFormat310, wfdb::kFormat311, wfdb::kFormat508, wfdb::kFormat516,
                                     wfdb::kFormat524};
  return formats;
}

const SignalFormat& require_signal_format(int number, const std::string& where) {
  const auto formats = signal_formats();
  const auto found = std::ranges::find(formats, number, &SignalFormat::number);
  if (found != formats.end()) return *found;
  const std::string known =
      joined(formats, ", ", [](const SignalFormat& format) { return std::to_string(format.number); });
  throw Error(ErrorKind::unsupported, where,
              "signal format " + std::to_string(number) + " is not supported; supported: " + known);
}

void sum_differences(std::span<std::int32_t> differences, std::int32_t& before) {
  for (std::int32_t& value : differences) {
    // Wraps around where a damaged file leads out of the range.
    before = static_cast<std::int32_t>(static_cast<std::uint32_t>(before) + static_cast<std::uint32_t>(value));
    value = before;
  }
}

std::vector<std::int32_t> representable_samples(std::span<const std::int32_t> samples, const SignalFormat& format) {
  std::vector<std::int32_t> out(samples.begin(), samples.end());
  if (format.coding != SignalCoding::differences || samples.empty()) return out;
  const std::array<std::span<const std::int32_t>, 1> signals = {samples};
  const std::array<std::int32_t*, 1> columns = {out.data()};
  format.decode(format.encode(signals), columns, out.size());
  std::int32_t before = samples.front();
  sum_differences(out, before);
  return out;
}

std::int16_t signal_checksum(std::span<const std::int32_t> samples, const SignalFormat& format) {
  const auto missing = static_cast<std::uint32_t>(format.missing.value_or(0));
  std::uint32_t sum = 0;
  for (const std::int32_t sample : samples) {
    sum += sample == kMissingSample ? missing : static_cast<std::uint32_t>(sample);
  }
  return static_cast<std::int16_t>(sum);
}

}  // namespace beatbench
