#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "beatbench/core/model_description.h"

namespace beatbench {

/// The description in a file's text, with all its parts fitting together: a known model with options in range, a valid
/// preprocessing, and a shape and class names that go with it.
/// @throws Error(data), Error(unsupported) at `where`, naming what does not fit.
ModelDescription parse_description(std::string_view text, const std::string& where);

/// The text of the description in a TorchScript file that `convert` wrote; nullopt where there is none.
std::optional<std::string> description_text(const std::filesystem::path& file);

/// Whether a file is one that `convert` wrote as TorchScript, or else may be a checkpoint, by a look at it.
bool is_torchscript(const std::filesystem::path& file);
bool is_checkpoint(const std::filesystem::path& file);

/// The precision of the model in a file, by a look at its description alone (see ModelDescription); "float32" where
/// there is none to be read.
std::string precision_of_file(const std::filesystem::path& file);

/// checkpoints/best.pt of a run folder, or `path` itself.
std::filesystem::path checkpoint_path(const std::filesystem::path& path);

}  // namespace beatbench
