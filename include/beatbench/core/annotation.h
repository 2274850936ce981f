#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace beatbench {

/// One entry of an annotation file. Codes are those of the WFDB library's ecgcodes.h (Moody, PhysioNet).
struct Annotation {
  std::int64_t sample = 0;   ///< sample index at the annotation file's time resolution, from 0
  std::uint8_t code = 0;     ///< 1..49
  std::int8_t subtype = 0;   ///< SUB
  std::uint8_t channel = 0;  ///< CHN
  std::int8_t number = 0;    ///< NUM
  std::string aux;           ///< AUX text, for example "(AFIB" on a rhythm change

  bool operator==(const Annotation&) const = default;
};

/// One row of the table of annotation codes.
struct AnnotationCode {
  std::uint8_t code;
  std::string_view symbol;  ///< the one-character mnemonic, for example "N"
  bool is_beat;             ///< marks a QRS complex (WFDB's isqrs)
  std::string_view description;
};

namespace codes {
inline constexpr std::uint8_t normal = 1;
inline constexpr std::uint8_t noise = 14;
inline constexpr std::uint8_t rhythm = 28;
inline constexpr std::uint8_t note = 22;
inline constexpr std::uint8_t flutter_wave = 31;  ///< `!`: not a beat for EC57, but a class of Jun et al. 2018
inline constexpr std::uint8_t flutter_start = 32;
inline constexpr std::uint8_t flutter_end = 33;
}  // namespace codes

/// Every standard code with its symbol, ordered by code.
std::span<const AnnotationCode> annotation_codes();

/// The symbol of a code; "?<code>" style text is never returned: a code without a symbol gives nullopt.
std::optional<std::string_view> symbol_of(std::uint8_t code);

/// The code of a symbol such as "N", "/" or "!".
std::optional<std::uint8_t> code_of(std::string_view symbol);

/// True for codes that mark a QRS complex: 1-13, 25, 30, 34, 35, 38, 41.
bool is_beat(std::uint8_t code);

}  // namespace beatbench
