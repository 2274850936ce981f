#include "models/dropout.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace beatbench::models {
namespace {

Dropout training_dropout(double share) {
  Dropout dropout(share);
  dropout->train();
  return dropout;
}

// The definition (Srivastava et al. 2014): a value is dropped with the given probability, and divided by the
// probability of being kept otherwise. The bounds are five standard errors.
TEST(Dropout, DropsItsShareAndKeepsTheMean) {
  torch::manual_seed(1);
  for (const double share : {0.2, 0.5, 0.9}) {
    const std::int64_t count = 1 << 20;
    const torch::Tensor y = training_dropout(share)(torch::ones({count}));
    const torch::Tensor zero = y == 0, kept = (y - 1 / (1 - share)).abs() < 1e-3;
    EXPECT_EQ((zero | kept).sum().item<std::int64_t>(), count);
    const double error = std::sqrt(share * (1 - share) / static_cast<double>(count));
    EXPECT_NEAR(zero.to(torch::kDouble).mean().item<double>(), share, 5 * error + 1.0 / 65536);
  }
}

// Neighbours, and values 4 and 4096 apart, are dropped independently of one another; so are those of two calls.
TEST(Dropout, DropsIndependently) {
  torch::manual_seed(2);
  Dropout dropout = training_dropout(0.5);
  const torch::Tensor x = torch::ones({1 << 20});
  const torch::Tensor first = dropout->forward(x) - 1, second = dropout->forward(x) - 1;
  const auto correlation = [](const torch::Tensor& a, const torch::Tensor& b) { return (a * b).mean().item<double>(); };
  const double bound = 5.0 / 1024;
  for (const std::int64_t lag : {1, 2, 3, 4, 5, 64, 4096}) {
    EXPECT_LT(std::abs(correlation(first.slice(0, lag), first.slice(0, 0, -lag))), bound) << lag;
  }
  EXPECT_LT(std::abs(correlation(first, second)), bound);
}

TEST(Dropout, IsNothingInEvaluation) {
  Dropout dropout(0.5);
  dropout->eval();
  const torch::Tensor x = torch::randn({100});
  EXPECT_TRUE(torch::equal(dropout->forward(x), x));
}

TEST(Dropout, TheSameSeedGivesTheSameOnAnyNumberOfThreads) {
  Dropout dropout = training_dropout(0.3);
  const torch::Tensor x = torch::randn({33, 1001, 5});
  const int threads = at::get_num_threads();
  std::vector<torch::Tensor> results;
  for (const int count : {1, 2, 3}) {
    at::set_num_threads(count);
    torch::manual_seed(3);
    results.push_back(dropout->forward(x));
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(results[0], results[1]));
  EXPECT_TRUE(torch::equal(results[0], results[2]));
}

// The gradient is that of a product with the mask, whatever the layouts of input and gradient.
TEST(Dropout, PassesGradientsWhereItPassedValues) {
  torch::manual_seed(4);
  Dropout dropout = training_dropout(0.4);
  const torch::Tensor plain = torch::rand({2, 8, 5, 7}) + 0.5;
  for (const torch::Tensor& values : {plain, plain.contiguous(torch::MemoryFormat::ChannelsLast), plain.transpose(1, 3),
                                      plain.slice(3, 0, 6, 2), plain.to(torch::kBFloat16), plain.to(torch::kDouble)}) {
    const torch::Tensor x = values.detach().requires_grad_();
    const torch::Tensor y = dropout->forward(x);
    EXPECT_EQ(y.dtype(), x.dtype());
    const torch::Tensor weight = torch::randn(y.sizes()).to(x.dtype());
    (y * weight).sum().backward();
    // In double but for bfloat16, whose last place is 1/256; 0.4 is rounded to a 65536th.
    const double places = x.dtype() == torch::kBFloat16 ? 1e-2 : 2e-5;
    const torch::Tensor mask = (y != 0).to(torch::kDouble) / 0.6;
    const auto product = [&](const torch::Tensor& a) { return a.detach().to(torch::kDouble) * mask; };
    EXPECT_TRUE(torch::allclose(y.to(torch::kDouble), product(x), places, 0));
    EXPECT_TRUE(torch::allclose(x.grad().to(torch::kDouble), product(weight), places, 0));
  }
}

// Of f(x) = sum(dropout(x)^2) / 2 the gradient is mask^2 x, and the gradient of its sum mask^2.
TEST(Dropout, HasSecondDerivatives) {
  torch::manual_seed(5);
  Dropout dropout = training_dropout(0.5);
  const torch::Tensor x = torch::ones({1000}, torch::kDouble).requires_grad_();
  const torch::Tensor y = dropout->forward(x);
  const torch::Tensor first = torch::autograd::grad({(y * y).sum() / 2}, {x}, {}, {}, /*create_graph=*/true)[0];
  const torch::Tensor second = torch::autograd::grad({first.sum()}, {x})[0];
  EXPECT_TRUE(torch::allclose(second, (y.detach() != 0).to(torch::kDouble) * 4));
}

}  // namespace
}  // namespace beatbench::models
