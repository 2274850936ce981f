#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "beatbench/core/annotation.h"
#include "beatbench/evaluation/classification.h"

namespace beatbench {

/// The classes of ANSI/AAMI EC57:2012 as WFDB's bxb assigns them, and `none`, which stands opposite a missed or an
/// extra beat. N: N L R B; S: a A J S j e n; V: V E r; F: F; Q: / f Q ?.
enum class Ec57Class : std::uint8_t { N, S, V, F, Q, none };
inline constexpr std::size_t kEc57Classes = 6;  // with none

/// The class of an annotation code; nullopt if it is no beat.
std::optional<Ec57Class> ec57_class(std::uint8_t code);

struct BeatMark {
  std::int64_t sample = 0;
  Ec57Class kind = Ec57Class::N;  ///< a detector's beats are all N
};

/// Samples from `first` to `last`, both in it.
struct SampleSpan {
  std::int64_t first = 0, last = 0;
};

/// What an annotation file says that a comparison needs.
struct BeatMarks {
  std::vector<BeatMark> beats;       ///< ascending
  std::vector<SampleSpan> flutter;   ///< from [ to ], or to the end
  std::vector<SampleSpan> shutdown;  ///< from a ~ that says all leads are unreadable (subtype -1) to the next other ~
};

BeatMarks beat_marks(std::span<const Annotation> annotations);
/// Marks of a detector.
BeatMarks beat_marks(std::span<const std::int64_t> beats);

struct BeatComparisonOptions {
  double sampling_rate_hz = 360;  ///< of the samples of both
  double window_s = 0.150;        ///< largest distance of a pair; EC57 and bxb: 150 ms
  double start_s = 300;           ///< beats before it are left aside: EC57's learning period of 5 minutes
};

/// Two annotations of one recording, beat by beat. Samples are those of the reference.
struct BeatComparison {
  double sampling_rate_hz = 360;  ///< of the samples
  /// [reference class][test class]; counts of `none` in a row are extra beats, in a column missed ones.
  std::array<std::array<std::int64_t, kEc57Classes>, kEc57Classes> counts = {};
  std::vector<std::pair<BeatMark, BeatMark>> pairs;  ///< reference and test, in the order of time
  std::vector<BeatMark> missed;                      ///< of the reference
  std::vector<BeatMark> extra;                       ///< of the test, outside of flutter
  double rr_squares_ms2 = 0;      ///< sum of the squared differences of the RR intervals at each pair, miss and extra
  std::int64_t rr_intervals = 0;  ///< how many; those across flutter or a shutdown are left out

  std::int64_t count(Ec57Class reference, Ec57Class test) const {
    return counts[static_cast<std::size_t>(reference)][static_cast<std::size_t>(test)];
  }
};

/// Compares a test's beats with the reference's, one to one, as EC57 wants it and WFDB's bxb does it: going through
/// both in the order of time, the earlier of the two next beats is paired with the other one if that lies within the
/// window and the beat after the earlier one, in its own series, is not nearer to it; else it is a miss or an extra
/// beat. Extra beats within the reference's flutter are not counted.
///
/// The counts equal those of bxb of the WFDB Software Package 10.7 to the beat on all records of mitdb, for the
/// annotations of two detectors and a classifier that the tests hold against its tables.
BeatComparison compare_beats(const BeatMarks& reference, const BeatMarks& test, const BeatComparisonOptions& options);

/// The part of a comparison that lies in some stretches of the recording: pairs and missed beats by the reference's
/// sample, extra ones by their own. RR intervals, which reach from one stretch into another, are left out.
BeatComparison within(const BeatComparison& comparison, std::span<const SampleSpan> stretches);

/// The metrics that EC57 asks for, from the counts of one or of several comparisons.
struct Ec57Metrics {
  std::int64_t beats = 0, missed = 0, extra = 0;       ///< QRS complexes
  std::int64_t ventricular = 0, supraventricular = 0;  ///< of the reference
  Metric sensitivity, positive_predictivity, f1;       ///< of QRS complexes
  Metric v_sensitivity, v_positive_predictivity;       ///< F and Q taken for V do not count against it
  Metric s_sensitivity, s_positive_predictivity;       ///< Q taken for S do not count against it, F do, as bxb has it
  /// Neither F nor Q taken for S count: what WFDB's sumstats makes of bxb's lines, which add F and Q up.
  Metric s_positive_predictivity_sumstats;
  Metric rr_error_ms;  ///< root mean square difference of RR intervals

  bool operator==(const Ec57Metrics&) const = default;
};

/// Metrics of all comparisons taken together ("gross").
Ec57Metrics ec57_metrics(std::span<const BeatComparison> comparisons);
inline Ec57Metrics ec57_metrics(const BeatComparison& comparison) { return ec57_metrics(std::span(&comparison, 1)); }

/// Means over the recordings that have the metric ("average"); counts are sums.
Ec57Metrics average_ec57_metrics(std::span<const BeatComparison> comparisons);

/// How far a test's beats lie from the reference's, of the pairs; by core/statistics.h. Where there are no pairs, as in
/// recordings that end before `start_s`, there are no offsets.
struct BeatOffsets {
  std::int64_t n = 0;
  std::optional<double> mean_ms;  ///< test minus reference; needs one pair
  std::optional<double> sd_ms;    ///< needs two
  std::optional<double> p95_ms;   ///< of the absolute offset; needs one
};
BeatOffsets beat_offsets(std::span<const BeatComparison> comparisons);

}  // namespace beatbench
