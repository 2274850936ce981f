#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace beatbench {

/// A seed for one purpose, derived from the run's seed and up to two positions (an epoch, a record), so that a
/// random stream is a function of where it is used and needs no state to be saved. SplitMix64 (Steele et al. 2014).
constexpr std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0) {
  constexpr auto mix = [](std::uint64_t z) {
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  };
  return mix(mix(mix(seed) ^ a) ^ b);
}

/// Uniform integer in [0, bound), the same on every standard library (std::uniform_int_distribution is not).
inline std::uint64_t uniform_below(std::mt19937_64& engine, std::uint64_t bound) {
  const std::uint64_t limit = std::mt19937_64::max() - std::mt19937_64::max() % bound;
  std::uint64_t draw = engine();
  while (draw >= limit) draw = engine();
  return draw % bound;
}

/// Uniform real in [0, 1) with 53 random bits, the same on every standard library.
inline double uniform_unit(std::mt19937_64& engine) { return static_cast<double>(engine() >> 11) * 0x1.0p-53; }

/// Fisher-Yates shuffle, the same on every standard library (std::shuffle is not).
template <typename T>
void shuffle(std::vector<T>& values, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[uniform_below(engine, i)]);
}

}  // namespace beatbench
