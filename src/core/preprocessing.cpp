#include "beatbench/core/preprocessing.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "core/json_fields.h"

namespace beatbench {
namespace {

void require(bool holds, const std::string& field, const std::string& found, const std::string& allowed) {
  if (!holds) throw Error(ErrorKind::usage, field, "'" + found + "' is not valid; allowed: " + allowed);
}

void require_one_of(const std::string& field, const std::string& value, std::initializer_list<std::string_view> valid) {
  const std::string list = joined(valid);
  require(std::ranges::find(valid, value) != valid.end(), field, value, list);
}

}  // namespace

std::string current_feature_name(const std::string& name) { return name == "usual_beat" ? "template_beat" : name; }

Preprocessing default_preprocessing(std::string_view input) {
  Preprocessing p;
  p.input = input;
  if (p.of_recordings()) {
    p.sampling_rate_hz = 400.0;
    p.before_samples = p.after_samples = 2048;
    p.leads = {"I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"};
    p.filter.order = 0;
    p.scaling = "none";
    p.edge = "zero";
    p.class_map = "ribeiro6";
    p.multi_label = true;
  }
  require_one_of("input", p.input, {"window", "image", "recording"});
  return p;
}

void to_json(nlohmann::json& json, const Preprocessing& p) {
  json = {{"input", p.input},
          {"sampling_rate_hz", p.sampling_rate_hz},
          {"before_samples", p.before_samples},
          {"after_samples", p.after_samples},
          {"image_size", p.image_size},
          {"image_range", p.image_range},
          {"leads", p.leads},
          {"filter", {{"order", p.filter.order}, {"low_hz", p.filter.low_hz}, {"high_hz", p.filter.high_hz}}},
          {"scaling", p.scaling},
          {"context", p.features},
          {"edge", p.edge},
          {"class_map", p.class_map},
          {"class_names", p.class_names},
          {"multi_label", p.multi_label}};
}

void from_json(const nlohmann::json& json, Preprocessing& p) {
  const auto get = [&](const char* field, auto& value) { get_field(json, field, "preprocessing", value); };
  get("input", p.input);
  get("sampling_rate_hz", p.sampling_rate_hz);
  get("before_samples", p.before_samples);
  get("after_samples", p.after_samples);
  get("image_size", p.image_size);
  get("image_range", p.image_range);
  get("leads", p.leads);
  nlohmann::json filter;
  get("filter", filter);
  get_field(filter, "order", "preprocessing filter", p.filter.order);
  get_field(filter, "low_hz", "preprocessing filter", p.filter.low_hz);
  get_field(filter, "high_hz", "preprocessing filter", p.filter.high_hz);
  get("scaling", p.scaling);
  p.features.clear();
  if (json.contains("context")) get("context", p.features);  // files of older versions have none
  for (std::string& name : p.features) name = current_feature_name(name);
  get("edge", p.edge);
  get("class_map", p.class_map);
  get("class_names", p.class_names);
  get("multi_label", p.multi_label);
}

void validate(const Preprocessing& p) {
  require_one_of("input", p.input, {"window", "image", "recording"});
  for_each_preprocessing_option(p, [](const auto& value, OptionSpec spec) {
    spec.flag = {};  // it may come from a file as well
    check_option(value, spec);
  });
  require(p.sampling_rate_hz > 0 && std::isfinite(p.sampling_rate_hz), "sampling_rate_hz",
          number_text(p.sampling_rate_hz), "above 0");
  require(p.length_samples() <= kLongestWindow, "window",
          std::to_string(p.before_samples) + "+" + std::to_string(p.after_samples),
          std::to_string(kLongestWindow) + " samples at most");
  require(!p.leads.empty(), "leads", "", "at least one name");
  if (p.filter.order > 0) {
    require(p.filter.low_hz > 0 && p.filter.low_hz < p.filter.high_hz && p.filter.high_hz < p.sampling_rate_hz / 2,
            "filter", number_text(p.filter.low_hz) + "-" + number_text(p.filter.high_hz),
            "0 < low < high < half the sampling rate, in Hz");
  }
  if (p.of_recordings()) {
    require_one_of("scaling", p.scaling, {"record", "none"});
    require_one_of("edge", p.edge, {"zero"});
    require(p.features.empty(), "features", p.features.empty() ? "" : p.features.front(),
            "none beside whole recordings");
    require(p.multi_label, "multi_label", "false", "true for whole recordings");
    return;
  }
  require_one_of("scaling", p.scaling, {"record", "window", "none"});
  require_one_of("edge", p.edge, {"replicate", "skip"});
}

}  // namespace beatbench
