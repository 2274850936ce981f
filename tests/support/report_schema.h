#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "beatbench/core/files.h"

namespace beatbench::tests {

/// reports/schema.json, or one part of it, so that a failure names its place and not only "neither kind fits".
class ReportSchema {
 public:
  explicit ReportSchema(const std::string& part) {
    document_ = nlohmann::json::parse(read_text_file(BEATBENCH_SOURCE_DIR "/reports/schema.json"));
    if (!part.empty()) {
      document_.erase("oneOf");
      document_["$ref"] = "#/$defs/" + part;
    }
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document_), schema_);
  }

  /// What is wrong, a line each; empty if nothing is.
  std::string complaints(const nlohmann::json& report) const {
    valijson::ValidationResults results;
    valijson::Validator().validate(schema_, valijson::adapters::NlohmannJsonAdapter(report), &results);
    std::string text;
    for (valijson::ValidationResults::Error error; results.popError(error);) {
      for (const std::string& step : error.context) text += step;
      text += ": " + error.description + "\n";
    }
    return text;
  }

 private:
  nlohmann::json document_;
  valijson::Schema schema_;
};

}  // namespace beatbench::tests
