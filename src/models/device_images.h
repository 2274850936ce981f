#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>

#include "beatbench/core/beat_set.h"

namespace beatbench {

/// The images of a set, and their features, kept on a device as they are in memory (8 bit, 16 KiB each), so
/// that batches are made and augmented there: a batch of floats does not cross the bus, and no processor makes it.
class DeviceImages {
 public:
  /// @throws c10::Error where the device has no room for them.
  DeviceImages(const BeatSet& set, const torch::Device& device);

  /// As gather_inputs: float32 [rows, 1 + feature_count, image_size, image_size], on the device.
  /// @param crops of each row, see Augmentation::crop_of: 0 is the image itself; empty: none is cropped
  torch::Tensor gather(std::span<const std::uint32_t> rows, std::span<const int> crops) const;

 private:
  torch::Tensor pixels_;    // uint8 [rows, image_size, image_size]
  torch::Tensor features_;  // float32 [rows, feature_count]
};

}  // namespace beatbench
