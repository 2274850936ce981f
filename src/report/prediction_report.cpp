#include "beatbench/report/prediction_report.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "beatbench/core/text.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/run_report.h"
#include "report/json_values.h"
#include "report/system_info_json.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

// Classes from the most frequent down; of an image, whose only beat is of one class, from the most probable.
std::vector<std::size_t> ranking(const PredictedInput& input) {
  std::vector<std::size_t> order(input.counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (input.is_image || input.is_whole || input.counts[a] == input.counts[b])
      return input.mean_probabilities[a] > input.mean_probabilities[b];
    return input.counts[a] > input.counts[b];
  });
  return order;
}

std::int64_t beats_in(const PredictedInput& input) {
  if (input.is_whole) return 1;
  return std::accumulate(input.counts.begin(), input.counts.end(), std::int64_t{0});
}

std::string share_text(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", 100.0 * share);
  return text;
}

Json place_json(const PredictedInput& input, const std::vector<std::string>& class_names, std::size_t label) {
  return {{"class", class_names[label]},
          {"beats", input.counts[label]},
          {"fraction", static_cast<double>(input.counts[label]) / static_cast<double>(beats_in(input))},
          {"mean_probability", report_json::number(input.mean_probabilities[label])}};
}

Json input_json(const PredictedInput& input, const std::vector<std::string>& class_names) {
  const std::vector<std::size_t> order = ranking(input);
  Json counts = Json::object();
  for (std::size_t i = 0; i < class_names.size(); ++i) counts[class_names[i]] = input.counts[i];
  const auto of_recording = [&](const Json& value) {
    return input.is_image ? report_json::undefined("it is an image") : value;
  };
  return {{"input", input.input},
          {"record", input.record},
          {"kind", input.is_image ? "image" : "recording"},
          {"lead", of_recording(input.lead)},
          {"sampling_rate_hz", of_recording(input.sampling_rate_hz)},
          {"start_s", of_recording(input.start_s)},
          {"duration_s", of_recording(input.duration_s)},
          {"beats_from", input.is_image   ? "image"
                         : input.is_whole ? "whole recording"
                         : input.detected ? "detector"
                                          : "annotations"},
          {"beats", beats_in(input)},
          {"counts", counts},
          {"majority", place_json(input, class_names, order.at(0))},
          {"runner_up", order.size() > 1 ? place_json(input, class_names, order[1])
                                         : report_json::undefined("the model has one class")},
          {"verdict", verdict(input, class_names)},
          {"agreement_with_annotations",
           input.agreement ? metrics_json(*input.agreement) : report_json::undefined("nothing is annotated")},
          {"seen_as", input.seen_as ? Json(*input.seen_as)
                                    : report_json::undefined(input.is_image ? "it is an image"
                                                                            : "the model does not say which recordings "
                                                                              "trained it")},
          {"notes", input.notes}};
}

std::string verdict_on_whole(const PredictedInput& input, const std::vector<std::size_t>& order,
                             const std::vector<std::string>& class_names) {
  const std::string all = joined(class_names);
  std::string found;
  for (const std::size_t c : order) {
    if (input.counts[c] == 0) continue;
    add_word(found, class_names[c] + " (" + share_text(input.mean_probabilities[c]) + ")");
  }
  if (!found.empty()) return found;
  return class_names.size() == 1 ? "not " + all + " (" + share_text(input.mean_probabilities.front()) + ")"
                                 : "none of " + all;
}

}  // namespace

std::string verdict(const PredictedInput& input, const std::vector<std::string>& class_names) {
  const std::vector<std::size_t> order = ranking(input);
  const std::string& first = class_names[order.front()];
  if (input.is_whole) return verdict_on_whole(input, order, class_names);
  if (class_names.size() == 1) return first + ", the model's only class";
  if (input.is_image) {
    return first + " (probability " + share_text(input.mean_probabilities[order.front()]) + "), then " +
           class_names[order.at(1)] + " (" + share_text(input.mean_probabilities[order[1]]) + ")";
  }
  const std::int64_t beats = beats_in(input), most = input.counts[order.front()];
  const std::int64_t next = input.counts[order.at(1)];
  if (next == 0)
    return beats == 1 ? "its only beat is " + first : "all " + std::to_string(beats) + " beats are " + first;
  return (2 * most > beats ? "mostly " : "most often ") + first + " (" + std::to_string(most) + " of " +
         std::to_string(beats) + " beats), then " + class_names[order[1]] + " (" + std::to_string(next) + ")";
}

Json to_json(const PredictionReport& report) {
  Json inputs = Json::array();
  for (const PredictedInput& input : report.inputs) {
    inputs.push_back(input_json(input, report.preprocessing.class_names));
  }
  return {{"schema_version", kReportSchemaVersion},
          {"kind", "prediction"},
          {"model", report.model},
          {"file", report.file},
          {"inputs", inputs},
          {"failures", report.failures},
          {"preprocessing", Json(nlohmann::json(report.preprocessing))},
          {"provenance", report_json::provenance(report.provenance)},
          {"context", system_info_json(report.system)}};
}

}  // namespace beatbench
