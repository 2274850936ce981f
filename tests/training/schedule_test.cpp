#include "training/schedule.h"

#include <gtest/gtest.h>

namespace beatbench {
namespace {

TEST(Schedule, FollowsItsShape) {
  TrainingOptions options;
  options.epochs = 10;
  options.optimizer.learning_rate = 1.0;
  const auto rate = [&](int epoch, std::int64_t step, std::span<const EpochRow> history = {}) {
    return learning_rate_at(options, history, epoch, step, 10);
  };
  EXPECT_DOUBLE_EQ(rate(1, 0), 1.0);
  EXPECT_NEAR(rate(6, 0), 0.5, 1e-12);  // half a cosine is at half height half way
  EXPECT_LT(rate(10, 9), 0.001);
  options.schedule.warmup_epochs = 2;
  EXPECT_NEAR(rate(1, 9), 0.5, 1e-12);
  EXPECT_NEAR(rate(2, 9), 1.0, 1e-12);
  options.schedule.warmup_epochs = 0;
  options.schedule.name = "step";
  options.schedule.step_epochs = 3;
  EXPECT_DOUBLE_EQ(rate(3, 5), 1.0);
  EXPECT_NEAR(rate(4, 0), 0.1, 1e-12);
  options.schedule.name = "plateau";
  options.schedule.plateau_patience = 2;
  std::vector<EpochRow> history(4);
  for (int i = 0; i < 4; ++i) history[static_cast<std::size_t>(i)].validation_loss = i == 0 ? 1.0 : 2.0;
  EXPECT_DOUBLE_EQ(rate(3, 0, std::span(history).first(2)), 1.0);
  EXPECT_NEAR(rate(4, 0, std::span(history).first(3)), 0.1, 1e-12);
}

// Of epochs that score alike, that with the lowest validation loss, and of those the first.
TEST(BestEpoch, TiesAreBrokenByTheValidationLoss) {
  const auto best = [](const std::string& monitor, const std::vector<std::pair<double, double>>& accuracy_and_loss) {
    TrainingOptions options;
    options.selection.monitor = monitor;
    std::vector<EpochRow> history;
    for (const auto& [accuracy, loss] : accuracy_and_loss) {
      EpochRow& row = history.emplace_back();
      row.epoch = static_cast<int>(history.size());
      row.validation_loss = loss;
      row.validation_accuracy = row.validation_macro_f1 = accuracy;
    }
    return best_epoch(options, history);
  };
  for (const std::string monitor : {"accuracy", "macro_f1"}) {
    EXPECT_EQ(best(monitor, {{0.8, 0.5}, {0.9, 0.4}, {0.9, 0.3}, {0.9, 0.35}, {0.9, 0.3}}), 2U) << monitor;
    EXPECT_EQ(best(monitor, {{0.9, 0.5}, {0.8, 0.1}}), 0U) << monitor;
  }
  EXPECT_EQ(best("loss", {{0.9, 0.5}, {0.8, 0.1}, {0.7, 0.1}}), 1U);
  EXPECT_EQ(best("last", {{0.9, 0.5}, {0.8, 0.9}}), 1U);
  EXPECT_EQ(best("accuracy", {}), std::nullopt);
}

}  // namespace
}  // namespace beatbench
