#include "beatbench/report/prediction_report.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "beatbench/report/figures_json.h"
#include "beatbench/report/run_report.h"
#include "report/json_values.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

// Classes from the most frequent down; of an image, whose only beat is of one class, from the most probable.
std::vector<std::size_t> ranking(const PredictedInput& input) {
  std::vector<std::size_t> order(input.counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (input.is_image || input.counts[a] == input.counts[b])
      return input.mean_probabilities[a] > input.mean_probabilities[b];
    return input.counts[a] > input.counts[b];
  });
  return order;
}

std::int64_t beats_in(const PredictedInput& input) {
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
  Json json = {{"input", input.input}, {"record", input.record}, {"kind", input.is_image ? "image" : "recording"}};
  if (!input.is_image) {
    json["lead"] = input.lead;
    json["sampling_rate_hz"] = input.sampling_rate_hz;
    json["duration_s"] = input.duration_s;
    json["beats_from"] = input.detected ? "detector" : "annotations";
  }
  json["beats"] = beats_in(input);
  json["counts"] = counts;
  json["majority"] = place_json(input, class_names, order.front());
  json["runner_up"] = order.size() > 1 ? place_json(input, class_names, order[1]) : Json();
  json["verdict"] = verdict(input, class_names);
  if (input.agreement) json["agreement_with_annotations"] = figures_json(*input.agreement);
  json["notes"] = input.notes;
  return json;
}

}  // namespace

std::string verdict(const PredictedInput& input, const std::vector<std::string>& class_names) {
  const std::vector<std::size_t> order = ranking(input);
  const std::string& first = class_names[order.front()];
  if (input.is_image) {
    std::string text = first + " (probability " + share_text(input.mean_probabilities[order.front()]) + ")";
    if (order.size() > 1)
      text += ", then " + class_names[order[1]] + " (" + share_text(input.mean_probabilities[order[1]]) + ")";
    return text;
  }
  const std::int64_t beats = beats_in(input);
  const auto share = [&](std::size_t label) {
    return static_cast<double>(input.counts[label]) / static_cast<double>(beats);
  };
  if (order.size() < 2 || input.counts[order[1]] == 0) {
    return beats == 1 ? "its only beat is " + first : "all " + std::to_string(beats) + " beats are " + first;
  }
  return (share(order.front()) > 0.5 ? "mostly " : "most often ") + first + " (" + share_text(share(order.front())) +
         " of " + std::to_string(beats) + " beats), then " + class_names[order[1]] + " (" +
         share_text(share(order[1])) + ")";
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
          {"provenance", Json(nlohmann::json(report.provenance))},
          {"context", context_json(report.context)}};
}

}  // namespace beatbench
