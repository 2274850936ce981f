#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace beatbench {

// Noise added at a signal-to-noise ratio as the noise stress test has it (Moody, Muldrow, Mark, "A noise stress test
// for arrhythmia detectors", Computers in Cardiology 1984; the nst(1) page of the WFDB Applications Guide).

/// Power of an ECG's QRS complexes in mV^2: the mean range within 50 ms of a beat, over the first 300 beats without the
/// largest and the smallest twentieth of them, squared and divided by 8, as for a sine wave of that range. 0 without
/// beats.
double qrs_power(std::span<const float> signal_mv, std::span<const std::int64_t> beats, double sampling_rate_hz);

/// Power of noise in mV^2: the mean root mean square around the mean of a second, over the first 300 s without the
/// largest and the smallest twentieth of them, squared. 0 for less than a second.
double noise_power(std::span<const float> noise_mv, double sampling_rate_hz);

/// The factor for noise of power `noise` that gives signal power `signal` a ratio of `snr_db` decibels.
double noise_gain(double signal, double noise, double snr_db);

/// Adds `gain` times the noise to the signal, from its beginning on again where it ends. Both are at one rate.
void add_noise(std::span<float> signal_mv, std::span<const float> noise_mv, double gain);

}  // namespace beatbench
