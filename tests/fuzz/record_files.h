#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace beatbench::fuzz {

/// What is asked of the record of fuzz_record: bits of ReadOptions, and of leads by name.
struct RecordRequest {
  std::uint8_t flags, first_sample, sample_count, leads;
};

/// The files of fuzz_record's input, in their order.
inline constexpr std::array kRecordFiles = {"rec.hea", "layout.hea", "a.hea",   "a.dat",
                                            "b.hea",   "b.dat",      "rec.atr", "RECORDS"};
inline constexpr std::string_view kFileSeparator = "\n%%\n";

}  // namespace beatbench::fuzz
