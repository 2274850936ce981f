#include "beatbench/data/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/random.h"
#include "beatbench/core/text.h"
#include "beatbench/data/database.h"
#include "beatbench/images/beat_image.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/filter.h"
#include "beatbench/signal/noise.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/signal/resample.h"

namespace beatbench {
namespace {

void require(bool holds, const std::string& option, const std::string& found, const std::string& allowed) {
  if (!holds) throw Error(ErrorKind::usage, option, found + " is not valid; allowed: " + allowed);
}

// Uniform in [low, high).
double draw(std::mt19937_64& engine, double low, double high) { return low + (high - low) * uniform_unit(engine); }

// The value at a place between samples, by a straight line; beyond the ends the first or last.
float value_at(std::span<const float> samples, double place) {
  const double inside = std::clamp(place, 0.0, static_cast<double>(samples.size() - 1));
  const auto left = static_cast<std::size_t>(inside);
  const std::size_t right = std::min(left + 1, samples.size() - 1);
  const auto part = static_cast<float>(inside - static_cast<double>(left));
  return samples[left] + part * (samples[right] - samples[left]);
}

// Moves the samples in time: by `shift`, and by a sine over the window that leaves the beat where it is.
void move_in_time(std::span<float> window, int beat, double shift, double warp, double phase) {
  const std::vector<float> before(window.begin(), window.end());
  const double turn = 2 * std::numbers::pi / static_cast<double>(window.size());
  for (std::size_t i = 0; i < window.size(); ++i) {
    const double bend = std::sin(turn * static_cast<double>(i) + phase) - std::sin(turn * beat + phase);
    window[i] = value_at(before, static_cast<double>(i) - shift + warp / turn * bend);
  }
}

// The steepest place of each second, which is within a QRS complex; none in a second that is level throughout.
std::vector<std::int64_t> steepest_places(std::span<const float> signal, double rate_hz) {
  std::vector<std::int64_t> places;
  const auto second = static_cast<std::size_t>(rate_hz);
  for (std::size_t first = 1; first + second <= signal.size(); first += second) {
    std::size_t steepest = first;
    const auto slope = [&](std::size_t i) { return std::abs(signal[i] - signal[i - 1]); };
    for (std::size_t i = first; i < first + second; ++i) {
      if (slope(i) > slope(steepest)) steepest = i;
    }
    if (slope(steepest) > 0) places.push_back(static_cast<std::int64_t>(steepest));
  }
  return places;
}

// The class that normal beats fall into, -1 where the classes do not say.
int label_of_normal(const Preprocessing& preprocessing) {
  if (preprocessing.of_recordings()) return -1;
  if (preprocessing.class_map != kOwnClasses) {
    return require_class_map(preprocessing.class_map).label_of(code_of("N").value()).value_or(-1);
  }
  for (std::size_t i = 0; i < preprocessing.class_names.size(); ++i) {
    const std::string name = lower_case(preprocessing.class_names[i]);
    if (name == "n" || name == "nor" || name == "normal") return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

void validate(const AugmentationOptions& o) {
  for_each_augmentation_option(o, [](const auto& value, const OptionSpec& spec) { check_option(value, spec); });
  require(o.snr_low_db <= o.snr_high_db, "--augment-snr-low", number_text(o.snr_low_db),
          "at most --augment-snr-high, " + number_text(o.snr_high_db));
}

ImageCrop image_crop(int side, int number) {
  const int step = side / 8, at = number - 1;
  return {at % 3 * step, at / 3 * step, 3 * side / 4};
}

Augmentation::Augmentation(const AugmentationOptions& options, const Preprocessing& preprocessing)
    : options_(options),
      normal_label_(label_of_normal(preprocessing)),
      sampling_rate_hz_(preprocessing.sampling_rate_hz),
      before_samples_(preprocessing.before_samples),
      of_recordings_(preprocessing.of_recordings()) {
  validate(options);
  const bool is_image = preprocessing.input == "image";
  require(is_image || options.crops == "none", "--crops", options.crops, "none, for the model takes windows");
  AugmentationOptions of_windows = options;
  of_windows.crops = "none";
  require(!is_image || !of_windows.any(), "augmentation of windows", "it", "none, for the model takes images");
  require(options.crops == "none" || options.crop_classes == "all" || normal_label_ >= 0, "--crop-classes",
          "arrhythmias", "all, for none of the classes is that of normal beats");
  for (const std::string& name : options.noise) {
    ReadOptions read;
    read.annotator.reset();
    const Record record = read_record(find_record(name), read);
    for (const Lead& lead : record.leads) {
      Noise noise;
      noise.samples = to_millivolts(lead);
      fill_gaps(noise.samples);
      noise.samples = resample(noise.samples, record.sampling_rate_hz, sampling_rate_hz_);
      if (preprocessing.filter.order > 0)
        filter_zero_phase(noise.samples, butterworth_band_pass(preprocessing.filter, sampling_rate_hz_));
      noise.power = noise_power(noise.samples, sampling_rate_hz_);
      if (noise.power > 0) noise_.push_back(std::move(noise));
    }
  }
  require(options.noise.empty() || !noise_.empty(), "--augment-noise", "a record without noise", "records of noise");
}

bool Augmentation::is_cropped(const BeatSet& set, std::uint32_t row) const {
  return options_.crops != "none" && (options_.crop_classes == "all" || set.rows[row].label != normal_label_);
}

int Augmentation::variants(const BeatSet& set, std::uint32_t row) const {
  return options_.crops == "all" && is_cropped(set, row) ? kImageVariants : 1;
}

int Augmentation::crop_of(const BeatSet& set, std::uint32_t row, int variant, std::uint64_t seed) const {
  if (!is_cropped(set, row)) return 0;
  if (options_.crops != "random") return variant;
  std::mt19937_64 engine(seed);
  return static_cast<int>(uniform_below(engine, kImageVariants));
}

void Augmentation::apply(const BeatSet& set, std::uint32_t row, int variant, std::uint64_t seed,
                         std::span<float> input) const {
  if (set.shape.image_size > 0) {
    const int crop = crop_of(set, row, variant, seed);
    if (crop == 0) return;
    const ImageCrop part = image_crop(set.shape.image_size, crop);
    enlarge_crop(input.first(set.shape.plane_size()), set.shape.image_size, part.left, part.top, part.size);
    return;
  }
  std::mt19937_64 engine(seed);
  const double factor = draw(engine, 1 - options_.scale, 1 + options_.scale);
  const double shift = std::round(draw(engine, -options_.shift_samples - 0.5, options_.shift_samples + 0.5));
  const double warp = draw(engine, -options_.warp, options_.warp), phase = draw(engine, 0, 2 * std::numbers::pi);
  const double snr_db = draw(engine, options_.snr_low_db, options_.snr_high_db);
  const std::size_t leads = static_cast<std::size_t>(set.shape.leads), length = set.shape.plane_size();
  const std::size_t kept_lead = uniform_below(engine, leads);
  for (std::size_t lead = 0; lead < leads; ++lead) {
    const std::span<float> window = input.subspan(lead * length, length);
    const bool dropped = uniform_unit(engine) < options_.lead_dropout && lead != kept_lead;
    if (options_.shift_samples > 0 || options_.warp > 0) move_in_time(window, before_samples_, shift, warp, phase);
    if (!noise_.empty()) {
      const Noise& noise = noise_[uniform_below(engine, noise_.size())];
      const std::size_t room = noise.samples.size() - std::min(length, noise.samples.size());
      const auto piece = std::span(noise.samples).subspan(uniform_below(engine, room + 1));
      const std::vector<std::int64_t> beats =
          of_recordings_ ? steepest_places(window, sampling_rate_hz_) : std::vector<std::int64_t>{before_samples_};
      add_noise(window, piece, noise_gain(qrs_power(window, beats, sampling_rate_hz_), noise.power, snr_db));
    }
    for (float& value : window) value = dropped ? 0.0F : value * static_cast<float>(factor);
  }
}

}  // namespace beatbench
