#include "beatbench/core/preprocessing.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string_view>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

void require(bool holds, const std::string& field, const std::string& found, const std::string& allowed) {
  if (!holds) throw Error(ErrorKind::usage, field, "'" + found + "' is not valid; allowed: " + allowed);
}

void require_one_of(const std::string& field, const std::string& value, std::initializer_list<std::string_view> valid) {
  std::string list;
  for (const std::string_view name : valid) list += (list.empty() ? "" : ", ") + std::string(name);
  require(std::ranges::find(valid, value) != valid.end(), field, value, list);
}

}  // namespace

void to_json(nlohmann::json& json, const Preprocessing& p) {
  json = {{"input", p.input},
          {"sampling_rate_hz", p.sampling_rate_hz},
          {"before_samples", p.before_samples},
          {"after_samples", p.after_samples},
          {"leads", p.leads},
          {"filter", {{"order", p.filter.order}, {"low_hz", p.filter.low_hz}, {"high_hz", p.filter.high_hz}}},
          {"scaling", p.scaling},
          {"edge", p.edge},
          {"class_map", p.class_map},
          {"class_names", p.class_names},
          {"multi_label", p.multi_label}};
}

void from_json(const nlohmann::json& json, Preprocessing& p) {
  try {
    json.at("input").get_to(p.input);
    json.at("sampling_rate_hz").get_to(p.sampling_rate_hz);
    json.at("before_samples").get_to(p.before_samples);
    json.at("after_samples").get_to(p.after_samples);
    json.at("leads").get_to(p.leads);
    json.at("filter").at("order").get_to(p.filter.order);
    json.at("filter").at("low_hz").get_to(p.filter.low_hz);
    json.at("filter").at("high_hz").get_to(p.filter.high_hz);
    json.at("scaling").get_to(p.scaling);
    json.at("edge").get_to(p.edge);
    json.at("class_map").get_to(p.class_map);
    json.at("class_names").get_to(p.class_names);
    json.at("multi_label").get_to(p.multi_label);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, "preprocessing", error.what());
  }
}

void validate(const Preprocessing& p) {
  require_one_of("input", p.input, {"window"});
  require(p.sampling_rate_hz > 0, "sampling_rate_hz", std::to_string(p.sampling_rate_hz), "above 0");
  require(p.before_samples >= 0 && p.after_samples >= 1 && p.length_samples() <= 100'000, "window",
          std::to_string(p.before_samples) + "+" + std::to_string(p.after_samples),
          "at least 0 samples before and 1 after the beat, 100000 together");
  require(!p.leads.empty(), "leads", "", "at least one name");
  require(p.filter.order >= 0 && p.filter.order <= 8, "filter order", std::to_string(p.filter.order), "0 (none) to 8");
  if (p.filter.order > 0) {
    require(p.filter.low_hz > 0 && p.filter.low_hz < p.filter.high_hz && p.filter.high_hz < p.sampling_rate_hz / 2,
            "filter", std::to_string(p.filter.low_hz) + "-" + std::to_string(p.filter.high_hz),
            "0 < low < high < half the sampling rate, in Hz");
  }
  require_one_of("scaling", p.scaling, {"record", "window", "none"});
  require_one_of("edge", p.edge, {"replicate", "skip"});
}

}  // namespace beatbench
