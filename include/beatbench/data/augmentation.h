#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/option.h"
#include "beatbench/core/preprocessing.h"

namespace beatbench {

/// How training inputs are varied. Everything is drawn anew each time a beat is shown. The crops are three quarters of
/// each side of an image, at offsets 0, 1/8 and 1/4 of it, enlarged again (Jun et al. 2018, arXiv 1804.06812: 96x96 of
/// 128x128).
struct AugmentationOptions {
  std::string crops = "none";
  std::string crop_classes = "all";
  double scale = 0;
  int shift_samples = 0;
  double warp = 0;
  std::vector<std::string> noise = {};
  double snr_low_db = 6, snr_high_db = 24;  ///< drawn uniformly between them
  double lead_dropout = 0;                  ///< of several leads; never all

  bool any() const {
    return crops != "none" || scale > 0 || shift_samples > 0 || warp > 0 || !noise.empty() || lead_dropout > 0;
  }
};

/// See core/option.h.
template <class Options, class Visit>
void for_each_augmentation_option(Options& a, Visit&& visit) {
  visit(a.crops, OptionSpec{"crops", "--crops",
                            "images: nine crops of 3/4 of each side, enlarged: none, random (the image or one of them, "
                            "each equally often), or all (the image and its crops in every epoch)",
                            one_of({"none", "random", "all"})});
  visit(a.crop_classes, OptionSpec{"crop_classes", "--crop-classes", "all, or arrhythmias: all but normal beats",
                                   one_of({"all", "arrhythmias"})});
  visit(a.scale,
        OptionSpec{"scale", "--augment-scale", "windows: times a factor of 1 - this to 1 + this", from_to(0, 0.99)});
  visit(a.shift_samples,
        OptionSpec{"shift_samples", "--augment-shift", "windows: moved by at most so many samples", from_to(0, 1000)});
  visit(a.warp, OptionSpec{"warp", "--augment-warp", "windows: time runs faster and slower by at most this share",
                           from_to(0, 0.5)});
  visit(a.noise, OptionSpec{"noise", "--augment-noise",
                            "windows: noise of a lead of these records is added, for example nstdb/bw,nstdb/ma"});
  visit(a.snr_low_db,
        OptionSpec{"snr_low_db", "--augment-snr-low", "its smallest signal-to-noise ratio in dB", from_to(-20, 60)});
  visit(a.snr_high_db, OptionSpec{"snr_high_db", "--augment-snr-high", "its largest", from_to(-20, 60)});
  visit(a.lead_dropout, OptionSpec{"lead_dropout", "--lead-dropout",
                                   "windows of several leads: share of leads left out", from_to(0, 0.9)});
}

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
