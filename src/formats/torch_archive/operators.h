#pragma once

#include <string_view>

namespace beatbench::archive {

/// Whether the code of a model may call `torch.NAME`: an operator that makes tensors or numbers of tensors and numbers,
/// and does nothing else.
bool is_harmless_operator(std::string_view name);

/// The same of `ops.SPACE.NAME`, for example "quantized.conv2d_relu".
bool is_harmless_special_operator(std::string_view name);

}  // namespace beatbench::archive
