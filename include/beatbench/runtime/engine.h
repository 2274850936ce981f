#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/formats/torch_archive/check.h"
#include "beatbench/models/checkpoint.h"

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

/// The precision of the model in a file, by a look at its description alone (see ModelDescription); "float32" where
/// there is none to be read.
std::string precision_of_file(const std::filesystem::path& file);

/// Opens a model file and, where it may hold a program, lets it answer one input of zeros, within limits of memory.
/// @throws Error(io) if there is no such file, Error(data) if no engine can open it (listing those there are), if it is
/// damaged, holds what `trust` does not allow, or does not fit its own description.
std::unique_ptr<Engine> open_model(const std::filesystem::path& file, Trust trust = Trust::by_looking);

/// An exception's text without the stack trace that LibTorch appends.
std::string error_text(const std::exception& error);

}  // namespace beatbench
