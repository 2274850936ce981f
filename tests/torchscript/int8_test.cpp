#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/script.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/runtime/engine.h"
#include "beatbench/runtime/model_file.h"
#include "conversion/converted.h"
#include "models/batch.h"
#include "models/made_up_checkpoint.h"
#include "models/predict.h"
#include "support/need.h"
#include "support/test_folder.h"
#include "torchscript/environment.h"
#include "torchscript/quantize.h"

namespace beatbench {
namespace {

using testing::HasSubstr;
using tests::made_up_beats;
using tests::made_up_checkpoint;

class Int8 : public testing::Test {
 protected:
  std::filesystem::path write(const Checkpoint& checkpoint, std::size_t calibration = 100) const {
    const std::string& model = checkpoint.description.model;
    const auto file = folder_ / (model + "-int8.pt");
    tests::convert(checkpoint, "int8", file, made_up_beats(model, calibration, 2));
    return file;
  }

  tests::TestFolder folder_;
};

class Full_Int8 : public Int8 {};

std::vector<float> logits_of(const Checkpoint& checkpoint, const BeatSet& beats) {
  std::vector<std::uint32_t> rows(beats.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return predict_logits(*checkpoint.model, beats, rows);
}

// Each of the up to 14 layers rounds to one of 256 steps, on processors without VNNI to one of 128; their errors add up
// to a few hundredths of the logits' range, there to twice as much.
// The classes of an untrained model lie close together, so a tenth of the windows may change theirs.
TEST_F(Full_Int8, EveryModelStaysCloseToItsCheckpoint) {
  for (const ModelSpec& spec : model_table()) {
    SCOPED_TRACE(spec.name);
    const Checkpoint checkpoint = made_up_checkpoint(std::string(spec.name));
    const auto file = write(checkpoint);
    const BeatSet beats = made_up_beats(spec.name, 200);
    const ConversionCheck check = tests::check(checkpoint, file, beats);
    const std::vector<float> logits = logits_of(checkpoint, beats);
    const double range = *std::ranges::max_element(logits) - *std::ranges::min_element(logits);
    const int steps_in_one = 1 << (8 - use_best_quantized_engine().activation_bits);
    EXPECT_LT(check.largest_difference, 0.12 * steps_in_one * range);
    EXPECT_GT(check.largest_difference, 1e-5) << "is not quantised";
    EXPECT_GE(check.same_class, 0.9);
    EXPECT_EQ(check.labelled, 200U);
    EXPECT_NEAR(check.accuracy, check.accuracy_checkpoint, 0.1);

    const auto engine = open_model(file);
    EXPECT_EQ(precision_of_file(file), "int8");
    EXPECT_EQ(engine->description().precision, "int8");
    ASSERT_TRUE(engine->description().calibration.has_value());
    EXPECT_EQ(engine->description().calibration->windows, 100);
    EXPECT_EQ(engine->description().calibration->engine, use_best_quantized_engine().name);
    nlohmann::json description = engine->description();
    description.erase("calibration");
    description["precision"] = "float32";
    EXPECT_EQ(description, nlohmann::json(checkpoint.description));
  }
}

std::map<std::string, int> operators_of(const torch::jit::Module& module) {
  std::map<std::string, int> count;
  for (const auto* node : module.get_method("forward").graph()->nodes()) ++count[node->kind().toQualString()];
  return count;
}

// From the first layer to the last all is in 8 bits: one quantisation, one dequantisation.
TEST_F(Int8, ConvolutionsAndLinearLayersAreQuantizedOperators) {
  auto resnet = operators_of(torch::jit::load(write(made_up_checkpoint("resnet1d")).string()));
  EXPECT_EQ(resnet["quantized::conv2d"] + resnet["quantized::conv2d_relu"], 12);  // as in TorchScriptIsFrozenAndFolded
  EXPECT_EQ(resnet["quantized::conv2d_relu"], 5);
  EXPECT_EQ(resnet["quantized::batch_norm2d_relu"], 4);
  EXPECT_EQ(resnet["quantized::linear_dynamic"], 1);
  EXPECT_EQ(resnet["aten::quantize_per_tensor"], 1);
  EXPECT_EQ(resnet["aten::dequantize"], 1);
  EXPECT_EQ(resnet["aten::constant_pad_nd"], 2) << "the ends of the linear layer's range, no padding of a convolution";
  EXPECT_EQ(resnet["aten::_convolution"] + resnet["aten::addmm"], 0);

  auto cnn = operators_of(torch::jit::load(write(made_up_checkpoint("cnn2d")).string()));
  EXPECT_EQ(cnn["quantized::conv2d"], 6);
  EXPECT_EQ(cnn["quantized::elu"], 6);
  EXPECT_EQ(cnn["quantized::batch_norm2d"], 6);
  EXPECT_EQ(cnn["quantized::linear_dynamic"], 2);
  EXPECT_EQ(cnn["aten::_convolution"] + cnn["aten::addmm"], 0);

  auto lstm = operators_of(torch::jit::load(write(made_up_checkpoint("lstm")).string()));
  EXPECT_EQ(lstm["quantized::linear_dynamic"], 2);
  EXPECT_EQ(lstm["aten::lstm"], 1);
  EXPECT_EQ(lstm["aten::addmm"] + lstm["aten::matmul"], 0);
}

TEST_F(Int8, WeightsHaveAScalePerChannel) {
  const torch::jit::Module module = torch::jit::load(write(made_up_checkpoint("resnet1d")).string());
  torch::jit::Stack stack{module.attr("packed1")};
  c10::Dispatcher::singleton().findSchemaOrThrow("quantized::conv2d_unpack", "").callBoxed(&stack);
  const torch::Tensor weight = stack.at(0).toTensor();
  EXPECT_EQ(weight.qscheme(), torch::kPerChannelAffine);
  EXPECT_EQ(weight.scalar_type(), torch::kQInt8);
  EXPECT_EQ(weight.q_per_channel_scales().numel(), 24);
  // Each channel uses its whole range.
  EXPECT_TRUE((weight.int_repr().to(torch::kInt).abs().amax({1, 2, 3}) == 127).all().item<bool>());
  EXPECT_TRUE((weight.q_per_channel_zero_points() == 0).all().item<bool>());
}

torch::jit::Module frozen_module(const std::string& forward, const std::map<std::string, torch::Tensor>& weights) {
  torch::jit::Module module("made_up");
  for (const auto& [name, weight] : weights) module.register_parameter(name, weight, false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n  return " + forward + "\n");
  module.eval();
  return torch::jit::freeze_module(module);
}

// A padded, strided convolution of two channels, worked out here from the definition of affine quantisation: integers
// of value / scale, multiplied and added as integers.
TEST_F(Int8, AConvolutionIsWhatTheDefinitionGives) {
  // A processor without VNNI takes 7 bits, for which other numbers would have to stand here; CI's may be such a one.
  if (use_best_quantized_engine().activation_bits != 8) GTEST_SKIP() << "the steps below are those of 8 bits";
  constexpr int kLength = 9, kKernel = 3, kStride = 2, kBefore = 1, kAfter = 2, kOut = 5;
  // Scales of 0.01 and 0.02: the largest weight of a channel is 127 steps.
  const int weight[2][2][kKernel] = {{{127, -50, 3}, {0, 77, -127}}, {{-127, 9, 64}, {31, -2, 100}}};
  const double weight_scale[2] = {0.01, 0.02}, bias[2] = {0.5, -1.25};
  const torch::Tensor w = torch::zeros({2, 2, kKernel}), b = torch::tensor({0.5F, -1.25F});
  for (int o = 0; o < 2; ++o)
    for (int c = 0; c < 2; ++c)
      for (int k = 0; k < kKernel; ++k) w[o][c][k] = weight[o][c][k] * weight_scale[o];
  const torch::jit::Module frozen =
      frozen_module("torch.conv1d(torch.constant_pad_nd(x, [1, 2], 0.0), self.w, self.b, [2])", {{"w", w}, {"b", b}});
  const auto graph = frozen.get_method("forward").graph();

  // The input's range is 255 steps of 0.01 from -1.00, so its zero is step 100; the samples lie on every step, so that
  // no narrower range can be better. The output's is 255 steps of 0.05 from -6.4.
  Statistics statistics;
  statistics[graph->inputs().at(1)] = {{1, 2, kLength}, -1.0, 1.55, torch::arange(-100, 156).to(torch::kFloat) / 100};
  statistics[graph->outputs().at(0)] = {{1, 2, kOut}, -6.4, 6.35, torch::zeros(1)};
  torch::jit::Module quantized = quantize_module(frozen, statistics, 8, {});

  torch::Tensor x = torch::zeros({3, 2, kLength});
  for (int i = 0; i < x.numel(); ++i) x.view(-1)[i] = std::sin(1.7 * i) * 1.4 + 0.1;  // some of it out of range
  const torch::Tensor got = quantized.forward({x}).toTensor();
  ASSERT_EQ(got.sizes(), (torch::IntArrayRef{3, 2, kOut}));
  const auto step = [](double value, double scale, int zero) {
    return std::clamp(static_cast<int>(std::nearbyint(value / scale)) + zero, 0, 255);
  };
  for (int n = 0; n < 3; ++n) {
    for (int o = 0; o < 2; ++o) {
      for (int t = 0; t < kOut; ++t) {
        int sum = 0;
        for (int c = 0; c < 2; ++c) {
          for (int k = 0; k < kKernel; ++k) {
            const int at = kStride * t + k - kBefore;
            if (at < 0 || at >= kLength) continue;
            sum += weight[o][c][k] * (step(x[n][c][at].item<float>(), 0.01, 100) - 100);
          }
        }
        const double exact = sum * 0.01 * weight_scale[o] + bias[o];
        const double expected = 0.05 * (step(exact, 0.05, 128) - 128);
        EXPECT_NEAR(got[n][o][t].item<double>(), expected, 1e-5) << n << " " << o << " " << t;
      }
    }
  }
  static_assert((kLength + kBefore + kAfter - kKernel) / kStride + 1 == kOut);
}

// Pooling moved before ELU and batch norm gives the same; with a negative weight of the batch norm it must stay.
TEST_F(Int8, PoolingGoesBeforeEluOnlyWhereThatIsTheSame) {
  torch::manual_seed(3);
  for (const bool negative : {false, true}) {
    const torch::Tensor gamma = torch::tensor({0.5F, negative ? -2.0F : 2.0F});
    torch::jit::Module frozen = frozen_module(
        "torch.max_pool2d(torch.batch_norm(torch.elu(torch.conv2d(x, self.w)), self.g, self.m, self.m, self.v, False, "
        "0.1, 1e-5, False), [2, 2])",
        {{"w", torch::randn({2, 1, 3, 3})}, {"g", gamma}, {"m", torch::randn(2)}, {"v", torch::ones(2)}});
    BeatSet images;
    images.shape.image_size = 16;
    images.records = {{"a", "a"}};
    for (int i = 0; i < 20; ++i) {
      images.rows.push_back({});
      for (int p = 0; p < 256; ++p) images.pixels.push_back(static_cast<std::uint8_t>((p * 7 + i * 31) % 256));
    }
    const Statistics statistics = collect_activation_statistics(frozen, {1, 16, 2, 16}, images);
    torch::jit::Module quantized = quantize_module(frozen, statistics, 8, {});
    bool pooled = false, pooled_first = false;
    for (const auto* node : quantized.get_method("forward").graph()->nodes()) {
      const std::string kind = node->kind().toQualString();
      pooled = pooled || kind == "aten::max_pool2d";
      pooled_first = pooled_first || (pooled && kind == "quantized::elu");
    }
    EXPECT_EQ(pooled_first, !negative);
    const torch::Tensor x = gather_inputs(images, std::vector<std::uint32_t>{0, 5, 10, 15});
    const torch::Tensor expected = frozen.forward({x}).toTensor(), got = quantized.forward({x}).toTensor();
    const double range = (expected.max() - expected.min()).item<double>();
    EXPECT_LT((got - expected).abs().max().item<double>(), 0.05 * range) << negative;
  }
}

TEST(Calibration, RangesHoldZeroAndClipRareValues) {
  EXPECT_NEAR(affine_of(-1.0, 1.55, 8).scale, 0.01, 1e-12);
  EXPECT_EQ(affine_of(-1.0, 1.55, 8).zero_point, 100);
  EXPECT_NEAR(affine_of(2.0, 5.1, 8).scale, 0.02, 1e-12);  // from 0 on
  EXPECT_EQ(affine_of(2.0, 5.1, 8).zero_point, 0);
  EXPECT_EQ(affine_of(-5.1, -2.0, 8).zero_point, 255);
  EXPECT_NEAR(affine_of(0, 1.27, 7).scale, 0.01, 1e-12);
  EXPECT_EQ(affine_of(0, 0, 8).scale, 1.0);

  // A million even values and a single 3: clipping it costs less than steps three times as wide.
  TensorStatistics seen{{}, 0.0, 3.0, torch::linspace(0, 1, 1000000)};
  seen.samples[0] = 3.0;
  const Affine chosen = least_error_affine(seen, 8, 2);
  EXPECT_LT(255 * chosen.scale, 1.5);
  EXPECT_GT(255 * chosen.scale, 0.95);
  EXPECT_EQ(chosen.zero_point, 0);
}

// As behind a batch norm whose variance was next to nothing: the other units reach from -3 to 3, and both signs count.
TEST(Calibration, AnOutlierDoesNotSwallowTheOtherSign) {
  TensorStatistics seen{{}, -3.0, 12000.0, torch::linspace(-3, 3, 100000)};
  seen.samples[0] = 12000.0;
  const Affine chosen = least_error_affine(seen, 8, 1);
  EXPECT_LT(-chosen.scale * static_cast<double>(chosen.zero_point), -2.7);
  EXPECT_LT(chosen.scale * static_cast<double>(255 - chosen.zero_point), 20);
}

TEST_F(Int8, NeedsWindowsToCalibrateOn) {
  try {
    tests::convert(made_up_checkpoint("lstm"), "int8", folder_ / "a.pt");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("training data"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

// Whatever is wrong with a file, opening and running it ends in an Error or in numbers.
TEST_F(Int8, ADamagedFileIsRefused) {
  const auto file = write(made_up_checkpoint("resnet1d"), 10);
  const std::string whole = read_text_file(file);
  for (int tenth = 0; tenth < 10; ++tenth) {
    write_file_atomically(file, whole.substr(0, whole.size() * static_cast<std::size_t>(tenth) / 10));
    EXPECT_THROW(open_model(file), Error) << tenth;
    EXPECT_EQ(precision_of_file(file), "float32") << tenth;
  }
  const std::vector<float> window(64, 0.5F);
  for (std::size_t i = 0; i < 24; ++i) {
    std::string garbled = whole;
    for (std::size_t k = 0; k < 8; ++k) garbled[(i * whole.size()) / 24 + k] ^= static_cast<char>(0x55 + k);
    write_file_atomically(file, garbled);
    try {
      open_model(file)->run(window, 1);
    } catch (const Error&) {
    }
  }
}

constexpr const char* kPrintLogits = R"(
import json, sys, torch
model = torch.jit.load(sys.argv[1])
x = (torch.arange(5 * 64) * 37 % 101).reshape(5, 1, 64).float() / 50 - 1
print(json.dumps({'engine': torch.backends.quantized.engine, 'logits': model(x).flatten().tolist()}))
)";

// PyTorch's own choice of engine serves: nothing has to be set there.
TEST_F(Full_Int8, PythonGivesTheSameLogits) {
  write_file_atomically(folder_ / "print_logits.py", kPrintLogits);
  for (const char* model : {"resnet1d", "lstm"}) {
    const auto file = write(made_up_checkpoint(model));
    // Debian's python3, for which the package python3-torch is made.
    const auto out = folder_ / "out.json";
    const std::string command =
        "/usr/bin/python3 " + (folder_ / "print_logits.py").string() + " " + file.string() + " > " + out.string();
    BEATBENCH_NEED(std::system("/usr/bin/python3 -c 'import torch' 2> /dev/null") == 0, "PyTorch: python3-torch");
    ASSERT_EQ(std::system(command.c_str()), 0);
    const nlohmann::json said = nlohmann::json::parse(read_text_file(out));
    std::vector<float> x;
    for (int i = 0; i < 5 * 64; ++i) x.push_back(static_cast<float>(i * 37 % 101) / 50.0F - 1.0F);
    const std::vector<float> expected = open_model(file)->run(x, 5);
    ASSERT_EQ(said.at("logits").size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(said.at("logits")[i].get<double>(), expected[i], 1e-4) << model << ", engine " << said.at("engine");
    }
  }
}

}  // namespace
}  // namespace beatbench
