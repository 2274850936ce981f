// The graph's reference kernels and the lowering against LibTorch, which is someone else's.
#include "torchscript/lower.h"

#include <gmock/gmock.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/script.h>

#include <map>
#include <string>

#include "beatbench/core/error.h"
#include "beatbench/graph/graph.h"
#include "beatbench/models/checkpoint.h"
#include "models/made_up_checkpoint.h"
#include "support/test_folder.h"
#include "torchscript/trace.h"

namespace beatbench {
namespace {

graph::Tensor as_graph_tensor(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.contiguous();
  const float* numbers = plain.data_ptr<float>();
  return {plain.sizes().vec(), std::vector<float>(numbers, numbers + plain.numel())};
}

// Of float32 sums in two orders: relative to the largest number.
void expect_equal_answers(const graph::Graph& lowered, torch::jit::Module& module, const torch::Tensor& x) {
  const torch::Tensor expected = module.forward({x}).toTensor().contiguous();
  const graph::Tensor found = graph::run(lowered, as_graph_tensor(x));
  ASSERT_EQ(found.shape, expected.sizes().vec());
  const float largest = expected.abs().max().item<float>();
  ASSERT_GT(largest, 0);
  const float* wanted = expected.data_ptr<float>();
  for (std::size_t i = 0; i < found.floats().size(); ++i)
    ASSERT_NEAR(found.floats()[i], wanted[i], 2e-6F * largest) << "number " << i;
}

// A module with one method, whose weights a, b, c, d and e are constants.
torch::jit::Module written_module(const std::string& forward,
                                  const std::map<std::string, torch::Tensor>& weights = {}) {
  torch::jit::Module module("written");
  for (const auto& [name, tensor] : weights) module.register_buffer(name, tensor);
  module.define("def forward(self, x):\n    " + forward + "\n");
  module.eval();
  return torch::jit::freeze_module(module);
}

struct Written {
  std::string forward;
  std::map<std::string, torch::Tensor> weights = {};
};

void expect_lowered(const ModelShape& shape, const std::vector<Written>& all) {
  for (const Written& each : all) {
    SCOPED_TRACE(each.forward);
    torch::jit::Module module = written_module(each.forward, each.weights);
    expect_equal_answers(lower(module, shape), module, torch::randn(shape.dimensions(3)));
  }
}

class Lower : public testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(1); }
};

TEST_F(Lower, EveryModel) {
  for (const ModelSpec& spec : model_table()) {
    SCOPED_TRACE(spec.name);
    const Checkpoint checkpoint = tests::made_up_checkpoint(std::string(spec.name));
    torch::jit::Module module = trace_and_freeze(checkpoint);
    const torch::NoGradGuard no_grad;
    const graph::Graph lowered = lower(module, checkpoint.description.shape);
    for (const int rows : {1, 5})
      expect_equal_answers(lowered, module, torch::rand(checkpoint.description.shape.dimensions(rows)));
  }
}

TEST_F(Lower, EveryFormOfTheLstm) {
  for (const auto& [bidirectional, attention] : {std::pair(1.0, 0.0), {0.0, 1.0}, {1.0, 1.0}}) {
    Checkpoint checkpoint =
        tests::made_up_checkpoint("lstm", {{"layers", 2}, {"bidirectional", bidirectional}, {"attention", attention}});
    torch::jit::Module module = trace_and_freeze(checkpoint);
    const torch::NoGradGuard no_grad;
    expect_equal_answers(lower(module, checkpoint.description.shape), module,
                         torch::rand(checkpoint.description.shape.dimensions(4)));
  }
}

TEST_F(Lower, Convolutions) {
  expect_lowered({4, 21, 2, 0}, {{"return torch.conv1d(x, self.a)", {{"a", torch::randn({6, 4, 5})}}},
                                 {"return torch.conv1d(x, self.a, self.b, 3, 4, 2, 2)",
                                  {{"a", torch::randn({6, 2, 4})}, {"b", torch::randn({6})}}},
                                 {"return torch.conv1d(torch.constant_pad_nd(x, [2, 5]), self.a, None, [2])",
                                  {{"a", torch::randn({3, 4, 8})}}}});
  expect_lowered({4, 9, 2, 7},
                 {{"return torch.conv2d(x, self.a, self.b, [2, 1], [1, 3], [1, 2])",
                   {{"a", torch::randn({5, 4, 3, 2})}, {"b", torch::randn({5})}}},
                  {"return torch.conv2d(x, self.a, None, 1, 1, 1, 4)", {{"a", torch::randn({4, 1, 3, 3})}}}});
}

TEST_F(Lower, Pooling) {
  expect_lowered({3, 17, 2, 0}, {{"return torch.max_pool1d(x, 4)"},
                                 {"return torch.max_pool1d(x, [3], [2], [1])"},
                                 {"return torch.max_pool1d(x, 4, 4, 0, 1, True)"},
                                 {"return torch.max_pool1d(x, 3, 4, 1, 1, True)"},
                                 {"return torch.avg_pool1d(x, [4])"},
                                 {"return torch.avg_pool1d(x, [3], [2], [1], False, False)"},
                                 {"return torch.avg_pool1d(x, [3], [2], [1], False, True)"},
                                 {"return torch.adaptive_avg_pool1d(x, [1])"}});
  expect_lowered({2, 12, 2, 8}, {{"return torch.max_pool2d(x, [2, 3], [2, 2], [1, 1], [1, 1], True)"},
                                 {"return torch.avg_pool2d(x, [3, 3], [1, 1], [1, 1])"},
                                 {"return torch.adaptive_avg_pool2d(x, [1, 1])"},
                                 {"return torch.adaptive_avg_pool2d(x, [4, 6])"}});
}

TEST_F(Lower, LinearLayers) {
  const torch::Tensor a = torch::randn({5, 7}), b = torch::randn({5});
  const std::map<std::string, torch::Tensor> weights = {{"a", a}, {"b", b}, {"c", a.t().contiguous()}};
  expect_lowered({4, 7, 2, 0},
                 {{"return torch.linear(x, self.a, self.b)", weights},
                  {"return torch.matmul(x, self.c)", weights},
                  {"return torch.matmul(x, self.c) + self.b", weights},
                  {"return torch.matmul(x, self.c) + self.d", {{"c", a.t().contiguous()}, {"d", torch::randn({1})}}},
                  {"return torch.addmm(self.b, x[:, 1], self.c)", weights}});
}

TEST_F(Lower, FunctionsOfNumbers) {
  expect_lowered(
      {3, 8, 2, 0},
      {{"return torch.relu(x)"},
       {"return torch.relu_(x * 2.0)"},
       {"return torch.elu(x)"},
       {"return torch.elu(x, 0.5)"},
       {"return torch.tanh(x)"},
       {"return torch.sigmoid(x)"},
       {"return torch.clamp(x, -0.5, 0.25)"},
       {"return torch.hardtanh(x, -1, 2)"},
       {"return torch.softmax(x, 1)"},
       {"return torch.softmax(x, -1)"},
       {"return x + x.relu()"},
       {"return x * self.a", {{"a", torch::randn({3, 1})}}},
       {"return x + 1.5"},
       {"return x.sum([1])"},
       {"return x.mean([2], True)"},
       {"return x.mean([1, 2])"},
       {"return torch.batch_norm(x, self.a, self.b, self.c, self.d, False, 0.1, 1e-3, False)",
        {{"a", torch::randn({3})}, {"b", torch::randn({3})}, {"c", torch::randn({3})}, {"d", torch::rand({3}) + 0.1}}},
       {"return torch.batch_norm(x, None, None, self.c, self.d, False, 0.1, 1e-5, False)",
        {{"c", torch::randn({3})}, {"d", torch::rand({3}) + 0.1}}}});
}

TEST_F(Lower, WhatOnlyMovesNumbers) {
  expect_lowered({4, 6, 2, 0}, {{"return torch.cat([x, x.relu(), x[:, 1:3]], 1)"},
                                {"return torch.cat([x, x.relu()], -1)"},
                                {"return x.flatten(1)"},
                                {"return x.view(x.size(0), -1)"},
                                {"return x.reshape(-1, 2, 12)"},
                                {"return x.view([x.size(0), x.size(2), x.size(1)])"},
                                {"return x.transpose(1, 2).relu()"},
                                {"return x.permute(0, -1, 1)"},
                                {"return x.unsqueeze(1).permute(0, 3, 1, 2)"},
                                {"return x.unsqueeze(-1).squeeze(3)"},
                                {"return x.select(2, -1)"},
                                {"return x[:, :, -4:-1]"},
                                {"return x[:, 2]"},
                                {"return x.narrow(1, 1, 2)"},
                                {"return torch.constant_pad_nd(x, [1, 2, 3, 0], 0.5)"},
                                {"return torch.dropout(x, 0.5, False)"}});
}

TEST_F(Lower, NamesTheOperatorThatItHasNoWordFor) {
  const ModelShape shape{4, 6, 2, 0};
  const auto fails = [&](const std::string& forward, const std::string& where) {
    SCOPED_TRACE(forward);
    EXPECT_ERROR(lower(written_module(forward), shape), ErrorKind::unsupported, where);
  };
  fails("return torch.erfinv(x)", "operator aten::erfinv");
  fails("return torch.cat([x, x], 0)", "operator aten::cat: works along the batch");
  fails("return torch.softmax(x, 0)", "operator aten::softmax: works along the batch");
  fails("return x.mean()", "operator aten::mean");
  fails("return x[1:]", "operator aten::slice: works along the batch");
  fails("return x[:, ::2]", "operator aten::slice");
  fails("return x.reshape([6, 12])", "operator aten::reshape");
  fails("return torch.max_pool1d(x, 2, 1, 0, 2)", "operator aten::max_pool1d: is dilated");
  fails("return torch.conv1d(x.mean([1, 2]), torch.zeros([1, 1, 1]))", "operator aten::conv1d: takes [N, C, L]");
  fails("return torch.max_pool1d(x.mean([1, 2]), 2)", "operator aten::max_pool1d: takes [N, C, L]");
  fails("return torch.dropout(x, 0.5, True)", "operator aten::dropout: is in training");
}

// An LSTM as Python would have it, which begins with zeros, or with what is then not left out without a word.
TEST_F(Lower, AnLstmBeginsWithZeros) {
  const std::string forward =
      "return torch.lstm(x, [self.h, self.h], [self.a, self.b, self.c, self.d], True, 1, 0.0, False, False, True)[0]";
  std::map<std::string, torch::Tensor> weights = {{"a", torch::randn({8, 6})},
                                                  {"b", torch::randn({8, 2})},
                                                  {"c", torch::randn({8})},
                                                  {"d", torch::randn({8})},
                                                  {"h", torch::zeros({1, 3, 2})}};
  expect_lowered({4, 6, 2, 0}, {{forward, weights}});
  weights["h"] = torch::ones({1, 3, 2});
  EXPECT_ERROR(lower(written_module(forward, weights), {4, 6, 2, 0}), ErrorKind::unsupported,
               "operator aten::lstm: begins with a state that is not zeros");
}

TEST_F(Lower, AShapeThatALayerCannotTakeIsNamed) {
  EXPECT_ERROR(lower(written_module("return torch.conv1d(x, self.a)", {{"a", torch::randn({6, 3, 5})}}), {4, 21, 2, 0}),
               ErrorKind::data, "layer 'conv_1' (conv)", "[6, 3, 5]", "[N, 4, 21]");
}

TEST_F(Lower, CountsMultiplicationsAndParameters) {
  torch::jit::Module module =
      written_module("return torch.linear(torch.conv1d(x, self.a, self.b, 2).flatten(1), self.c)",
                     {{"a", torch::randn({3, 4, 5})}, {"b", torch::randn({3})}, {"c", torch::randn({2, 27})}});
  const graph::Graph lowered = lower(module, {4, 21, 2, 0});
  std::vector<std::int64_t> counts;
  for (const graph::Node& node : lowered.nodes) counts.push_back(graph::multiplications(lowered, node));
  EXPECT_EQ(counts, (std::vector<std::int64_t>{9 * 3 * 4 * 5, 0, 27 * 2}));  // nine places, (21 - 5) / 2 + 1
  EXPECT_EQ(graph::parameter_count(lowered), 60 + 3 + 54);
}

}  // namespace
}  // namespace beatbench
