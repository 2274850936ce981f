#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/models/checkpoint.h"

namespace beatbench {

/// A model file opened by an engine that can run it.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Logits [count, outputs] of `count` inputs (see ModelShape).
  /// @throws Error(usage) if `batch` has another size.
  std::vector<float> run(std::span<const float> batch, int count);

  const ModelDescription& description() const { return description_; }
  std::optional<std::int64_t> parameters() const { return parameters_; }

 protected:
  virtual std::vector<float> run_batch(std::span<const float> batch, int count) = 0;

  ModelDescription description_;
  std::optional<std::int64_t> parameters_;
};

/// A kind of model file and the engine that runs it.
struct EngineSpec {
  std::string_view name;
  std::string_view description;
  bool (*can_open)(const std::filesystem::path& file);  ///< by a look at the file, without loading it all
  std::unique_ptr<Engine> (*open)(const std::filesystem::path& file);
};

std::span<const EngineSpec> engine_registry();

/// The engine whose kind of file this is; nullptr if there is none.
const EngineSpec* find_engine(const std::filesystem::path& file);

/// The precision of the model in a file, by a look at its description alone (see ModelDescription); "float32" where
/// there is none to be read.
std::string precision_of_file(const std::filesystem::path& file);

/// @throws Error(io) if there is no such file, Error(data) if no engine can open it (listing those there are) or
/// if it is damaged or was not made by beatbench.
std::unique_ptr<Engine> open_model(const std::filesystem::path& file);

/// An exception's text without the stack trace that LibTorch appends.
std::string error_text(const std::exception& error);

}  // namespace beatbench
