#include "beatbench/report/metrics_json.h"

#include <algorithm>

#include "report/json_values.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLineWidth = 160;  // characters; a class with all its metrics fits

Json class_json(const ClassMetrics& metrics) {
  return {{"n", metrics.n},
          {"predicted", metrics.predicted},
          {"sensitivity", metric_json(metrics.sensitivity)},
          {"positive_predictivity", metric_json(metrics.positive_predictivity)},
          {"specificity", metric_json(metrics.specificity)},
          {"f1", metric_json(metrics.f1)}};
}

Json confusion_json(const ClassificationMetrics& metrics) {
  const std::size_t classes = metrics.class_names.size();
  const std::size_t columns = metrics.multi_label ? 4 : classes;  // TN, FP, FN, TP
  Json rows = Json::array();
  for (std::size_t row = 0; row < classes; ++row) {
    Json counts = Json::array();
    for (std::size_t column = 0; column < columns; ++column)
      counts.push_back(metrics.confusion[row * columns + column]);
    rows.push_back(std::move(counts));
  }
  return rows;
}

std::string scalar_text(const Json& value) {
  const Json safe = value.is_number_float() ? report_json::number(value.get<double>()) : value;
  return safe.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string key_text(const std::string& key) { return scalar_text(Json(key)) + ": "; }

// The value on one line, or an empty text if that would be longer than `room`.
std::string line_text(const Json& value, std::size_t room) {
  if (!value.is_structured()) return scalar_text(value);
  std::string text(1, value.is_object() ? '{' : '[');
  for (const auto& [key, item] : value.items()) {
    if (text.size() > 1) text += ", ";
    if (value.is_object()) text += key_text(key);
    const std::string inner = line_text(item, room);
    if (inner.empty() || text.size() + inner.size() > room) return "";
    text += inner;
  }
  return text + (value.is_object() ? '}' : ']');
}

void append_text(const Json& value, std::size_t indent, std::string& out) {
  const std::string line = line_text(value, kLineWidth - std::min(indent, kLineWidth / 2));
  if (!line.empty()) {
    out += line;
    return;
  }
  const std::string inner_indent(indent + 2, ' ');
  out += value.is_object() ? "{" : "[";
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    out += (first ? "\n" : ",\n") + inner_indent;
    if (value.is_object()) out += key_text(key);
    append_text(item, indent + 2, out);
    first = false;
  }
  out += "\n" + std::string(indent, ' ') + (value.is_object() ? "}" : "]");
}

}  // namespace

Json metric_json(const Metric& metric) { return report_json::number(metric.value, metric.why_undefined); }

Json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return report_json::undefined("fewer than two subjects, or no draw of them has it");
  return {report_json::number(interval->low), report_json::number(interval->high)};
}

Json offsets_json(const BeatOffsets& offsets) {
  if (offsets.n == 0) return report_json::undefined("no beat was found");
  return {{"n", offsets.n},
          {"mean_ms", report_json::number(offsets.mean_ms, "no beat was found")},
          {"sd_ms", report_json::number(offsets.sd_ms, "one beat was found")},
          {"p95_ms", report_json::number(offsets.p95_ms, "no beat was found")}};
}

Json metrics_json(const ClassificationMetrics& metrics) {
  Json classes = Json::object();
  for (const ClassMetrics& each : metrics.classes) report_json::insert_new(classes, each.name, class_json(each));
  return {{"accuracy", metric_json(metrics.accuracy)},
          {"macro_f1", metric_json(metrics.macro_f1)},
          {"n", metrics.n},
          {"class_names", metrics.class_names},
          {"confusion", confusion_json(metrics)},
          {"classes", std::move(classes)}};
}

Json records_json(std::span<const RecordMetrics> records) {
  Json json = Json::object();
  for (const RecordMetrics& each : records) report_json::insert_new(json, each.record, metrics_json(each.metrics));
  return json;
}

Json recordings_json(std::span<const TestedRecording> recordings, const std::vector<std::string>& class_names) {
  Json json = Json::object();
  const auto names_in = [&](std::uint64_t set) {
    Json names = Json::array();
    for (std::size_t c = 0; c < class_names.size(); ++c) {
      if ((set >> c & 1U) != 0) names.push_back(class_names[c]);
    }
    return names;
  };
  for (const TestedRecording& each : recordings) {
    Json probabilities = Json::array();
    for (const float value : each.probabilities)
      probabilities.push_back(report_json::number(static_cast<double>(value)));
    report_json::insert_new(json, each.record,
                            {{"reference", names_in(each.reference)},
                             {"predicted", names_in(each.predicted)},
                             {"probabilities", std::move(probabilities)}});
  }
  return json;
}

std::vector<TestedRecording> recordings_from_json(const nlohmann::json& json,
                                                  const std::vector<std::string>& class_names) {
  const auto set_of = [&](const nlohmann::json& names) {
    std::uint64_t set = 0;
    for (const std::string name : names) {
      const auto found = std::ranges::find(class_names, name);
      if (found == class_names.end()) throw Error(ErrorKind::data, "report", "has no class '" + name + "'");
      set |= std::uint64_t{1} << (found - class_names.begin());
    }
    return set;
  };
  std::vector<TestedRecording> recordings;
  for (const auto& [record, one] : json.items()) {
    recordings.push_back({record, set_of(one.at("reference")), set_of(one.at("predicted")),
                          one.at("probabilities").get<std::vector<float>>()});
  }
  return recordings;
}

Json timing_json(const Timing& timing) {
  Json json = {{"n", timing.n},
               {"median_s", report_json::number(timing.median_s)},
               {"p90_s", report_json::number(timing.p90_s)},
               {"p99_s", report_json::number(timing.p99_s)},
               {"mean_s", report_json::number(timing.mean_s)},
               {"min_s", report_json::number(timing.min_s)}};
  if (!timing.samples_s.empty()) {
    Json samples = Json::array();
    for (const double each : timing.samples_s) samples.push_back(report_json::number(each));
    json["samples_s"] = std::move(samples);
  }
  return json;
}

std::string report_text(const Json& report) {
  std::string text;
  append_text(report, 0, text);
  return text + "\n";
}

}  // namespace beatbench
