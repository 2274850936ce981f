#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/runtime/engine.h"
#include "conversion/converted.h"
#include "models/made_up_checkpoint.h"
#include "support/test_folder.h"
#include "torchscript/environment.h"

namespace beatbench {
namespace {

using testing::HasSubstr;
using tests::made_up_beats;
using tests::made_up_checkpoint;
using tests::made_up_windows;

class Conversion : public testing::Test {
 protected:
  tests::TestFolder folder_;
};

// Every model in every format gives what the model's own code gives, at any batch size.
TEST_F(Conversion, EveryModelInEveryFormatAgreesWithItsCheckpoint) {
  for (const ModelSpec& spec : model_table()) {
    for (const FormatSpec& format : format_registry()) {
      SCOPED_TRACE(std::string(spec.name) + " as " + std::string(format.name));
      const Checkpoint checkpoint = made_up_checkpoint(std::string(spec.name));
      if (format.needs_calibration) continue;  // they round, see int8_test.cpp
      const auto file = folder_ / (std::string(spec.name) + std::string(format.ending));
      tests::convert(checkpoint, format.name, file);
      const ConversionCheck check = tests::check(checkpoint, file, made_up_beats(spec.name, 300));
      EXPECT_EQ(check.windows, 300U);
      EXPECT_LT(check.largest_difference, 1e-4);
      EXPECT_EQ(check.same_class, 1.0);
      const auto engine = open_model(file);
      EXPECT_EQ(nlohmann::json(engine->description()), nlohmann::json(checkpoint.description));
      EXPECT_EQ(engine->description().parameters, parameter_count(*checkpoint.model));
    }
  }
}

TEST_F(Conversion, AnLstmOfEveryFormAgreesWithItsCheckpoint) {
  for (const double bidirectional : {0.0, 1.0}) {
    for (const double attention : {0.0, 1.0}) {
      const Checkpoint checkpoint = made_up_checkpoint(
          "lstm", {{"layers", 2}, {"bidirectional", bidirectional}, {"attention", attention}, {"hidden", 8}});
      for (const FormatSpec& format : format_registry()) {
        SCOPED_TRACE(testing::Message() << bidirectional << " " << attention << " " << format.name);
        const auto file = folder_ / ("lstm" + std::string(format.ending));
        tests::convert(checkpoint, format.name, file, made_up_beats("lstm", 100, 2));
        const ConversionCheck check = tests::check(checkpoint, file, made_up_beats("lstm", 50));
        EXPECT_LT(check.largest_difference, format.needs_calibration ? 0.05 : 1e-4);
      }
    }
  }
}

// A folded, frozen graph: no batch norm is left where it directly follows a convolution, and no weight is a parameter.
TEST_F(Conversion, TorchScriptIsFrozenAndFolded) {
  const auto file = folder_ / "resnet1d.pt";
  tests::convert(made_up_checkpoint("resnet1d"), "torchscript", file);
  const torch::jit::Module module = torch::jit::load(file.string());
  EXPECT_EQ(module.parameters().size(), 0U);
  int convolutions = 0, norms = 0;
  for (const auto* node : module.get_method("forward").graph()->nodes()) {
    const std::string kind = node->kind().toQualString();
    convolutions += kind == "aten::_convolution" || kind == "aten::conv1d" ? 1 : 0;
    norms += kind == "aten::batch_norm" ? 1 : 0;
  }
  EXPECT_EQ(convolutions, 12);  // stem, 2 in each of 4 units, 3 skips that change the number of filters
  EXPECT_EQ(norms, 4);          // those after an addition
}

TEST_F(Conversion, UnknownFormatListsTheValidOnes) {
  EXPECT_THAT([] { require_format("coreml"); }, testing::ThrowsMessage<Error>(HasSubstr("valid: torchscript")));
}

TEST_F(Conversion, EnginesRefuseWhatIsNoModelAndTheWrongInput) {
  const auto file = folder_ / "notes.pt";
  write_file_atomically(file, "not a model");
  EXPECT_THAT([&] { open_model(file); }, testing::ThrowsMessage<Error>(HasSubstr("notes.pt")));
  EXPECT_THAT([&] { open_model(folder_ / "absent.pt"); }, testing::ThrowsMessage<Error>(HasSubstr("no such file")));
  const Checkpoint checkpoint = made_up_checkpoint("lstm");
  const auto model = folder_ / "lstm.pt";
  tests::convert(checkpoint, "torchscript", model);
  const auto engine = open_model(model);
  const std::vector<float> wrong(63);
  EXPECT_THAT([&] { engine->run(wrong, 1); }, testing::ThrowsMessage<Error>(HasSubstr("1 x 64 samples")));
  const std::string whole = read_text_file(model);
  write_file_atomically(model, whole.substr(0, whole.size() / 2));
  EXPECT_THAT([&] { open_model(model); }, testing::ThrowsMessage<Error>(HasSubstr("lstm.pt")));
}

TEST_F(Conversion, CheckpointsRunAsTheyAre) {
  const Checkpoint checkpoint = made_up_checkpoint("resnet1d");
  const auto file = folder_ / "best.pt";
  save_checkpoint(file, checkpoint.description, *checkpoint.model);
  EXPECT_EQ(find_engine(file)->name, "checkpoint");
  EXPECT_EQ(tests::check(checkpoint, file, made_up_windows(50)).largest_difference, 0.0);
}

TEST(Environment, NamesItsLibrariesAndBlas) {
  EXPECT_EQ(torch_info().versions.at("libtorch"), TORCH_VERSION);
  EXPECT_FALSE(torch_info().blas.empty());
  EXPECT_EQ(set_compute_threads(2), 2);
}

}  // namespace
}  // namespace beatbench
