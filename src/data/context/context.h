#pragma once

#include "beatbench/data/context.h"

namespace beatbench::contexts {

extern const std::span<const std::string_view> kRrNumbers;
void append_rr(const ContextSource& source, std::vector<float>& values);

/// For models that tell a patient's beats by what is usual in that patient, and rhythms by what comes again: twelve
/// numbers of the RR intervals.
extern const std::span<const std::string_view> kRhythmNumbers;
void append_rhythm(const ContextSource& source, std::vector<float>& values);

/// How a beat differs from the recording's usual one, in two leads together (the first alone where there is no other):
/// ten numbers of QRS complex and P wave. A beat is first moved to where it fits best, by at most 0.1 s.
extern const std::span<const std::string_view> kUsualBeatNumbers;
void append_usual_beat(const ContextSource& source, std::vector<float>& values);

/// 0 of nothing.
double median(std::vector<double> values);

}  // namespace beatbench::contexts
