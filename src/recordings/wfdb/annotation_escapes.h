#pragma once

#include <cstdint>

// annot(5) of the WFDB Applications Guide: a file is a row of little-endian 16-bit words, a code in the upper 6 bits
// and a datum in the lower 10. Codes above these bounds are escapes.
namespace beatbench::wfdb {

inline constexpr unsigned kDatumBits = 10;
inline constexpr std::uint32_t kDatumMask = (1U << kDatumBits) - 1;

inline constexpr std::uint32_t kLargestCode = 49;  // ACMAX of ecgcodes.h
inline constexpr std::uint32_t kSkip = 59;         // the next four bytes are a step in time, high word first
inline constexpr std::uint32_t kNumber = 60;
inline constexpr std::uint32_t kSubtype = 61;
inline constexpr std::uint32_t kChannel = 62;
inline constexpr std::uint32_t kAux = 63;  // the datum counts the bytes that follow, padded to an even number

inline constexpr std::size_t kLongestAux = 255;  // bytes; the WFDB library keeps the length in one byte

}  // namespace beatbench::wfdb
