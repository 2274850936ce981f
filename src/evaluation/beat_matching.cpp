#include "beatbench/evaluation/beat_matching.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "beatbench/core/statistics.h"
#include "evaluation/metrics.h"

namespace beatbench {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 4;  // after every sample

using Beats = std::vector<BeatMark>;

std::int64_t sample_at(const Beats& beats, std::size_t i) { return i < beats.size() ? beats[i].sample : kNever; }

std::size_t first_from(const Beats& beats, std::int64_t start) {
  return static_cast<std::size_t>(std::ranges::lower_bound(beats, start, {}, &BeatMark::sample) - beats.begin());
}

bool is_in(std::int64_t sample, std::span<const SampleSpan> spans) {
  return std::ranges::any_of(spans, [&](const SampleSpan& s) { return s.first <= sample && sample <= s.last; });
}

// Whether an interval between beats takes in a part of a span.
bool crosses(std::int64_t from, std::int64_t to, const std::vector<SampleSpan>& spans) {
  return std::ranges::any_of(spans, [&](const SampleSpan& s) { return from < s.last && to > s.first; });
}

// One walk through two series of beats.
class BeatWalk {
 public:
  BeatWalk(const BeatMarks& reference, const BeatMarks& test, const BeatComparisonOptions& options)
      : reference_(reference),
        test_(test.beats),
        window_(std::llround(options.window_s * options.sampling_rate_hz)),
        rate_hz_(options.sampling_rate_hz) {
    out_.sampling_rate_hz = rate_hz_;
    const std::int64_t start = std::llround(options.start_s * options.sampling_rate_hz);
    r_ = first_from(reference_.beats, start);
    t_ = first_from(test_, start);
  }

  BeatComparison run() {
    while (r_ < reference_.beats.size() || t_ < test_.size()) {
      add_rr_error();
      const std::int64_t here = sample_at(reference_.beats, r_), there = sample_at(test_, t_);
      if (there < here) {
        const bool is_pair = here - there <= window_ && here - there < std::abs(here - sample_at(test_, t_ + 1));
        is_pair ? add_pair() : add_extra();
      } else {
        const std::int64_t next = sample_at(reference_.beats, r_ + 1);
        const bool is_pair = there - here <= window_ && there - here < std::abs(there - next);
        is_pair ? add_pair() : add_miss();
      }
    }
    return std::move(out_);
  }

 private:
  void count(Ec57Class reference, Ec57Class test) {
    ++out_.counts[static_cast<std::size_t>(reference)][static_cast<std::size_t>(test)];
  }

  void add_pair() {
    const BeatMark &reference = reference_.beats[r_++], &test = test_[t_++];
    count(reference.kind, test.kind);
    out_.pairs.emplace_back(reference, test);
  }

  void add_miss() {
    const BeatMark& reference = reference_.beats[r_++];
    count(reference.kind, Ec57Class::none);
    out_.missed.push_back(reference);
  }

  void add_extra() {
    const BeatMark& test = test_[t_++];
    if (is_in(test.sample, reference_.flutter)) return;
    count(Ec57Class::none, test.kind);
    out_.extra.push_back(test);
  }

  // The intervals that end at the next beat of each series.
  void add_rr_error() {
    const Beats& beats = reference_.beats;
    if (r_ == 0 || r_ >= beats.size() || t_ == 0 || t_ >= test_.size()) return;
    const std::int64_t from = beats[r_ - 1].sample, to = beats[r_].sample;
    if (crosses(from, to, reference_.flutter) || crosses(from, to, reference_.shutdown)) return;
    const std::int64_t difference = (to - from) - (test_[t_].sample - test_[t_ - 1].sample);
    const double ms = 1000.0 * static_cast<double>(difference) / rate_hz_;
    out_.rr_squares_ms2 += ms * ms;
    ++out_.rr_intervals;
  }

  const BeatMarks& reference_;
  const Beats& test_;
  std::int64_t window_;
  double rate_hz_;
  std::size_t r_ = 0, t_ = 0;
  BeatComparison out_;
};

using Row = std::array<std::int64_t, kEc57Classes>;
using Counts = std::array<Row, kEc57Classes>;

std::int64_t sum_of(const Row& row) {
  std::int64_t sum = 0;
  for (const std::int64_t count : row) sum += count;
  return sum;
}

std::int64_t column_of(const Counts& counts, Ec57Class test) {
  std::int64_t sum = 0;
  for (const Row& row : counts) sum += row[static_cast<std::size_t>(test)];
  return sum;
}

Metric square_root(double squares, std::int64_t n) {
  if (n == 0) return {std::nullopt, "no RR interval could be compared"};
  return {std::sqrt(squares / static_cast<double>(n)), ""};
}

Ec57Metrics metrics_of(const Counts& counts, double rr_squares_ms2, std::int64_t rr_intervals) {
  const auto at = [&](Ec57Class reference, Ec57Class test) {
    return counts[static_cast<std::size_t>(reference)][static_cast<std::size_t>(test)];
  };
  Ec57Metrics f;
  f.missed = column_of(counts, Ec57Class::none);
  f.extra = sum_of(counts[static_cast<std::size_t>(Ec57Class::none)]);
  for (const Row& row : counts) f.beats += sum_of(row);
  f.beats -= f.extra;
  const std::int64_t found = f.beats - f.missed;
  f.sensitivity = ratio(found, f.beats, "the reference has no beats");
  f.positive_predictivity = ratio(found, found + f.extra, "no beats were found");
  f.f1 = ratio(2 * found, f.beats == 0 ? 0 : f.beats + found + f.extra, "the reference has no beats");
  const auto n_of = [&](Ec57Class kind) { return sum_of(counts[static_cast<std::size_t>(kind)]); };
  const auto sensitivity_of = [&](Ec57Class kind) {
    return ratio(at(kind, kind), n_of(kind), "the reference has no beats of this class");
  };
  const auto predictivity_of = [&](Ec57Class kind, bool fusions_count) {
    const std::int64_t called = column_of(counts, kind) - at(Ec57Class::Q, kind);
    return ratio(at(kind, kind), fusions_count ? called : called - at(Ec57Class::F, kind),
                 "no beats were put into this class");
  };
  f.ventricular = n_of(Ec57Class::V);
  f.supraventricular = n_of(Ec57Class::S);
  f.v_sensitivity = sensitivity_of(Ec57Class::V);
  f.s_sensitivity = sensitivity_of(Ec57Class::S);
  f.v_positive_predictivity = predictivity_of(Ec57Class::V, false);
  f.s_positive_predictivity = predictivity_of(Ec57Class::S, true);
  f.s_positive_predictivity_sumstats = predictivity_of(Ec57Class::S, false);
  f.rr_error_ms = square_root(rr_squares_ms2, rr_intervals);
  return f;
}

constexpr std::array kMetrics = {&Ec57Metrics::sensitivity,
                                 &Ec57Metrics::positive_predictivity,
                                 &Ec57Metrics::f1,
                                 &Ec57Metrics::v_sensitivity,
                                 &Ec57Metrics::v_positive_predictivity,
                                 &Ec57Metrics::s_sensitivity,
                                 &Ec57Metrics::s_positive_predictivity,
                                 &Ec57Metrics::s_positive_predictivity_sumstats,
                                 &Ec57Metrics::rr_error_ms};

}  // namespace

std::optional<Ec57Class> ec57_class(std::uint8_t code) {
  const auto symbol = symbol_of(code);
  if (!symbol || !is_beat(code)) return std::nullopt;
  const auto is_one_of = [&](std::string_view symbols) { return symbols.find(*symbol) != std::string_view::npos; };
  if (is_one_of("NLRB")) return Ec57Class::N;
  if (is_one_of("aAJSjen")) return Ec57Class::S;
  if (is_one_of("VEr")) return Ec57Class::V;
  return is_one_of("F") ? Ec57Class::F : Ec57Class::Q;
}

BeatMarks beat_marks(std::span<const Annotation> annotations) {
  BeatMarks marks;
  constexpr std::int64_t none = -1;
  std::int64_t flutter = none, shutdown = none;
  for (const Annotation& annotation : annotations) {
    if (const auto kind = ec57_class(annotation.code)) marks.beats.push_back({annotation.sample, *kind});
    if (annotation.code == codes::flutter_start) flutter = annotation.sample;
    if (annotation.code == codes::flutter_end && flutter != none) {
      marks.flutter.push_back({flutter, annotation.sample});
      flutter = none;
    }
    if (annotation.code != codes::noise) continue;
    if (annotation.subtype == -1) {
      if (shutdown == none) shutdown = annotation.sample;
    } else if (shutdown != none) {
      marks.shutdown.push_back({shutdown, annotation.sample});
      shutdown = none;
    }
  }
  if (flutter != none) marks.flutter.push_back({flutter, kNever});
  if (shutdown != none) marks.shutdown.push_back({shutdown, kNever});
  return marks;
}

BeatMarks beat_marks(std::span<const std::int64_t> beats) {
  BeatMarks marks;
  for (const std::int64_t beat : beats) marks.beats.push_back({beat, Ec57Class::N});
  return marks;
}

BeatComparison compare_beats(const BeatMarks& reference, const BeatMarks& test, const BeatComparisonOptions& options) {
  return BeatWalk(reference, test, options).run();
}

BeatComparison within(const BeatComparison& comparison, std::span<const SampleSpan> stretches) {
  BeatComparison part;
  part.sampling_rate_hz = comparison.sampling_rate_hz;
  const auto count = [&](Ec57Class reference, Ec57Class test) {
    ++part.counts[static_cast<std::size_t>(reference)][static_cast<std::size_t>(test)];
  };
  for (const auto& pair : comparison.pairs) {
    if (!is_in(pair.first.sample, stretches)) continue;
    count(pair.first.kind, pair.second.kind);
    part.pairs.push_back(pair);
  }
  for (const BeatMark& beat : comparison.missed) {
    if (!is_in(beat.sample, stretches)) continue;
    count(beat.kind, Ec57Class::none);
    part.missed.push_back(beat);
  }
  for (const BeatMark& beat : comparison.extra) {
    if (!is_in(beat.sample, stretches)) continue;
    count(Ec57Class::none, beat.kind);
    part.extra.push_back(beat);
  }
  return part;
}

Ec57Metrics ec57_metrics(std::span<const BeatComparison> comparisons) {
  Counts counts = {};
  double squares = 0;
  std::int64_t intervals = 0;
  for (const BeatComparison& one : comparisons) {
    for (std::size_t r = 0; r < kEc57Classes; ++r) {
      for (std::size_t t = 0; t < kEc57Classes; ++t) counts[r][t] += one.counts[r][t];
    }
    squares += one.rr_squares_ms2;
    intervals += one.rr_intervals;
  }
  return metrics_of(counts, squares, intervals);
}

Ec57Metrics average_ec57_metrics(std::span<const BeatComparison> comparisons) {
  Ec57Metrics average = ec57_metrics(comparisons);
  std::vector<Ec57Metrics> each;
  for (const BeatComparison& one : comparisons) each.push_back(ec57_metrics(one));
  for (Metric Ec57Metrics::*metric : kMetrics) {
    double sum = 0;
    int defined = 0;
    for (const Ec57Metrics& one : each) {
      if (!(one.*metric).value) continue;
      sum += *(one.*metric).value;
      ++defined;
    }
    if (defined > 0) (average.*metric).value = sum / defined;
  }
  return average;
}

BeatOffsets beat_offsets(std::span<const BeatComparison> comparisons) {
  std::vector<double> offsets_ms, sizes_ms;
  for (const BeatComparison& one : comparisons) {
    for (const auto& [reference, test] : one.pairs) {
      offsets_ms.push_back(1000.0 * static_cast<double>(test.sample - reference.sample) / one.sampling_rate_hz);
      sizes_ms.push_back(std::abs(offsets_ms.back()));
    }
  }
  BeatOffsets offsets{std::ssize(offsets_ms), mean(offsets_ms), standard_deviation(offsets_ms), {}};
  if (sizes_ms.empty()) return offsets;
  std::ranges::sort(sizes_ms);
  offsets.p95_ms = quantile_of_sorted(sizes_ms, 0.95);
  return offsets;
}

}  // namespace beatbench
