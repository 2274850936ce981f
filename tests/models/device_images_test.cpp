#include "models/device_images.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <numeric>

#include "beatbench/data/augmentation.h"
#include "beatbench/evaluation/predictions.h"
#include "beatbench/models/checkpoint.h"
#include "models/batch.h"
#include "models/made_up_beats.h"
#include "models/model.h"
#include "models/predict.h"
#include "support/test_folder.h"
#include "training/train.h"

namespace beatbench {
namespace {

BeatSet images_with_numbers() {
  BeatSet set = tests::made_up_images(40);
  set.shape.feature_count = 2;
  for (int i = 0; i < 80; ++i) set.features.push_back(0.25F * static_cast<float>(i));
  return set;
}

TEST(DeviceImages, AreTheBatchesThatTheProcessorMakes) {
  const std::vector<std::uint32_t> rows = {7, 0, 39, 7};
  for (const BeatSet& set : {tests::made_up_images(40), images_with_numbers()}) {
    const DeviceImages images(set, torch::kCPU);
    EXPECT_TRUE(images.gather(rows, {}).equal(gather_inputs(set, rows)));
  }
}

// OpenCV's bilinear resize, by which the processor enlarges crops, is the reference.
TEST(DeviceImages, CropsAreThoseOfTheAugmentation) {
  const BeatSet set = images_with_numbers();
  Preprocessing preprocessing = default_preprocessing("image");
  preprocessing.class_names = {"early", "middle", "late"};
  const Augmentation augmentation({.crops = "all"}, preprocessing);
  std::vector<std::uint32_t> rows(kImageVariants);
  std::iota(rows.begin(), rows.end(), 3U);
  std::vector<int> crops(kImageVariants);
  std::iota(crops.begin(), crops.end(), 0);
  const torch::Tensor made = DeviceImages(set, torch::kCPU).gather(rows, crops).contiguous();
  std::vector<float> expected(set.shape.input_size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    set.copy_input(rows[i], expected.data());
    augmentation.apply(set, rows[i], crops[i], 1, expected);
    const float* own = made[static_cast<std::int64_t>(i)].data_ptr<float>();
    for (std::size_t k = 0; k < expected.size(); ++k) ASSERT_NEAR(own[k], expected[k], 2e-6) << crops[i] << " " << k;
  }
}

// Needs a GPU. TF32 keeps 10 bits of a factor's mantissa, so that logits agree to some 1e-2.
TEST(Cuda, TrainsOnImagesThatStayThere) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA";
  const tests::TestFolder folder;
  const BeatSet set = tests::made_up_images(150);
  TrainingOptions options;
  options.epochs = 20;
  options.batch_size = 16;
  options.optimizer.learning_rate = 0.01;
  options.device = "cuda";
  options.augmentation.crops = "random";
  const Split split = tests::made_up_split(150);
  train_model({set, split, tests::made_up_description("cnn2d"), options, folder / "run"});
  const Checkpoint trained = load_checkpoint(folder / "run/best.pt");
  const std::vector<float> on_cpu = predict_logits(*trained.model, set, split.test);
  trained.model->to(torch::kCUDA);
  const std::vector<float> on_cuda = predict_logits(*trained.model, set, split.test);
  std::vector<int> labels;
  for (const std::uint32_t row : split.test) labels.push_back(set.rows[row].label);
  EXPECT_EQ(predicted_labels(on_cpu, 3), labels) << "three plain classes";
  for (std::size_t i = 0; i < on_cpu.size(); ++i) EXPECT_NEAR(on_cuda[i], on_cpu[i], 0.01 * (1 + std::abs(on_cpu[i])));
}

}  // namespace
}  // namespace beatbench
