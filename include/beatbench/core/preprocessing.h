#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/option.h"

namespace beatbench {

/// Zero-phase Butterworth band-pass. `order` is that of the low-pass prototype, as in scipy.signal.butter.
struct BandPass {
  int order = 0;  ///< 0: no filter; else 1..8
  double low_hz = 0.5;
  double high_hz = 40.0;

  bool operator==(const BandPass&) const = default;
};

/// What a model takes and what its outputs mean. It is stored in every checkpoint and in every exported file, so
/// that every command prepares a recording in the same way.
struct Preprocessing {
  /// window: a beat, float32 [1, length]; image: a beat, float32 [1, image_size, image_size]; recording: the middle of
  /// a whole recording, float32 [leads, length]
  std::string input = "window";
  double sampling_rate_hz = 360.0;
  int before_samples = 108;  ///< a window is the samples [R - before, R + after), R being the middle of a recording
  int after_samples = 108;
  int image_size = 128;                    ///< pixels on each side of an image
  std::string image_range = "neighbours";  ///< neighbours | halfway: what an image shows, see images/beat_image.h
  /// Of these leads a beat is taken from the first that a record has; a recording is taken with all of them.
  std::vector<std::string> leads = {"MLII", "II", "V5"};
  BandPass filter{5, 0.5, 40.0};  ///< applied to the whole recording
  /// Windows: subtract the mean and divide by the SD over the record | over the window | none (mV). Images: bottom and
  /// top are those of the record | of the beat | none (-2.5 and 2.5 mV). Recordings: subtract each lead's mean and
  /// divide by one SD, that of all leads over the record | none (mV).
  std::string scaling = "record";
  std::vector<std::string> features;  ///< of each beat, see signal/features.h; stored as "context"
  std::string edge = "replicate";     ///< replicate | skip: windows that cross a recording's edge; recordings: zero
  std::string class_map = "paper8";
  std::vector<std::string> class_names;
  bool multi_label = false;  ///< recordings: each output is a class that is there or not, see core/label_map.h

  int length_samples() const { return before_samples + after_samples; }
  bool of_recordings() const { return input == "recording"; }
  bool operator==(const Preprocessing&) const = default;
};

/// The default for an input. Recordings as Ribeiro et al. 2020 (Nature Communications 11:1760) take them: twelve
/// leads at 400 Hz in mV, unfiltered, of which 4096 samples are cropped or filled up with zeros at both ends.
/// @throws Error(usage) for an unknown input.
Preprocessing default_preprocessing(std::string_view input);

inline constexpr int kLongestWindow = 100'000;  ///< samples

/// What a command line sets, beside the classes and the features, see core/option.h.
template <class Options, class Visit>
void for_each_preprocessing_option(Options& p, Visit&& visit) {
  visit(p.leads, OptionSpec{"leads", "--lead",
                            "beats: names in order of preference, the first that a record has is used; recordings: "
                            "all of them"});
  visit(p.before_samples, OptionSpec{"before_samples", "--window-before",
                                     "samples before the beat at 360 Hz; of a recording (at 400 Hz), before its middle",
                                     from_to(0, kLongestWindow)});
  visit(p.after_samples,
        OptionSpec{"after_samples", "--window-after", "samples from the beat on", from_to(1, kLongestWindow)});
  visit(p.image_size,
        OptionSpec{"image_size", "--image-size", "pixels on each side of a beat image", from_to(16, 1024)});
  visit(p.image_range, OptionSpec{"image_range", "--image-range",
                                  "what an image shows: from 56 ms after the beat before to 56 ms before the next "
                                  "(neighbours), or halfway to both",
                                  one_of({"neighbours", "halfway"})});
  visit(p.scaling, OptionSpec{"scaling", "--scaling",
                              "record or window (mean 0, SD 1 over it; the height of an image), or none (mV, as for "
                              "recordings)",
                              one_of({"record", "window", "none"})});
  visit(p.edge, OptionSpec{"edge", "--edge",
                           "windows that cross a recording's edge: replicate its edge sample, or skip them; "
                           "recordings: zero",
                           one_of({"replicate", "skip", "zero"})});
  visit(p.filter.order, OptionSpec{"filter_order", "--filter-order", "of the zero-phase Butterworth band-pass",
                                   from_to(1, 8, "no filter")});
  visit(p.filter.low_hz, OptionSpec{"filter_low_hz", "--filter-low", "lower -3 dB point of one pass in Hz"});
  visit(p.filter.high_hz, OptionSpec{"filter_high_hz", "--filter-high", "upper one in Hz"});
}

/// The name that a feature of Preprocessing::features has now: older files and command lines say usual_beat for
/// template_beat.
std::string current_feature_name(const std::string& name);

void to_json(nlohmann::json& json, const Preprocessing& preprocessing);
/// @throws Error(data) naming the missing or wrong field.
void from_json(const nlohmann::json& json, Preprocessing& preprocessing);

/// @throws Error(usage) naming the field and its valid range.
void validate(const Preprocessing& preprocessing);

}  // namespace beatbench
