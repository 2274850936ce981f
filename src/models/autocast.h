#pragma once

#include <torch/types.h>

#include "models/libtorch_versions.h"

namespace beatbench {

/// While it lives, products and convolutions on this thread run in bfloat16 where `on`; what needs more digits (losses,
/// norms' statistics) stays float32. LibTorch's own list decides, see "Automatic Mixed Precision" in PyTorch's manual.
class Bfloat16Autocast {
 public:
  explicit Bfloat16Autocast(bool on, const torch::Device& device) : on_(on), cuda_(device.is_cuda()) {
    if (on_) set(true);
  }
  ~Bfloat16Autocast() {
    if (!on_) return;
    set(false);
    at::autocast::clear_cache();
  }
  Bfloat16Autocast(const Bfloat16Autocast&) = delete;
  Bfloat16Autocast& operator=(const Bfloat16Autocast&) = delete;

 private:
  void set(bool enabled) const {
    libtorch::set_bfloat16_autocast(cuda_, enabled);
  }

  bool on_, cuda_;
};

}  // namespace beatbench
