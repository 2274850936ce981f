#include "models/device_images.h"

#include <torch/nn/functional.h>

#include "beatbench/data/augmentation.h"

namespace beatbench {
namespace {

constexpr double kOfBlackness = 1.0F / 255.0F;  // as BeatSet::copy_input has it

// Enlarges one of the nine crops of each image [n, 1, side, side] to the whole again.
torch::Tensor enlarged(const torch::Tensor& images, int crop) {
  namespace F = torch::nn::functional;
  const ImageCrop part = image_crop(static_cast<int>(images.size(2)), crop);
  const torch::Tensor cut = images.narrow(2, part.top, part.size).narrow(3, part.left, part.size);
  return F::interpolate(cut, F::InterpolateFuncOptions()
                                 .size(std::vector<std::int64_t>{images.size(2), images.size(3)})
                                 .mode(torch::kBilinear)
                                 .align_corners(false));
}

}  // namespace

DeviceImages::DeviceImages(const BeatSet& set, const torch::Device& device) {
  const auto rows = static_cast<std::int64_t>(set.size()), side = static_cast<std::int64_t>(set.shape.image_size);
  // from_blob takes no const; nothing writes to it.
  pixels_ = torch::from_blob(const_cast<std::uint8_t*>(set.pixels.data()), {rows, side, side}, torch::kUInt8)
                .to(device, /*non_blocking=*/false, /*copy=*/true);
  features_ = torch::tensor(set.features).view({rows, set.shape.feature_count}).to(device);
}

torch::Tensor DeviceImages::gather(std::span<const std::uint32_t> rows, std::span<const int> crops) const {
  const torch::Device device = pixels_.device();
  const std::vector<std::int64_t> numbers(rows.begin(), rows.end());
  const torch::Tensor chosen = torch::tensor(numbers, torch::kInt64).to(device);
  torch::Tensor images = (255 - pixels_.index_select(0, chosen)).to(torch::kFloat).mul_(kOfBlackness).unsqueeze(1);
  for (int crop = 1; crop < kImageVariants; ++crop) {
    std::vector<std::int64_t> places;
    for (std::size_t i = 0; i < crops.size(); ++i) {
      if (crops[i] == crop) places.push_back(static_cast<std::int64_t>(i));
    }
    if (places.empty()) continue;
    const torch::Tensor own = torch::tensor(places, torch::kInt64).to(device);
    images.index_copy_(0, own, enlarged(images.index_select(0, own), crop));
  }
  if (features_.size(1) == 0) return images;
  const torch::Tensor numbers_beside = features_.index_select(0, chosen).unsqueeze(2).unsqueeze(3);
  return torch::cat({images, numbers_beside.expand({-1, -1, images.size(2), images.size(3)})}, 1);
}

}  // namespace beatbench
