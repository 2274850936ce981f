#include <algorithm>
#include <array>

#include "beatbench/core/error.h"
#include "signal/features/features.h"

namespace beatbench {
namespace {

const std::array kContexts = {
    ContextSpec{"rr", "intervals to the beats before and after, and their ratios to those around", contexts::kRrNumbers,
                contexts::append_rr},
    ContextSpec{"rhythm", "intervals against the recording's and those around, and how regular they are",
                contexts::kRhythmNumbers, contexts::append_rhythm},
    ContextSpec{"usual_beat", "how QRS complex and P wave differ from the recording's usual ones, in two leads",
                contexts::kUsualBeatNumbers, contexts::append_usual_beat, true},
    ContextSpec{"late_beats", "intervals and P waves against those of the latest beats around",
                contexts::kLateBeatsNumbers, contexts::append_late_beats, true},
};

const ContextSpec& find_context(const std::string& name) {
  std::string valid;
  for (const ContextSpec& spec : kContexts) {
    if (spec.name == name) return spec;
    valid += (valid.empty() ? "" : ", ") + std::string(spec.name);
  }
  throw Error(ErrorKind::usage, "context", "'" + name + "' is not valid; allowed: " + valid);
}

}  // namespace

std::span<const ContextSpec> context_registry() { return kContexts; }

bool has_context_of_waves(const Preprocessing& preprocessing) {
  return std::ranges::any_of(preprocessing.context,
                             [](const std::string& name) { return find_context(name).is_of_waves; });
}

int context_size(const Preprocessing& preprocessing) {
  std::size_t size = 0;
  for (const std::string& name : preprocessing.context) size += find_context(name).numbers.size();
  return static_cast<int>(size);
}

ModelShape shape_of(const Preprocessing& p) {
  const int outputs = static_cast<int>(p.class_names.size());
  if (p.of_recordings()) return {static_cast<int>(p.leads.size()), p.length_samples(), outputs};
  const int channels = 1 + context_size(p);
  return p.input == "image" ? ModelShape{channels, p.image_size, outputs, p.image_size}
                            : ModelShape{channels, p.length_samples(), outputs};
}

void append_context(BeatSet& set, std::size_t first_row, const Record& record, std::span<const std::int64_t> beats,
                    const Preprocessing& preprocessing) {
  set.context_size = context_size(preprocessing);
  if (set.context_size == 0) return;
  std::vector<std::size_t> places;
  for (std::size_t i = first_row; i < set.rows.size(); ++i) {
    const auto at = std::ranges::lower_bound(beats, set.rows[i].sample);
    if (at == beats.end() || *at != set.rows[i].sample) {
      throw Error(ErrorKind::data, "record " + record.id,
                  "has no beat at sample " + std::to_string(set.rows[i].sample));
    }
    places.push_back(static_cast<std::size_t>(at - beats.begin()));
  }
  if (places.empty()) return;
  // One context after the other, then row by row.
  const auto width = static_cast<std::size_t>(set.context_size), first = set.context.size();
  set.context.resize(first + places.size() * width);
  std::size_t column = 0;
  for (const std::string& name : preprocessing.context) {
    const ContextSpec& spec = find_context(name);
    std::vector<float> values;
    spec.append({record, beats, places, preprocessing.leads}, values);
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t k = 0; k < spec.numbers.size(); ++k) {
        set.context[first + i * width + column + k] = values[i * spec.numbers.size() + k];
      }
    }
    column += spec.numbers.size();
  }
}

}  // namespace beatbench
