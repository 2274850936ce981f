#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/preprocessing.h"

namespace beatbench {

/// How training inputs are varied. Everything is drawn anew each time a beat is shown.
struct AugmentationOptions {
  /// Images: nine crops of three quarters of each side, at offsets 0, 1/8 and 1/4 of it, enlarged again (Jun et al.
  /// 2018, arXiv 1804.06812: 96x96 of 128x128). none | random: an image or one of its crops, each equally often | all:
  /// the image and its nine crops in every epoch.
  std::string crops = "none";
  std::string crop_classes = "all";  ///< all | arrhythmias: every class but that of normal beats
  double scale = 0;                  ///< windows: times a factor within 1 - scale and 1 + scale; 0 to below 1
  int shift_samples = 0;             ///< windows: moved by at most so many samples, 0 to 1000
  double warp = 0;  ///< windows: the beat's own time runs faster or slower by at most this share, 0 to 0.5
  std::vector<std::string> noise = {};      ///< windows: records of noise, a lead of one of them is added
  double snr_low_db = 6, snr_high_db = 24;  ///< its signal-to-noise ratio, drawn uniformly
  double lead_dropout = 0;                  ///< windows of several leads: share of leads set to 0, never all; 0 to 0.9

  bool any() const {
    return crops != "none" || scale > 0 || shift_samples > 0 || warp > 0 || !noise.empty() || lead_dropout > 0;
  }
};

/// @throws Error(usage) naming the option, what was given and what is allowed.
void validate(const AugmentationOptions& options);

/// The crops of an image that `crops` speaks of: number 0 is the image itself, 1 to 9 are its crops, row by row.
inline constexpr int kImageVariants = 10;

/// Where a crop, 1 to 9, lies in an image of `side` pixels on each side.
struct ImageCrop {
  int left = 0, top = 0, size = 0;
};
ImageCrop image_crop(int side, int number);

/// Varies inputs as the options say. Holds the noise, filtered as the windows are.
class Augmentation {
 public:
  Augmentation() = default;
  /// Reads the noise.
  /// @throws Error(usage) for bad options, for those of images where there are windows and the other way round, or for
  /// a noise record that is not there; Error as read_record.
  Augmentation(const AugmentationOptions& options, const Preprocessing& preprocessing);

  const AugmentationOptions& options() const { return options_; }

  /// How many variants of a row stand in an epoch: 1, or kImageVariants of the classes that are cropped.
  int variants(const BeatSet& set, std::uint32_t row) const;

  /// The number of the crop that takes an image's place, 0: the image itself. `variant` and `seed` as apply has them.
  int crop_of(const BeatSet& set, std::uint32_t row, int variant, std::uint64_t seed) const;

  /// Varies one input in place, as BeatSet::copy_input wrote it. `variant`: see variants(); ignored unless crops are
  /// "all". The result is a function of the arguments alone.
  void apply(const BeatSet& set, std::uint32_t row, int variant, std::uint64_t seed, std::span<float> input) const;

 private:
  struct Noise {
    std::vector<float> samples;  ///< at the windows' rate
    double power = 0;
  };

  bool is_cropped(const BeatSet& set, std::uint32_t row) const;

  AugmentationOptions options_;
  int normal_label_ = -1;  ///< the class of normal beats, -1 where none is known
  double sampling_rate_hz_ = 0;
  int before_samples_ = 0;
  bool of_recordings_ = false;
  std::vector<Noise> noise_;
};

/// A page of examples as a PNG: a line for each of at most eight rows of `rows`, one of each class before a second of
/// any, the input as it is at the left and eight variants beside it.
std::string augmentation_page(const Augmentation& augmentation, const BeatSet& set, std::span<const std::uint32_t> rows,
                              std::uint64_t seed);

}  // namespace beatbench
