#include "models/dropout.h"

#include <ATen/Dispatch.h>
#include <omp.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <type_traits>

namespace beatbench::models {
namespace {

constexpr std::int64_t kLanes = 4;  // 16 bits of a hash for each value

// The finaliser of splitmix64 (Steele, Lea, Flood 2014, OOPSLA), which passes for random over consecutive numbers.
std::uint64_t hash(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t bits = seed + (number + 1) * 0x9e3779b97f4a7c15U;
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

struct Mask {
  std::uint64_t seed = 0;
  std::uint32_t dropped = 0;  // of 65536

  double scale() const { return 65536.0 / static_cast<double>(65536 - dropped); }
};

template <typename T>
void apply(const Mask& mask, std::int64_t count, const T* in, T* out) {
  using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
  const auto scale = static_cast<Wide>(mask.scale());
  const auto value = [&](std::uint64_t bits, std::int64_t lane, T x) {
    const bool kept = (bits >> (16 * lane) & 0xffffU) >= mask.dropped;
    return kept ? static_cast<T>(static_cast<Wide>(x) * scale) : T(0);
  };
  const std::int64_t blocks = count / kLanes;
#pragma omp parallel for num_threads(at::get_num_threads()) schedule(static) if (count > 32768)
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::uint64_t bits = hash(mask.seed, static_cast<std::uint64_t>(block));
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
      out[block * kLanes + lane] = value(bits, lane, in[block * kLanes + lane]);
  }
  const std::uint64_t bits = hash(mask.seed, static_cast<std::uint64_t>(blocks));
  for (std::int64_t i = blocks * kLanes; i < count; ++i) out[i] = value(bits, i - blocks * kLanes, in[i]);
}

// `x` lies in memory without gaps.
torch::Tensor masked(const torch::Tensor& x, const Mask& mask) {
  torch::Tensor out = torch::empty_strided(x.sizes(), x.strides(), x.options());
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, x.scalar_type(), "dropout", [&] {
    apply<scalar_t>(mask, x.numel(), x.data_ptr<scalar_t>(), out.data_ptr<scalar_t>());
  });
  return out;
}

class HashedDropout : public torch::autograd::Function<HashedDropout> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& input, std::int64_t seed,
                               std::int64_t dropped) {
    const torch::Tensor x = input.is_non_overlapping_and_dense() ? input : input.contiguous();
    context->saved_data["seed"] = seed;
    context->saved_data["dropped"] = dropped;
    context->saved_data["strides"] = x.strides().vec();
    return masked(x, {static_cast<std::uint64_t>(seed), static_cast<std::uint32_t>(dropped)});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const std::vector<std::int64_t> strides = context->saved_data["strides"].toIntVector();
    torch::Tensor gradient = gradients[0];
    if (gradient.strides() != c10::IntArrayRef(strides)) {  // the mask goes by places in memory
      gradient = torch::empty_strided(gradient.sizes(), strides, gradient.options()).copy_(gradient);
    }
    const std::int64_t seed = context->saved_data["seed"].toInt(), dropped = context->saved_data["dropped"].toInt();
    return {HashedDropout::apply(gradient, seed, dropped), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

DropoutImpl::DropoutImpl(double share) : share_(share) {}

torch::Tensor DropoutImpl::forward(const torch::Tensor& x) {
  const auto dropped = static_cast<std::int64_t>(std::lround(share_ * 65536));
  if (!is_training() || dropped == 0) return x;
  if (!x.device().is_cpu() || dropped >= 65536) return torch::dropout(x, share_, true);
  const auto seed = torch::randint(std::numeric_limits<std::int64_t>::max(), {1}, torch::kInt64).item<std::int64_t>();
  return HashedDropout::apply(x, seed, dropped);
}

}  // namespace beatbench::models
