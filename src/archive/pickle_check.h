#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace beatbench::archive {

/// What a pickle refers to.
struct PickleUse {
  std::set<std::string> classes;  ///< of TorchScript, by qualified name: "__torch__.torch.nn.modules.linear.Linear"
};

/// How many bytes the storage of a key holds ("0" -> the entry data/0); nullopt where there is none.
using StorageSize = std::function<std::optional<std::uint64_t>(const std::string& key)>;

/// Goes through a pickle as LibTorch's unpickler does (torch/csrc/jit/serialization/unpickler.cpp of PyTorch 1.13 and
/// 2.6), without making anything, and refuses whatever a saved module does not need: opcodes, callables and classes
/// that are not on the list, memo entries that were never made, and tensors that reach beyond their storages, which
/// LibTorch does not check.
/// @throws Error(data) at `where`, naming the byte and what is wrong.
PickleUse check_pickle(std::string_view pickle, const StorageSize& storage_size, const std::string& where);

}  // namespace beatbench::archive
