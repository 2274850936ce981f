#pragma once

#include "beatbench/signal/features.h"

namespace beatbench::features {

extern const std::span<const std::string_view> kRrNumbers;
void append_rr(const FeatureSource& source, std::vector<float>& values);

/// For models that tell a patient's beats by a template of that patient's beats, and rhythms by what comes again:
/// twelve numbers of the RR intervals.
extern const std::span<const std::string_view> kRhythmNumbers;
void append_rhythm(const FeatureSource& source, std::vector<float>& values);

/// How a beat differs from the recording's template, in two leads together (the first alone where there is no other):
/// ten numbers of QRS complex and P wave. A beat is first moved to where it fits best, by at most 0.1 s.
extern const std::span<const std::string_view> kTemplateBeatNumbers;
void append_template_beat(const FeatureSource& source, std::vector<float>& values);

/// For records in which most beats are ectopic or the atria fibrillate: intervals and P waves against those of the
/// latest beats around, which are the ones that the sinus node is likeliest to have made. Fifteen numbers.
extern const std::span<const std::string_view> kLateBeatsNumbers;
void append_late_beats(const FeatureSource& source, std::vector<float>& values);

/// The log (of seconds, 0.2 to 4) of the interval before each beat and, at the end, of that after the last: place i has
/// its intervals at i and i + 1. The recording's median stands for the two that there are not.
std::vector<double> log_intervals(const FeatureSource& source);

/// 0 of nothing.
double median_or_zero(std::vector<double> values);

}  // namespace beatbench::features
