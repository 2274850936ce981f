#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/evaluation/classification.h"
#include "beatbench/evaluation/predictions.h"
#include "beatbench/models/checkpoint.h"
#include "models/made_up_beats.h"
#include "models/model.h"
#include "models/predict.h"
#include "support/test_folder.h"
#include "training/optimizer.h"
#include "training/train.h"

namespace beatbench {
namespace {

using testing::HasSubstr;
using tests::made_up_beats;
using tests::made_up_description;
using tests::made_up_features;
using tests::made_up_image_size;
using tests::made_up_images;
using tests::made_up_recordings;
using tests::made_up_split;
using tests::made_up_windows;

class Training : public testing::Test {
 protected:
  Training() {
    std::filesystem::create_directories(folder_ / "a");
    std::filesystem::create_directories(folder_ / "b");
    torch::set_num_threads(2);
  }

  TrainingResult run(const std::string& name, const std::string& model, const TrainingOptions& options,
                     bool resume = false, const TrainingCallbacks& callbacks = {}) {
    const ModelOptions small = model == "lstm"       ? ModelOptions{{"dense", 6}, {"hidden", 8}}
                               : model == "resnet1d" ? ModelOptions{{"filters", 4}}
                                                     : ModelOptions{};
    return train_model(
        {beats_of(model), split_, made_up_description(model, small), options, folder_ / name, resume, callbacks});
  }

  std::vector<float> weights_of(const std::string& name, const char* file = "last.pt") {
    std::vector<float> all;
    for (const torch::Tensor& p : load_checkpoint(folder_ / name / file).model->parameters()) {
      const torch::Tensor flat = p.contiguous();
      all.insert(all.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
    }
    return all;
  }

  tests::TestFolder folder_;
  const BeatSet& beats_of(const std::string& model) {
    if (!made_up_features(model).empty()) return with_features_;
    if (require_model(model).input == "window") return windows_;
    if (require_model(model).input == "recording") return recordings_;
    const int size = made_up_image_size(model);
    if (!images_.contains(size)) images_[size] = made_up_images(300, 1, size);
    return images_[size];
  }

  BeatSet windows_ = made_up_windows(300), recordings_ = made_up_recordings(300),
          with_features_ = made_up_beats("context_mlp", 300);
  std::map<int, BeatSet> images_;  // by size
  Split split_ = made_up_split(300);
};

class Full_Training : public Training {};

TrainingOptions quick_options() {
  TrainingOptions options;
  options.epochs = 4;
  options.batch_size = 16;
  options.optimizer.learning_rate = 0.01;
  return options;
}

// Three bumps at different places: whoever learns anything learns this.
TEST_F(Full_Training, LearnsWhatIsPlain) {
  for (const ModelSpec& spec : model_table()) {
    const std::string model(spec.name);
    const bool is_large = spec.input == "image" && model != "cnn2d";
    for (const std::string optimizer : {"adam", "adamw", "sgd"}) {
      if (is_large && optimizer != "adam") continue;
      TrainingOptions options = quick_options();
      options.optimizer.name = optimizer;
      options.epochs = 12;
      options.optimizer.clip_norm = 5;
      if (optimizer == "sgd") options.optimizer.learning_rate = 0.1;
      const TrainingResult result = run("a", model, options);
      EXPECT_EQ(result.summary.history.size(), 12U);
      const Checkpoint best = load_checkpoint(folder_ / "a" / "best.pt");
      const Preprocessing& preprocessing = best.description.preprocessing;
      std::vector<float> scores = predict_logits(*best.model, beats_of(model), split_.test);
      probabilities_of_logits(scores, 3, preprocessing.multi_label);
      const auto metrics = evaluate_probabilities(beats_of(model), split_.test, scores, preprocessing);
      EXPECT_GT(metrics.accuracy.value.value(), 0.9) << model << " with " << optimizer;
    }
  }
}

TEST_F(Full_Training, LearnsInBfloat16AsWell) {
  for (const ModelSpec& spec : model_table()) {
    const std::string model(spec.name);
    TrainingOptions options = quick_options();
    options.amp = "bf16";
    options.epochs = 12;
    EXPECT_GT(run("a", model, options).summary.history.back().validation_accuracy.value(), 0.9) << model;
  }
}

// What the kernel says of the processor.
TEST(Amp, AutoIsBfloat16WhereTheProcessorHasIt) {
  const bool has_it = read_text_file("/proc/cpuinfo").find(" avx512_bf16") != std::string::npos;
  EXPECT_EQ(resolve_amp("auto", "cpu", "cnn2d"), has_it ? "bf16" : "off");
  EXPECT_EQ(resolve_amp("auto", "cpu", "context_mlp"), "off") << "too small to gain";
  EXPECT_EQ(resolve_amp("auto", "cuda", "cnn2d"), "off");
  EXPECT_EQ(resolve_amp("bf16", "cuda", "cnn2d"), "bf16");
  EXPECT_EQ(resolve_amp("bf16", "cpu", "lstm"), "bf16");
  EXPECT_EQ(resolve_amp("off", "cpu", "cnn2d"), "off");
}

// LibTorch's own optimisers are the reference, for weights laid out in rows and with channels last.
TEST(FusedAdam, StepsAsLibTorchDoes) {
  for (const std::string name : {"adam", "adamw"}) {
    torch::manual_seed(3);
    const torch::Tensor start = torch::randn({6, 5, 3, 3});
    std::vector<torch::Tensor> ours = {start.clone().contiguous(torch::MemoryFormat::ChannelsLast), torch::ones({7})};
    std::vector<torch::Tensor> theirs = {start.clone(), torch::ones({7})};
    for (auto* weights : {&ours, &theirs}) {
      for (torch::Tensor& weight : *weights) weight.set_requires_grad(true);
    }
    TrainingOptions options;
    options.optimizer.name = name;
    options.optimizer.learning_rate = 0.01;
    options.optimizer.weight_decay = 0.1;
    const auto fused = make_optimizer(options, ours);
    std::unique_ptr<torch::optim::Optimizer> reference;
    if (name == "adam")
      reference = std::make_unique<torch::optim::Adam>(theirs, torch::optim::AdamOptions(0.01).weight_decay(0.1));
    else
      reference = std::make_unique<torch::optim::AdamW>(theirs, torch::optim::AdamWOptions(0.01).weight_decay(0.1));
    for (int i = 0; i < 20; ++i) {
      const torch::Tensor target = torch::randn({6, 5, 3, 3});
      for (auto& [optimizer, weights] : {std::pair{fused.get(), &ours}, std::pair{reference.get(), &theirs}}) {
        optimizer->zero_grad();
        ((*weights)[0] - target).pow(2).sum().add((*weights)[1].sin().sum()).backward();
        optimizer->step();
      }
    }
    for (std::size_t i = 0; i < ours.size(); ++i) {
      EXPECT_LT((ours[i] - theirs[i]).abs().max().item<float>(), 1e-5F) << name << ", weight " << i;
    }
    EXPECT_GT((ours[0] - start).abs().mean().item<float>(), 0.05F);
  }
}

TEST_F(Training, SameSeedGivesSameBits) {
  TrainingOptions options = quick_options();
  run("a", "resnet1d", options);
  run("b", "resnet1d", options);
  EXPECT_EQ(weights_of("a"), weights_of("b"));
  options.seed = 2;
  run("b", "resnet1d", options);
  EXPECT_NE(weights_of("a"), weights_of("b"));
}

// Stopped in the middle of an epoch, with dropout, balanced sampling, momentum and a plateau schedule, at every place.
TEST_F(Training, ResumedRunEndsWithTheSameBits) {
  TrainingOptions options = quick_options();
  options.sampling = "balanced";
  options.loss.class_weights = "sqrt";
  options.schedule.name = "plateau";
  options.schedule.plateau_patience = 1;
  options.epochs = 3;
  const TrainingResult whole = run("a", "resnet1d", options);
  for (const int stop_after : {1, 14, 15, 20}) {
    int steps = 0;
    TrainingCallbacks callbacks;
    callbacks.should_stop = [&] { return ++steps == stop_after; };
    const TrainingResult first = run("b", "resnet1d", options, false, callbacks);
    EXPECT_TRUE(first.interrupted);
    EXPECT_EQ(first.summary.stopped_by, "interrupted");
    const TrainingResult rest = run("b", "resnet1d", options, true);
    EXPECT_FALSE(rest.interrupted);
    EXPECT_EQ(weights_of("a"), weights_of("b")) << "stopped after step " << stop_after;
    EXPECT_EQ(weights_of("a", "best.pt"), weights_of("b", "best.pt"));
    ASSERT_EQ(rest.summary.history.size(), whole.summary.history.size());
    for (std::size_t i = 0; i < whole.summary.history.size(); ++i) {
      EXPECT_EQ(rest.summary.history[i].train_loss, whole.summary.history[i].train_loss);
      EXPECT_EQ(rest.summary.history[i].validation_loss, whole.summary.history[i].validation_loss);
    }
  }
}

TEST_F(Training, BestIsByValidationAndEarlyStoppingStops) {
  TrainingOptions options = quick_options();
  options.epochs = 60;
  options.selection.patience = 2;
  options.selection.monitor = "loss";
  const TrainingResult result = run("a", "resnet1d", options);
  EXPECT_EQ(result.summary.stopped_by, "early stopping");
  const auto& history = result.summary.history;
  EXPECT_EQ(result.summary.best_epoch + 2, static_cast<int>(history.size()));
  for (const EpochRow& row : history) {
    EXPECT_GE(row.validation_loss, history[static_cast<std::size_t>(result.summary.best_epoch) - 1].validation_loss);
  }
}

// A model that has learned early, middle and late bumps learns it anew from few beats, with another head.
TEST_F(Training, GoesOnFromTheWeightsOfAnother) {
  TrainingOptions options = quick_options();
  options.epochs = 6;
  run("a", "resnet1d", options);
  const ModelDescription other =
      made_up_description("resnet1d", {{"filters", 4}, {"head_convolutions", 1}, {"head_dense", 2}});
  options.transfer.init_from = (folder_ / "a" / "best.pt").string();
  options.transfer.new_head = true;
  options.transfer.freeze_layers = 3;
  options.transfer.loaded_rate_factor = 0.5;
  options.epochs = 3;
  std::vector<std::string> notes;
  TrainingCallbacks callbacks;
  callbacks.on_note = [&](const std::string& text) { notes.push_back(text); };
  train_model({windows_, split_, other, options, folder_ / "b", false, callbacks});
  EXPECT_THAT(notes, testing::Contains(HasSubstr("weights are those of " + options.transfer.init_from)));
  EXPECT_THAT(notes, testing::Contains(HasSubstr("new weight head_conv1.weight: a new head was asked for")));
  EXPECT_THAT(notes, testing::Contains("layer unit1 is fixed"));
  const auto before = load_checkpoint(folder_ / "a" / "best.pt").model->named_parameters();
  const auto buffers_before = load_checkpoint(folder_ / "a" / "best.pt").model->named_buffers();
  const auto after = load_checkpoint(folder_ / "b" / "last.pt").model;
  for (const std::string fixed : {"stem.weight", "norm.weight", "unit1.conv1.weight"}) {
    EXPECT_TRUE(torch::equal(before[fixed], after->named_parameters()[fixed])) << fixed;
  }
  EXPECT_TRUE(torch::equal(buffers_before["norm.running_mean"], after->named_buffers()["norm.running_mean"]));
  EXPECT_FALSE(torch::equal(before["unit3.conv1.weight"], after->named_parameters()["unit3.conv1.weight"]));
  EXPECT_FALSE(
      torch::equal(buffers_before["unit3.norm1.running_mean"], after->named_buffers()["unit3.norm1.running_mean"]));

  // Cut in the middle, with the other checkpoint gone: the same bits.
  const auto whole = weights_of("b");
  std::filesystem::create_directories(folder_ / "c");
  int steps = 0;
  callbacks.should_stop = [&] { return ++steps == 20; };
  train_model({windows_, split_, other, options, folder_ / "c", false, callbacks});
  std::filesystem::remove(folder_ / "a" / "best.pt");
  train_model({windows_, split_, other, options, folder_ / "c", true});
  EXPECT_EQ(weights_of("c"), whole);
}

TEST_F(Training, SaysWhichLayersCanBeFrozenAndWhatDoesNotFit) {
  TrainingOptions options = quick_options();
  options.epochs = 1;
  options.transfer.freeze_layers = 7;
  EXPECT_THAT([&] { run("a", "resnet1d", options); },
              testing::ThrowsMessage<Error>(HasSubstr("stem, norm, unit1, unit2, unit3, unit4, head")));
  options.transfer.freeze_layers = 0;
  run("a", "resnet1d", options);
  options.transfer.init_from = (folder_ / "a" / "best.pt").string();
  options.transfer.new_head = true;
  EXPECT_THAT([&] { run("b", "lstm", options); }, testing::ThrowsMessage<Error>(HasSubstr("is of model resnet1d")));
}

TEST(Transfer, RatesOfLoadedAndNewWeightsDiffer) {
  TrainingOptions options;
  options.optimizer.name = "sgd";
  options.optimizer.momentum = 0;
  options.transfer.loaded_rate_factor = 0.25;
  std::vector<torch::Tensor> fresh = {torch::zeros({1}).set_requires_grad(true)},
                             loaded = {torch::zeros({1}).set_requires_grad(true)};
  const auto optimizer = make_optimizer(options, fresh, loaded);
  set_learning_rate(*optimizer, options, 0.4);
  (fresh[0] + loaded[0]).sum().backward();
  optimizer->step();
  EXPECT_FLOAT_EQ(fresh[0].item<float>(), -0.4F);
  EXPECT_FLOAT_EQ(loaded[0].item<float>(), -0.1F);
}

TEST_F(Training, WithoutValidationTheLastEpochIsTheModel) {
  split_.training.insert(split_.training.end(), split_.validation.begin(), split_.validation.end());
  split_.validation.clear();
  TrainingOptions options = quick_options();
  EXPECT_THAT([&] { run("a", "resnet1d", options); }, testing::ThrowsMessage<Error>(HasSubstr("monitor last")));
  options.selection.monitor = "last";
  const TrainingResult result = run("a", "resnet1d", options);
  EXPECT_EQ(result.summary.best_epoch, 4);
  EXPECT_FALSE(result.summary.history[0].validation_loss.has_value());
  EXPECT_EQ(weights_of("a", "best.pt"), weights_of("a", "last.pt"));
}

TEST_F(Training, LossThatIsNoNumberEndsTheRun) {
  windows_.values[5 * 64 + 3] = std::nanf("");
  EXPECT_THAT([&] { run("a", "resnet1d", quick_options()); },
              testing::ThrowsMessage<Error>(HasSubstr("no longer finite")));
}

TEST_F(Training, DamagedStateIsNamed) {
  run("a", "lstm", quick_options());
  std::filesystem::copy_file(folder_ / "a" / "best.pt", folder_ / "a" / "last.pt",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(folder_ / "a" / "last-1.pt");
  EXPECT_THAT([&] { run("a", "lstm", quick_options(), true); },
              testing::ThrowsMessage<Error>(HasSubstr("no training state")));
}

TEST_F(Training, BadOptionsAreRefusedByName) {
  const auto message_of = [](auto change) {
    TrainingOptions options;
    change(options);
    try {
      validate(options);
      return std::string("accepted");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(message_of([](TrainingOptions& o) { o.optimizer.name = "lion"; }), HasSubstr("adam, adamw, sgd"));
  EXPECT_THAT(message_of([](TrainingOptions& o) { o.schedule.name = "x"; }),
              HasSubstr("constant, cosine, step, plateau"));
  EXPECT_THAT(message_of([](TrainingOptions& o) { o.epochs = 0; }), HasSubstr("epochs"));
  EXPECT_THAT(message_of([](TrainingOptions& o) { o.optimizer.learning_rate = 0; }),
              HasSubstr("--learning-rate: 0 is not valid; allowed: above 0"));
  EXPECT_EQ(message_of([](TrainingOptions&) {}), "accepted");
}

TEST_F(Training, CudaIsRefusedWhereThereIsNone) {
  // Where there is CUDA there is nothing to refuse.
  if (torch::cuda::is_available()) GTEST_SKIP() << "this machine has CUDA";
  TrainingOptions options = quick_options();
  options.device = "cuda";
  EXPECT_THAT([&] { run("a", "lstm", options); }, testing::ThrowsMessage<Error>(HasSubstr("cuda")));
}

// The gradient of a batch with weights is that of the weighted mean.
TEST_F(Training, RecordWeightsTrainAndResume) {
  TrainingOptions options = quick_options();
  options.loss.record_weights = "sqrt";
  options.loss.class_weights = "sqrt";
  options.loss.largest_class_weight = 3;
  options.selection.monitor = "last";
  const TrainingResult whole = run("a", "context_mlp", options);
  EXPECT_EQ(whole.summary.best_epoch, 4) << "the last";
  int steps = 0;
  TrainingCallbacks callbacks;
  callbacks.should_stop = [&] { return ++steps == 20; };
  run("b", "context_mlp", options, false, callbacks);
  run("b", "context_mlp", options, true);
  EXPECT_EQ(weights_of("a"), weights_of("b"));
}

// Binary cross-entropy as it is defined, from the model's own probabilities.
TEST_F(Training, OfSeveralClassesTheLossIsBinaryCrossEntropy) {
  const TrainingResult result = run("a", "resnet1d_12lead", quick_options());
  const Checkpoint best = load_checkpoint(folder_ / "a" / "last.pt");
  std::vector<float> p = predict_logits(*best.model, recordings_, split_.validation);
  probabilities_of_logits(p, 3, true);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const bool there = recordings_.rows[split_.validation[i / 3]].is_of(i % 3);
    sum -= std::log(there ? static_cast<double>(p[i]) : 1 - static_cast<double>(p[i]));
  }
  EXPECT_NEAR(result.summary.history.back().validation_loss.value(), sum / static_cast<double>(p.size()), 1e-4);
}

TEST_F(Training, OfSeveralClassesResumesToTheSameBits) {
  TrainingOptions options = quick_options();
  options.epochs = 2;
  options.sampling = "balanced";
  options.loss.class_weights = "balanced";
  options.loss.label_smoothing = 0.1;
  run("a", "resnet1d_12lead", options);
  int steps = 0;
  TrainingCallbacks stop;
  stop.should_stop = [&] { return ++steps == 5; };
  EXPECT_TRUE(run("b", "resnet1d_12lead", options, false, stop).interrupted);
  EXPECT_FALSE(run("b", "resnet1d_12lead", options, true).interrupted);
  EXPECT_EQ(weights_of("a"), weights_of("b"));
  options.loss.record_weights = "sqrt";
  EXPECT_THROW(run("b", "resnet1d_12lead", options), Error);
}

}  // namespace
}  // namespace beatbench
