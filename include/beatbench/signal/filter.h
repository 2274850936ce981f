#pragma once

#include <span>
#include <vector>

#include "beatbench/core/preprocessing.h"

namespace beatbench {

/// A second-order section, H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2).
struct Biquad {
  double b0, b1, b2, a1, a2;
};

/// Digital Butterworth band-pass as second-order sections, by the bilinear transform with pre-warped edges
/// (Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 7). `order` sections: the -3 dB points are at low_hz
/// and high_hz, the gain at their (warped) geometric mean is 1. Debian packages no filter-design library in double
/// precision; the tests compare with scipy.signal.butter.
/// @throws Error(usage) unless order is 1..8 and 0 < low_hz < high_hz < sampling_rate_hz / 2.
std::vector<Biquad> butterworth_band_pass(const BandPass& band, double sampling_rate_hz);

/// Filters forwards and backwards, so that the phase is zero and the gain is |H|^2. The ends are extended by odd
/// reflection over 3 * (2 * sections + 1) samples and the state starts at its step response, as
/// scipy.signal.sosfiltfilt does by default. A signal shorter than the extension is extended by what it has.
/// The signal must hold no NaN.
void filter_zero_phase(std::span<float> signal, std::span<const Biquad> sections);

}  // namespace beatbench
