#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/evaluation/predictions.h"
#include "models/checkpoint_io.h"
#include "models/fused_lstm.h"
#include "models/made_up_beats.h"
#include "models/model.h"
#include "models/predict.h"
#include "models/registry.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::HasSubstr;
using tests::made_up_beats;
using tests::made_up_description;

// Keras counts 90 + 6,348 + 432 = 6,870 parameters for Dense 45, LSTM 23, Dense 18; LibTorch's second bias vector of
// 4 x 23 makes them 92 more.
TEST(Models, LstmHasTheOriginalsParameters) {
  EXPECT_EQ(parameter_count(*make_model("lstm", {1, 216, 18})), 6870 + 92);
}

// Counted by hand, layer by layer: kernel x in x out for every convolution (no bias), 2 per filter for every batch
// norm, 1x1 skips where the number of filters changes, and the dense layer on 96 filters of 14 samples.
TEST(Models, ResNet1dHasTheParametersOfItsDefinition) {
  const int k = 7, f = 24, classes = 8;
  int expected = k * f + 2 * f;
  int in = f;
  for (int unit = 1; unit <= 4; ++unit) {
    const int out = unit * f;
    expected += k * in * out + 2 * out + k * out * out + 2 * out + (in == out ? 0 : in * out);
    in = out;
  }
  expected += 96 * 14 * classes + classes;  // 216 samples halved four times, rounded up: 108, 54, 27, 14
  EXPECT_EQ(expected, 229088);
  EXPECT_EQ(parameter_count(*make_model("resnet1d", {1, 216, classes})), expected);
}

// Counted by hand for 128 x 128 pixels and eight classes. Same padding: 3x3 x in x out + out for each convolution, 2
// per filter for each batch norm, 256 filters of 16 x 16 into 2048. 135,386,312 is what Keras counts as trainable.
TEST(Models, Cnn2dHasTheParametersOfItsDefinition) {
  const auto count = [](int dense_inputs) {
    std::int64_t sum = 0;
    for (const auto& [in, out] : {std::pair{1, 64}, {64, 64}, {64, 128}, {128, 128}, {128, 256}, {256, 256}}) {
      sum += 9 * in * out + out + 2 * out;
    }
    return sum + (dense_inputs + 1) * std::int64_t{2048} + 2 * 2048 + 2049 * 8;
  };
  EXPECT_EQ(count(256 * 16 * 16), 135'386'312);
  EXPECT_EQ(parameter_count(*make_model("cnn2d", {1, 128, 8, 128})), 135'386'312);
  // Without padding 128 becomes 124, 62, 58, 29, 25 and 12.
  EXPECT_EQ(parameter_count(*make_model("cnn2d", {1, 128, 8, 128}, {{"padding", 0}})), count(256 * 12 * 12));
}

// A network stays in this order throughout only if every kernel lies so by its strides, those of one pixel or one
// channel among them, which are laid out either way.
TEST(Models, KernelsLieWithTheChannelsSideBySide) {
  for (const ModelSpec& spec : model_table()) {
    if (spec.input != "image") continue;
    ModelOptions small = {{"filters", 4}};
    if (spec.name == "inception_v3") small = {{"width", 0.1}};
    const auto model = make_model(spec.name, {1, 80, 3, 80}, small);
    for (const torch::Tensor& p : model->parameters()) {
      if (p.dim() != 4) continue;
      EXPECT_EQ(p.suggest_memory_format(), torch::MemoryFormat::ChannelsLast) << spec.name << " " << p.sizes();
    }
  }
}

// What PyTorch's model zoo counts for three channels and 1,000 classes (torchvision's tables of weights; of
// Inception-v3 without the auxiliary classifier), and by hand for beat images: one channel less two in the first layer,
// the dense layer behind what is left of 128 x 128 pixels, the classes.
TEST(Models, NetworksForPhotographsHaveTheirPublishedParameters) {
  const auto count = [](const char* name, const ModelShape& shape, const ModelOptions& options = {}) {
    return parameter_count(*make_model(name, shape, options));
  };
  const ModelShape photograph = {3, 224, 1000, 224}, beat = {1, 128, 8, 128};
  EXPECT_EQ(count("alexnet", photograph, {{"batch_norm", 0}}), 61'100'840);
  EXPECT_EQ(count("vgg16", photograph, {{"batch_norm", 0}}), 138'357'544);
  EXPECT_EQ(count("vgg16", photograph), 138'365'992);
  EXPECT_EQ(count("resnet50", photograph), 25'557'032);
  EXPECT_EQ(count("inception_v3", {3, 299, 1000, 299}), 23'834'568);

  const int kAlexNetNorms = 2 * (64 + 192 + 384 + 256 + 256), kVggNorms = 2 * 4224;
  EXPECT_EQ(count("alexnet", beat), 61'100'840 - 2 * 121 * 64 - (36 - 9) * 256 * 4096 - 4097 * 992 + kAlexNetNorms);
  EXPECT_EQ(count("alexnet", beat), 28'711'880);
  EXPECT_EQ(count("vgg16", beat), 138'357'544 - 2 * 9 * 64 - (49 - 16) * 512 * 4096 - 4097 * 992 + kVggNorms);
  EXPECT_EQ(count("vgg16", beat), 65'094'600);
  EXPECT_EQ(count("resnet50", beat), 25'557'032 - 2 * 49 * 64 - 2049 * 992);
  EXPECT_EQ(count("resnet50", beat), 23'518'152);
  EXPECT_EQ(count("inception_v3", beat), 23'834'568 - 2 * 9 * 32 - 2049 * 992);
  EXPECT_EQ(count("inception_v3", beat), 21'801'384);
}

TEST(Models, TooSmallImagesAreRefused) {
  struct Case {
    const char* name;
    int size;
    ModelOptions options;
  };
  for (const auto& [name, size, options] :
       {Case{"alexnet", 63, {}}, {"vgg16", 32, {}}, {"inception_v3", 75, {}}, {"cnn2d", 36, {{"padding", 0}}}}) {
    EXPECT_THAT(
        ([&, name = name, size = size, options = options] {
          make_model(name, {1, size - 1, 8, size - 1}, options);
        }),
        testing::ThrowsMessage<Error>(HasSubstr(std::to_string(size) + " x " + std::to_string(size) + " pixels")))
        << name;
    ModelOptions small = made_up_description(name).options;
    for (const auto& [option, value] : options) small[option] = value;
    EXPECT_NO_THROW(make_model(name, {1, size, 8, size}, small)->forward(torch::zeros({2, 1, size, size}))) << name;
  }
}

TEST(Models, RefuseTheOtherKindOfInput) {
  EXPECT_THAT([] { make_model("lstm", {1, 128, 8, 128}); }, testing::ThrowsMessage<Error>(HasSubstr("takes windows")));
  EXPECT_THAT([] { make_model("cnn2d", {1, 216, 8}); }, testing::ThrowsMessage<Error>(HasSubstr("takes images")));
}

// What stands before the wall about each model, and the code behind it.
TEST(Models, OfTheTableAreThoseOfTheCode) {
  std::vector<std::string_view> told, made;
  for (const ModelSpec& spec : model_table()) told.push_back(spec.name);
  for (const ModelMaker& maker : model_makers()) made.push_back(maker.name);
  EXPECT_EQ(told, made);
}

TEST(Models, UnknownModelListsTheValidOnes) {
  try {
    require_model("transformer");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("cnn2d, alexnet, vgg16, resnet50, inception_v3, lstm, resnet1d"));
  }
}

TEST(Models, UnknownOrAbsurdOptionsAreRefused) {
  EXPECT_THAT(
      [] {
        make_model("lstm", {1, 216, 2}, {{"depth", 2}});
      },
      testing::ThrowsMessage<Error>(HasSubstr("valid: dense, hidden, layers, bidirectional, attention")));
  EXPECT_THAT(
      [] {
        make_model("lstm", {1, 216, 2}, {{"hidden", 0}});
      },
      testing::ThrowsMessage<Error>(HasSubstr("allowed: 1")));
  EXPECT_THAT([] { make_model("lstm", {1, 8, 2}); }, testing::ThrowsMessage<Error>(HasSubstr("16 samples")));
}

// Every model of the registry: any batch size, finite logits, the same bits from the same seed.
TEST(Models, EachOneHonoursTheContract) {
  for (const ModelSpec& spec : model_table()) {
    SCOPED_TRACE(spec.name);
    const ModelDescription description = made_up_description(std::string(spec.name));
    torch::manual_seed(3);
    const auto model = make_model(spec.name, description.shape, description.options);
    torch::manual_seed(3);
    const auto twin = make_model(spec.name, description.shape, description.options);
    model->eval();
    twin->eval();
    for (const int batch : {1, 3, 16, 33}) {
      const torch::Tensor x = torch::randn(description.shape.dimensions(batch));
      const torch::Tensor y = model->forward(x);
      EXPECT_EQ(y.sizes(), (torch::IntArrayRef{batch, 3}));
      EXPECT_TRUE(torch::isfinite(y).all().item<bool>());
      EXPECT_TRUE(torch::equal(y, twin->forward(x)));
      EXPECT_TRUE(torch::allclose(y[0], model->forward(x.narrow(0, 0, 1))[0], 1e-4, 1e-5)) << "depends on its batch";
    }
  }
}

// LibTorch's own LSTM is the reference: state and every gradient.
TEST(FusedLstm, EqualsLibTorchs) {
  torch::manual_seed(5);
  for (const auto& [steps, rows, inputs, hidden] :
       {std::array{7, 5, 3, 4}, {216, 32, 45, 23}, {1, 1, 1, 1}, {20, 17, 2, 33}}) {
    torch::nn::LSTM lstm(torch::nn::LSTMOptions(inputs, hidden).batch_first(true));
    const torch::Tensor x = torch::randn({rows, steps, inputs}, torch::requires_grad());
    const torch::Tensor weights = torch::randn({rows, hidden});
    const auto parameters = lstm->parameters();

    const torch::Tensor expected = std::get<0>(lstm->forward(x)).select(1, -1);
    std::vector<torch::Tensor> inputs_and_weights = parameters;
    inputs_and_weights.push_back(x);
    const auto expected_gradients = torch::autograd::grad({(expected * weights).sum()}, inputs_and_weights);

    const torch::Tensor columns = torch::constant_pad_nd(x.permute({2, 1, 0}), {0, models::padded_batch(rows) - rows});
    const torch::Tensor state = models::fused_lstm_last(columns, parameters).narrow(1, 0, rows).t();
    const auto gradients = torch::autograd::grad({(state * weights).sum()}, inputs_and_weights);

    EXPECT_TRUE(torch::allclose(state, expected, 1e-4, 1e-5)) << (state - expected).abs().max();
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const double largest = expected_gradients[i].abs().max().item<double>();
      EXPECT_LT((gradients[i] - expected_gradients[i]).abs().max().item<double>(), 1e-4 * (1 + largest))
          << "gradient " << i;
    }
  }
}

// The same model on LibTorch's own operator, which double precision goes through: logits and every gradient.
TEST(FusedLstm, EqualsLibTorchsInEveryForm) {
  for (const double layers : {1.0, 3.0}) {
    for (const double bidirectional : {0.0, 1.0}) {
      for (const double attention : {0.0, 1.0}) {
        SCOPED_TRACE(testing::Message() << layers << " " << bidirectional << " " << attention);
        torch::manual_seed(6);
        const ModelOptions options = {
            {"layers", layers}, {"bidirectional", bidirectional}, {"attention", attention}, {"hidden", 7}};
        const auto model = make_model("lstm", {2, 40, 5}, options);
        torch::manual_seed(6);
        const auto reference = make_model("lstm", {2, 40, 5}, options);
        reference->to(torch::kDouble);
        const torch::Tensor x = torch::randn({19, 2, 40}), weights = torch::randn({19, 5});
        const torch::Tensor logits = model->forward(x), expected = reference->forward(x.to(torch::kDouble));
        EXPECT_TRUE(torch::allclose(logits.to(torch::kDouble), expected, 1e-4, 1e-5));
        (logits * weights).sum().backward();
        (expected * weights).sum().backward();
        const auto ours = model->parameters(), theirs = reference->parameters();
        ASSERT_EQ(ours.size(), theirs.size());
        for (std::size_t i = 0; i < ours.size(); ++i) {
          const torch::Tensor gradient = theirs[i].grad();
          EXPECT_GT(gradient.abs().max().item<double>(), 0) << "parameter " << i;
          EXPECT_LT((ours[i].grad() - gradient).abs().max().item<double>(),
                    1e-4 * (0.01 + gradient.abs().max().item<double>()))
              << "parameter " << i;
        }
      }
    }
  }
}

// Counted by hand: 8 H (I + H + 2) and twice that over 2 H states for two layers in both directions, 2H x 2H + 2H + 2H
// for attention.
TEST(Models, LstmHasTheParametersOfItsForm) {
  const ModelOptions options = {{"dense", 5}, {"hidden", 7}, {"layers", 2}, {"bidirectional", 1}, {"attention", 1}};
  const int lstm = 2 * 4 * 7 * (5 + 7 + 2) + 2 * 4 * 7 * (14 + 7 + 2);
  EXPECT_EQ(parameter_count(*make_model("lstm", {1, 216, 3}, options)), 2 * 5 + lstm + 14 * 14 + 14 + 14 + 15 * 3);
}

TEST(FusedLstm, StaysFiniteFarOutside) {
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(1, 4));
  const torch::Tensor x = torch::full({1, 9, 16}, 1e6, torch::requires_grad());
  const torch::Tensor state = models::fused_lstm_last(x, lstm->parameters());
  state.sum().backward();
  EXPECT_TRUE(torch::isfinite(state).all().item<bool>());
  EXPECT_TRUE(torch::isfinite(x.grad()).all().item<bool>());
}

TEST(Predict, LabelsAndSoftmaxOfRows) {
  std::vector<float> scores = {1, 3, 2, 1000, 0, -1000};
  EXPECT_EQ(predicted_labels(scores, 3), (std::vector<int>{1, 0}));
  softmax_rows(scores, 3);
  EXPECT_NEAR(scores[0], 0.09003057, 1e-6);  // e^-2 / (1 + e^-1 + e^-2)
  EXPECT_NEAR(scores[3], 1.0, 1e-6);
}

TEST(Checkpoint, ComesBackAsItWas) {
  const tests::TestFolder folder;
  for (const ModelSpec& spec : model_table()) {
    ModelDescription description = made_up_description(std::string(spec.name));
    description.provenance.configuration = {{"epochs", 3}};
    const auto model = make_model(spec.name, description.shape, description.options);
    const auto file = folder / (std::string(spec.name) + ".pt");
    save_checkpoint(file, description, *model);
    const Checkpoint back = load_checkpoint(file);
    description.parameters = parameter_count(*model);
    EXPECT_EQ(nlohmann::json(back.description), nlohmann::json(description));
    const BeatSet windows = made_up_beats(spec.name, 20);
    std::vector<std::uint32_t> rows(windows.size());
    std::iota(rows.begin(), rows.end(), 0U);
    EXPECT_EQ(predict_logits(*back.model, windows, rows), predict_logits(*model, windows, rows));
  }
}

TEST(Checkpoint, DamagedOrForeignFilesAreNamed) {
  const tests::TestFolder folder;
  const auto file = folder / "damaged.pt";
  const ModelDescription description = made_up_description("lstm");
  save_checkpoint(file, description, *make_model("lstm", description.shape));
  const std::string whole = read_text_file(file);
  for (const std::size_t length : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
    write_file_atomically(file, whole.substr(0, length));
    EXPECT_THAT([&] { load_checkpoint(file); }, testing::ThrowsMessage<Error>(HasSubstr(file.string()))) << length;
  }
  std::filesystem::remove(file);
  EXPECT_THAT([&] { load_checkpoint(file); }, testing::ThrowsMessage<Error>(HasSubstr("No such file")));
}

// Counted by hand from the layers of Ribeiro et al. 2020; Keras has the running means and variances of the batch norms
// beside them, 3,728 numbers that are not trained: 6.43 million in all, as the authors say.
TEST(Models, TwelveLeadResNet1dHasThePapersParameters) {
  EXPECT_EQ(parameter_count(*make_model("resnet1d_12lead", {12, 4096, 6})), 6'421'910);
  EXPECT_EQ(parameter_count(*make_model("resnet1d_12lead", {12, 4096, 1})), 6'421'910 - 5 * (320 * 16 + 1));
}

// The paper's network written out once more, with the paddings that Keras gives its even kernels: 7 and 8 zeros at
// stride 1, 6 and 6 at stride 4.
torch::Tensor ribeiro(BeatModel& model, torch::Tensor x) {
  std::map<std::string, torch::Tensor> w;
  for (const auto& p : model.named_parameters()) w[p.key()] = p.value();
  for (const auto& b : model.named_buffers()) w[b.key()] = b.value();
  const auto conv = [&](const torch::Tensor& in, const std::string& name, int left, int right, int stride) {
    return torch::conv1d(torch::constant_pad_nd(in, {left, right}), w.at(name + ".weight"), {}, stride);
  };
  const auto norm_relu = [&](const torch::Tensor& in, const std::string& name) {
    return torch::relu(torch::batch_norm(in, w.at(name + ".weight"), w.at(name + ".bias"), w.at(name + ".running_mean"),
                                         w.at(name + ".running_var"), false, 0.1, 1e-5, false));
  };
  x = norm_relu(conv(x, "stem", 7, 8, 1), "norm");
  torch::Tensor skip = x;
  for (const std::string unit : {"unit1", "unit2", "unit3", "unit4"}) {
    skip = torch::conv1d(torch::max_pool1d(skip, 4, 4), w.at(unit + ".skip.weight"));
    x = norm_relu(conv(x, unit + ".conv1", 7, 8, 1), unit + ".norm1");
    skip = skip + conv(x, unit + ".conv2", 6, 6, 4);
    x = norm_relu(skip, unit + ".norm2");
  }
  return torch::linear(x.flatten(1), w.at("head.weight"), w.at("head.bias"));
}

TEST(Models, TwelveLeadResNet1dIsThePapersNetwork) {
  torch::manual_seed(5);
  const torch::NoGradGuard no_grad;
  const auto model = make_model("resnet1d_12lead", {12, 4096, 6}, {{"filters", 16}});
  for (auto& buffer : model->named_buffers()) {
    if (buffer.key().ends_with("running_mean")) buffer.value().normal_(0, 0.3);
    if (buffer.key().ends_with("running_var")) buffer.value().uniform_(0.5, 2.0);
  }
  model->eval();
  const torch::Tensor x = torch::randn({2, 12, 4096});
  const torch::Tensor ours = model->forward(x), theirs = ribeiro(*model, x);
  EXPECT_LT((ours - theirs).abs().max().item<double>(), 1e-3 * theirs.abs().max().item<double>());
}

TEST(Predict, SeveralClassesAreEachFromOneHalfOn) {
  Preprocessing preprocessing;
  preprocessing.class_names = {"a", "b", "c"};
  std::vector<float> scores = {0, -1, 3, -2, -2, -2};
  probabilities_of_logits(scores, 3, true);
  EXPECT_NEAR(scores[0], 0.5, 1e-7);
  EXPECT_NEAR(scores[2], 0.95257413, 1e-6);  // 1 / (1 + e^-3)
  preprocessing.multi_label = true;
  EXPECT_EQ(predicted_classes(scores, preprocessing), (std::vector<std::uint64_t>{0b101, 0}));
  preprocessing.multi_label = false;
  EXPECT_EQ(predicted_classes(scores, preprocessing), (std::vector<std::uint64_t>{0b100, 0b001}));
}

}  // namespace
}  // namespace beatbench
