// Arithmetic on whole registers through the compiler's vector types, compiled once per instruction set where the
// compiler can choose at run time. A step of one sequence costs 4 H^2 multiply-adds and 5 H exponentials.
#include "models/lstm_kernel.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BEATBENCH_VECTOR_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define BEATBENCH_VECTOR_CLONES
#endif

namespace beatbench::models {
namespace {

typedef float Lanes __attribute__((vector_size(4 * kLstmLanes), may_alias));
typedef std::int32_t IntegerLanes __attribute__((vector_size(4 * kLstmLanes)));

#define BEATBENCH_INLINE inline __attribute__((always_inline))

// Room for registers: the standard allocator keeps the alignment of a class, but not that of a vector type.
struct alignas(4 * kLstmLanes) Line {
  float values[kLstmLanes];
};

BEATBENCH_INLINE void load(const float* from, Lanes& to) { std::memcpy(&to, from, sizeof to); }
BEATBENCH_INLINE void store(const Lanes& value, float* to) { std::memcpy(to, &value, sizeof value); }

// exp(x) for |x| <= 80 to about 1e-7 of its value: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2], with the
// coefficients of expf in Moshier's Cephes library. Larger |x| are clamped: a sigmoid is at 0 or 1 there anyway.
BEATBENCH_INLINE void exponential(Lanes& x) {
  const Lanes limit = Lanes{} + 80.0F;
  x = x > limit ? limit : x;
  x = x < -limit ? -limit : x;
  const Lanes shifted =
      x * 1.44269504088896341F + 12582912.0F;  // 1.5 x 2^23: the integer part ends up in the last bits
  const Lanes n = shifted - 12582912.0F;
  const Lanes r = x - n * 0.693359375F + n * 2.12194440e-4F;
  Lanes p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  IntegerLanes exponent;
  std::memcpy(&exponent, &shifted, sizeof exponent);
  exponent = (exponent - 0x4B400000 + 127) << 23;  // 0x4B400000 is 12582912 as float
  Lanes power;
  std::memcpy(&power, &exponent, sizeof power);
  x = p * power;
}

BEATBENCH_INLINE void sigmoid(Lanes& x) {
  x = -x;
  exponential(x);
  x = 1.0F / (1.0F + x);
}

BEATBENCH_INLINE void hyperbolic_tangent(Lanes& x) {
  x = x + x;
  sigmoid(x);
  x = 2.0F * x - 1.0F;
}

}  // namespace

BEATBENCH_VECTOR_CLONES
void lstm_forward(const LstmShape& shape, std::ptrdiff_t first, const float* recurrent, float* gates, float* cells,
                  float* states) {
  const std::ptrdiff_t H = shape.hidden, feature = shape.steps * shape.batch;
  std::vector<Line> buffer(static_cast<std::size_t>(3 * H));
  Lanes *state = reinterpret_cast<Lanes*>(buffer.data()), *next = state + H, *cell = next + H;
  for (std::ptrdiff_t t = 0; t < shape.steps; ++t) {
    const std::ptrdiff_t at = t * shape.batch + first;
    for (std::ptrdiff_t j = 0; j < H; ++j) {
      float* gate = gates + j * feature + at;
      Lanes in, forget, candidate, out;
      load(gate, in);
      load(gate + H * feature, forget);
      load(gate + 2 * H * feature, candidate);
      load(gate + 3 * H * feature, out);
      const float* weight = recurrent + j * H;
      for (std::ptrdiff_t k = 0; k < H; ++k) {
        in += weight[k] * state[k];
        forget += weight[H * H + k] * state[k];
        candidate += weight[2 * H * H + k] * state[k];
        out += weight[3 * H * H + k] * state[k];
      }
      sigmoid(in);
      sigmoid(forget);
      hyperbolic_tangent(candidate);
      sigmoid(out);
      cell[j] = forget * cell[j] + in * candidate;
      Lanes squashed = cell[j];
      hyperbolic_tangent(squashed);
      next[j] = out * squashed;
      store(in, gate);
      store(forget, gate + H * feature);
      store(candidate, gate + 2 * H * feature);
      store(out, gate + 3 * H * feature);
      store(cell[j], cells + j * feature + at);
      store(next[j], states + j * feature + at);
    }
    std::swap(state, next);
  }
}

BEATBENCH_VECTOR_CLONES
void lstm_backward(const LstmShape& shape, std::ptrdiff_t first, const float* recurrent, const float* state_gradients,
                   bool only_last, const float* cells, float* gates) {
  const std::ptrdiff_t H = shape.hidden, feature = shape.steps * shape.batch;
  std::vector<Line> buffer(static_cast<std::size_t>(6 * H));
  Lanes *d_state = reinterpret_cast<Lanes*>(buffer.data()), *d_cell = d_state + H, *d_gate = d_cell + H;
  for (std::ptrdiff_t j = 0; j < H && only_last; ++j) load(state_gradients + j * shape.batch + first, d_state[j]);
  for (std::ptrdiff_t t = shape.steps - 1; t >= 0; --t) {
    const std::ptrdiff_t at = t * shape.batch + first;
    for (std::ptrdiff_t j = 0; j < H && !only_last; ++j) {
      Lanes from_above;
      load(state_gradients + j * feature + at, from_above);
      d_state[j] += from_above;
    }
    for (std::ptrdiff_t j = 0; j < H; ++j) {
      float* gate = gates + j * feature + at;
      Lanes in, forget, candidate, out, squashed, before = {};
      load(gate, in);
      load(gate + H * feature, forget);
      load(gate + 2 * H * feature, candidate);
      load(gate + 3 * H * feature, out);
      load(cells + j * feature + at, squashed);
      if (t) load(cells + j * feature + at - shape.batch, before);
      hyperbolic_tangent(squashed);
      const Lanes d = d_cell[j] + d_state[j] * out * (1.0F - squashed * squashed);
      d_gate[j] = d * candidate * in * (1.0F - in);
      d_gate[H + j] = d * before * forget * (1.0F - forget);
      d_gate[2 * H + j] = d * in * (1.0F - candidate * candidate);
      d_gate[3 * H + j] = d_state[j] * squashed * out * (1.0F - out);
      d_cell[j] = d * forget;
      for (std::ptrdiff_t g = 0; g < 4; ++g) store(d_gate[g * H + j], gate + g * H * feature);
    }
    for (std::ptrdiff_t k = 0; k < H; ++k) {
      Lanes sum0 = {}, sum1 = {}, sum2 = {}, sum3 = {};  // four chains hide the latency of the additions
      const float* weight = recurrent + k * 4 * H;
      for (std::ptrdiff_t j = 0; j < H; ++j) {
        sum0 += weight[j] * d_gate[j];
        sum1 += weight[H + j] * d_gate[H + j];
        sum2 += weight[2 * H + j] * d_gate[2 * H + j];
        sum3 += weight[3 * H + j] * d_gate[3 * H + j];
      }
      d_state[k] = (sum0 + sum1) + (sum2 + sum3);
    }
  }
}

}  // namespace beatbench::models
