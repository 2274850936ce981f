#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "formats/torch_archive/pickle_value.h"
#include "formats/torch_archive/tensor_check.h"
#include "formats/torch_archive/type.h"

namespace beatbench::archive {

/// What all the pickles of an archive have in common, and what they may still take in all.
struct PickleShare {
  explicit PickleShare(const Classes& known) : classes(known) {}

  const Classes& classes;               ///< of the archive's code
  std::size_t steps_left = 1'000'000;   ///< as a bound on memory and time
  std::uint64_t work_left = 2'000'000;  ///< values looked at again, by us or by LibTorch
  std::map<std::string, Type> tags;     ///< types that pickles give to lists and dicts
};

/// Goes through a pickle as LibTorch's unpickler does (torch/csrc/jit/serialization/unpickler.cpp of PyTorch 1.13 and
/// 2.6), and refuses whatever a saved module does not need and LibTorch does not check: opcodes, callables and classes
/// that are not on the list, objects without the attributes that their classes declare or with values of other types,
/// memo entries that were never made, tensors that reach beyond their storages, values nested more than 64 deep, and
/// values that hold themselves or are held without end.
/// @throws Error(data) at `where`, naming the byte and what is wrong.
/// @returns the value; types in it are those of `share`.
Value check_pickle(std::string_view pickle, const StorageSize& storage_size, PickleShare& share,
                   const std::string& where);

}  // namespace beatbench::archive
