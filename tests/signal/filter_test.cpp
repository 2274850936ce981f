#include "beatbench/signal/filter.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include "support/test_folder.h"

namespace beatbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double magnitude(const std::vector<Biquad>& sections, double hz, double rate_hz) {
  const std::complex<double> delay = std::polar(1.0, -2 * std::numbers::pi * hz / rate_hz);
  double product = 1;
  for (const Biquad& s : sections) {
    product *= std::abs((s.b0 + delay * (s.b1 + delay * s.b2)) / (1.0 + delay * (s.a1 + delay * s.a2)));
  }
  return product;
}

// Every order and a band that is wide (real poles), narrow or near half the rate.
struct Design {
  BandPass band;
  double rate_hz;
};

std::vector<Design> designs() {
  std::vector<Design> all;
  for (int order = 1; order <= 8; ++order) {
    all.push_back({{order, 0.5, 40}, 360});
    all.push_back({{order, 5, 15}, 360});
    all.push_back({{order, 1, 60}, 128});
    all.push_back({{order, 0.05, 150}, 1000});
  }
  return all;
}

// scipy 1.10: sos = butter(N, [low, high], 'bandpass', fs=fs, output='sos'); abs(sosfreqz(sos, [hz], fs=fs)[1]).
// Scipy orders and groups the sections in another way, so the responses are compared.
TEST(Butterworth, RespondsAsThatOfScipy) {
  struct Case {
    BandPass band;
    double rate_hz;
    std::vector<std::pair<double, double>> response;
  };
  const std::vector<Case> cases = {
      {{5, 0.5, 40},
       360,
       {{0.1, 0.0003019874457116708},
        {0.25, 0.02985207029225023},
        {0.5, 0.7071067811908652},
        {1, 0.9996632380724654},
        {4.5, 1.0000000000000289},
        {15, 0.9999917279436754},
        {40, 0.7071067811865467},
        {50, 0.2722526697595027},
        {60, 0.09556990008626481},
        {100, 0.0025155660278909616},
        {150, 8.310934402447363e-06}}},
      {{1, 1, 50},
       250,
       {{0.5, 0.44251976483004035}, {7.0710678118654755, 0.999824156036548}, {60, 0.6092276036929203}}},
      {{2, 5, 15},
       360,
       {{2.5, 0.13148136950308392}, {8.660254037844387, 0.9999999999882306}, {18, 0.4609350385964404}}},
      {{3, 8, 20}, 128, {{4, 0.04000394947107362}, {12.649110640673518, 0.9999999995139326}, {24, 0.275439378484743}}},
      {{8, 3, 45},
       500,
       {{1.5, 0.002601184349716725}, {11.61895003862225, 0.9999999999999815}, {54, 0.17391511074619576}}}};
  for (const Case& c : cases) {
    const auto sections = butterworth_band_pass(c.band, c.rate_hz);
    EXPECT_EQ(sections.size(), static_cast<std::size_t>(c.band.order));
    for (const auto& [hz, expected] : c.response) {
      EXPECT_NEAR(magnitude(sections, hz, c.rate_hz) / expected, 1, 1e-8) << "order " << c.band.order << ", " << hz;
    }
  }
}

TEST(Butterworth, IsHalfThePowerAtBothEdges) {
  for (const Design& d : designs()) {
    const auto sections = butterworth_band_pass(d.band, d.rate_hz);
    for (const double edge : {d.band.low_hz, d.band.high_hz}) {
      EXPECT_NEAR(magnitude(sections, edge, d.rate_hz), std::sqrt(0.5), 1e-6) << d.band.order << " " << edge;
    }
  }
}

TEST(Butterworth, PassesNothingAtZeroAndAtHalfTheRate) {
  for (const Design& d : designs()) {
    const auto sections = butterworth_band_pass(d.band, d.rate_hz);
    EXPECT_EQ(magnitude(sections, 0, d.rate_hz), 0.0);
    EXPECT_LT(magnitude(sections, d.rate_hz / 2, d.rate_hz), 1e-12);
  }
}

// A real quadratic z^2 + a1 z + a2 has both roots inside the unit circle if |a2| < 1 and |a1| < 1 + a2 (Jury).
TEST(Butterworth, PolesLieInsideTheUnitCircle) {
  for (const Design& d : designs()) {
    for (const Biquad& s : butterworth_band_pass(d.band, d.rate_hz)) {
      EXPECT_LT(std::abs(s.a2), 1.0) << d.band.order << " at " << d.rate_hz;
      EXPECT_LT(std::abs(s.a1), 1.0 + s.a2) << d.band.order << " at " << d.rate_hz;
    }
  }
}

TEST(Butterworth, RefusesBandsThatCannotBeMade) {
  for (const BandPass& band : {BandPass{0, 0.5, 40},
                               {9, 0.5, 40},
                               {5, 0, 40},
                               {5, -1, 40},
                               {5, 40, 40},
                               {5, 41, 40},
                               {5, 0.5, 180},
                               {5, kNan, 40},
                               {5, 0.5, kNan}}) {
    EXPECT_ERROR(butterworth_band_pass(band, 360), ErrorKind::usage, "filter", "order 1 to 8", "0 < low < high");
  }
  EXPECT_ERROR(butterworth_band_pass({5, 0.5, 40}, kNan), ErrorKind::usage, "filter");
}

// i = np.arange(400)
// x = (np.sin(2*np.pi*5*i/360) + 0.5*((i*37) % 101)/101 + 0.3*(i == 50) + i/400).astype(np.float32)
std::vector<float> sample_signal() {
  std::vector<float> x(400);
  for (int i = 0; i < 400; ++i) {
    x[static_cast<std::size_t>(i)] = static_cast<float>(std::sin(2 * std::numbers::pi * 5 * i / 360) +
                                                        0.5 * ((i * 37) % 101) / 101 + (i == 50 ? 0.3 : 0) + i / 400.0);
  }
  return x;
}

// scipy 1.10: y = sosfiltfilt(butter(N, band, 'bandpass', fs=360, output='sos'), x.astype(float)).
TEST(ZeroPhaseFilter, GivesTheMetricsOfScipy) {
  const std::vector<std::size_t> at = {0, 1, 10, 50, 100, 199, 200, 300, 398, 399};
  const std::vector<std::pair<BandPass, std::vector<double>>> cases = {
      {{5, 0.5, 40},
       {0.1839867107381895, 0.35959774460099103, 1.161286365332669, -0.48402852930388585, 0.8528945680951457,
        -1.142251581466871, -1.1503782857716753, 0.538923353394465, 0.5082137087953531, 0.3912296356684155}},
      {{2, 5, 15},
       {-0.14648805388920433, -0.07404595364255884, 0.41867414012203075, -0.4528917992052289, 0.3096404681738444,
        -0.5054380448306071, -0.5028227508277796, 0.42169513367930916, -0.1521151505099564, -0.15846225413837983}}};
  for (const auto& [band, expected] : cases) {
    auto y = sample_signal();
    filter_zero_phase(y, butterworth_band_pass(band, 360));
    for (std::size_t k = 0; k < at.size(); ++k) EXPECT_NEAR(y[at[k]], expected[k], 1e-6) << at[k];
  }
}

// scipy 1.10: sosfiltfilt(sos, x[:n], padlen=min(33, n - 1)) with order 5, 0.5 to 40 Hz; by default it refuses n <= 33.
TEST(ZeroPhaseFilter, ExtendsAShortSignalByWhatItHas) {
  const auto sections = butterworth_band_pass({5, 0.5, 40}, 360);
  const auto filtered = [&](std::size_t n) {
    auto y = sample_signal();
    y.resize(n);
    filter_zero_phase(y, sections);
    return y;
  };
  const std::vector<double> of_6 = {-0.69994021010183,    -0.5467287497620317, -0.3983690757596798,
                                    -0.26578819334098985, -0.1582470348487054, -0.08109529717767566};
  const auto y6 = filtered(6);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(y6[i], of_6[i], 1e-6) << i;
  const auto y11 = filtered(11);
  EXPECT_NEAR(y11[0], -0.7138345364369971, 1e-6);
  EXPECT_NEAR(y11[5], -0.269551842533148, 1e-6);
  EXPECT_NEAR(y11[10], -0.157939379979516, 1e-6);
  const auto y34 = filtered(34);
  EXPECT_NEAR(y34[0], 0.1346888488176451, 1e-6);
  EXPECT_NEAR(y34[17], 1.4106707306486024, 1e-6);
  EXPECT_NEAR(y34[33], 0.39878153118869053, 1e-6);
}

TEST(ZeroPhaseFilter, TakesSignalsOfAnyLength) {
  const auto sections = butterworth_band_pass({5, 0.5, 40}, 360);
  for (std::size_t n = 0; n < 70; ++n) {
    auto y = sample_signal();
    y.resize(n);
    filter_zero_phase(y, sections);
    for (const float value : y) EXPECT_TRUE(std::isfinite(value)) << n;
  }
}

TEST(ZeroPhaseFilter, WithoutSectionsChangesNothing) {
  auto y = sample_signal();
  filter_zero_phase(y, {});
  EXPECT_EQ(y, sample_signal());
}

// A pulse in the middle must come out as the same curve to both sides. (Where the low edge is at 0.5 Hz its tail is
// longer than this signal, and cut off at one end.)
TEST(ZeroPhaseFilter, KeepsASymmetricSignalSymmetric) {
  for (const std::size_t n : {2001, 2002}) {
    std::vector<float> y(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double t = (static_cast<double>(i) - static_cast<double>(n - 1) / 2) / 360;
      y[i] = static_cast<float>(std::exp(-t * t / 0.0002));
    }
    filter_zero_phase(y, butterworth_band_pass({5, 5, 15}, 360));
    for (std::size_t i = 0; i < n / 2; ++i) ASSERT_NEAR(y[i], y[n - 1 - i], 2e-6) << i;
    EXPECT_GT(y[n / 2], 0.2F);
  }
}

TEST(ZeroPhaseFilter, KeepsASineInThePassBandInPlace) {
  std::vector<float> y(36'000);
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = static_cast<float>(std::sin(2 * std::numbers::pi * 10 * static_cast<double>(i) / 360));
  }
  const auto before = y;
  filter_zero_phase(y, butterworth_band_pass({5, 0.5, 40}, 360));
  for (std::size_t i = 10'000; i < 26'000; ++i) ASSERT_NEAR(y[i], before[i], 1e-3) << i;
}

TEST(ZeroPhaseFilter, TakesAwayAConstant) {
  std::vector<float> y(500, 1000.0F);
  filter_zero_phase(y, butterworth_band_pass({5, 0.5, 40}, 360));
  for (const float value : y) ASSERT_NEAR(value, 0, 1e-4);
}

TEST(ZeroPhaseFilter, IsLinear) {
  const auto sections = butterworth_band_pass({5, 0.5, 40}, 360);
  auto a = sample_signal();
  std::vector<float> b(a.size()), sum(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    b[i] = static_cast<float>(std::cos(static_cast<double>(i * i) * 1e-3));
    sum[i] = 3 * a[i] - 2 * b[i];
  }
  for (auto* signal : {&a, &b, &sum}) filter_zero_phase(*signal, sections);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(sum[i], 3 * a[i] - 2 * b[i], 1e-5) << i;
}

TEST(ZeroPhaseFilter, ReversedInputGivesReversedOutput) {
  const auto sections = butterworth_band_pass({5, 5, 15}, 360);
  std::vector<float> forwards(3600);
  for (std::size_t i = 1500; i < 1900; ++i) forwards[i] = sample_signal()[i - 1500];
  std::vector<float> backwards(forwards.rbegin(), forwards.rend());
  filter_zero_phase(forwards, sections);
  filter_zero_phase(backwards, sections);
  std::ranges::reverse(backwards);
  for (std::size_t i = 0; i < forwards.size(); ++i) ASSERT_NEAR(forwards[i], backwards[i], 1e-5) << i;
}

}  // namespace
}  // namespace beatbench
