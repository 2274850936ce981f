#include "beatbench/signal/filter.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

using Complex = std::complex<double>;

// Poles of the analogue band-pass with its edges at low and high (rad/s): each pole of the unit low-pass prototype
// is the root pair of s^2 - p (high - low) s + low high.
std::vector<Complex> analogue_poles(int order, double low, double high) {
  std::vector<Complex> poles;
  for (int k = 0; k < order; ++k) {
    const double angle = std::numbers::pi * (2.0 * k + order + 1) / (2.0 * order);
    const Complex half = std::polar(1.0, angle) * ((high - low) / 2.0);
    const Complex root = std::sqrt(half * half - low * high);
    poles.push_back(half + root);
    poles.push_back(half - root);
  }
  return poles;
}

Complex response(const Biquad& s, Complex z) {
  const Complex delay = 1.0 / z;
  return (s.b0 + delay * (s.b1 + delay * s.b2)) / (1.0 + delay * (s.a1 + delay * s.a2));
}

// The state in which a constant input of 1 has always been applied (transposed direct form II).
struct State {
  double s1, s2;
};

State step_state(const Biquad& s) {
  const double gain = (s.b0 + s.b1 + s.b2) / (1.0 + s.a1 + s.a2);
  const double s2 = s.b2 - s.a2 * gain;
  return {s.b1 - s.a1 * gain + s2, s2};
}

void run_sections(std::vector<double>& x, std::span<const Biquad> sections) {
  double scale = x.front();
  for (const Biquad& s : sections) {
    State state = step_state(s);
    state.s1 *= scale;
    state.s2 *= scale;
    for (double& value : x) {
      const double in = value;
      const double out = s.b0 * in + state.s1;
      state.s1 = s.b1 * in - s.a1 * out + state.s2;
      state.s2 = s.b2 * in - s.a2 * out;
      value = out;
    }
    scale *= (s.b0 + s.b1 + s.b2) / (1.0 + s.a1 + s.a2);
  }
}

}  // namespace

std::vector<Biquad> butterworth_band_pass(const BandPass& band, double sampling_rate_hz) {
  const bool ordered = 0 < band.low_hz && band.low_hz < band.high_hz && band.high_hz < sampling_rate_hz / 2;
  if (band.order < 1 || band.order > 8 || !ordered) {
    throw Error(ErrorKind::usage, "filter",
                "a band of " + number_text(band.low_hz) + " to " + number_text(band.high_hz) + " Hz, order " +
                    std::to_string(band.order) + ", cannot be made at " + number_text(sampling_rate_hz) +
                    " Hz; allowed: order 1 to 8, 0 < low < high < half the sampling rate");
  }
  const double twice_rate = 2.0 * sampling_rate_hz;
  const auto warp = [&](double hz) { return twice_rate * std::tan(std::numbers::pi * hz / sampling_rate_hz); };
  const double low = warp(band.low_hz), high = warp(band.high_hz);

  std::vector<Complex> upper;  // one of each conjugate pair
  std::vector<double> real;
  for (const Complex pole : analogue_poles(band.order, low, high)) {
    const Complex digital = (twice_rate + pole) / (twice_rate - pole);
    if (std::abs(digital.imag()) < 1e-12)
      real.push_back(digital.real());
    else if (digital.imag() > 0)
      upper.push_back(digital);
  }
  std::vector<Biquad> sections;
  for (const Complex pole : upper) sections.push_back({1, 0, -1, -2 * pole.real(), std::norm(pole)});
  std::ranges::sort(real);
  for (std::size_t i = 0; i + 1 < real.size(); i += 2) {
    sections.push_back({1, 0, -1, -(real[i] + real[i + 1]), real[i] * real[i + 1]});
  }

  const double centre = 2.0 * std::atan(std::sqrt(low * high) / twice_rate);
  for (Biquad& section : sections) {
    const double gain = 1.0 / std::abs(response(section, std::polar(1.0, centre)));
    section.b0 *= gain;
    section.b2 *= gain;
  }
  return sections;
}

void filter_zero_phase(std::span<float> signal, std::span<const Biquad> sections) {
  if (signal.size() < 2 || sections.empty()) return;
  const std::size_t n = signal.size();
  const std::size_t pad = std::min<std::size_t>(3 * (2 * sections.size() + 1), n - 1);
  std::vector<double> x(n + 2 * pad);
  for (std::size_t i = 0; i < pad; ++i) {
    x[i] = 2.0 * signal[0] - signal[pad - i];
    x[pad + n + i] = 2.0 * signal[n - 1] - signal[n - 2 - i];
  }
  std::ranges::copy(signal, x.begin() + static_cast<std::ptrdiff_t>(pad));
  run_sections(x, sections);
  std::ranges::reverse(x);
  run_sections(x, sections);
  for (std::size_t i = 0; i < n; ++i) signal[i] = static_cast<float>(x[x.size() - 1 - pad - i]);
}

}  // namespace beatbench
