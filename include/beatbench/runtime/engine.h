#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/model_description.h"
#include "beatbench/formats/torch_archive/check.h"

namespace beatbench {

/// A model file opened by an engine that can run it.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Logits [count, outputs] of `count` inputs (see ModelShape), all of them finite.
  /// @throws Error(usage) if `batch` has another size, Error(data) naming the file if its answer has another shape or
  /// holds something else than numbers.
  std::vector<float> run(std::span<const float> batch, int count);

  const ModelDescription& description() const { return description_; }

 protected:
  explicit Engine(const std::filesystem::path& file) : file_(file.string()) {}

  /// What the file's network says: any number of values in any shape.
  struct Answer {
    std::vector<float> values;
    std::vector<std::int64_t> dimensions;
  };
  virtual Answer run_batch(std::span<const float> batch, int count) = 0;

  std::string file_;
  ModelDescription description_;
};

/// A kind of model file and the engine that runs it.
struct EngineSpec {
  std::string_view name;
  std::string_view description;
  bool (*can_open)(const std::filesystem::path& file);  ///< by a look at the file, without loading it all
  std::unique_ptr<Engine> (*open)(const std::filesystem::path& file, Trust trust);
};

std::span<const EngineSpec> engine_registry();

/// The engine whose kind of file this is; nullptr if there is none.
const EngineSpec* find_engine(const std::filesystem::path& file);

/// Opens a model file and, where it may hold a program, lets it answer one input of zeros, within limits of memory.
/// @throws Error(io) if there is no such file, Error(data) if no engine can open it (listing those there are), if it is
/// damaged, holds what `trust` does not allow, or does not fit its own description.
std::unique_ptr<Engine> open_model(const std::filesystem::path& file, Trust trust = Trust::by_looking);

/// Logits [rows, outputs] of rows of a set, in batches of evaluation_batch(set).
/// `on_batch` is told how many rows are done; what it throws ends the run.
std::vector<float> run_rows(Engine& engine, const BeatSet& set, std::span<const std::uint32_t> rows,
                            const std::function<void(std::size_t done)>& on_batch = {});

/// The same of all rows, as probabilities, see probabilities_of_logits.
std::vector<float> probabilities_of(Engine& engine, const BeatSet& set,
                                    const std::function<void(std::size_t done)>& on_batch = {});

}  // namespace beatbench
