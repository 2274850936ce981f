#include "beatbench/report/detector_report.h"

#include <algorithm>
#include <cstdio>
#include <span>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/run_report.h"
#include "report/json_values.h"
#include "report/system_info_json.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

Json ec57_json(const Ec57Metrics& metrics) {
  return {{"beats", metrics.beats},
          {"missed", metrics.missed},
          {"extra", metrics.extra},
          {"sensitivity", metric_json(metrics.sensitivity)},
          {"positive_predictivity", metric_json(metrics.positive_predictivity)},
          {"f1", metric_json(metrics.f1)},
          {"rr_error_ms", metric_json(metrics.rr_error_ms)}};
}

Json score_json(const DetectorScore& score) {
  Json json = {{"window_ms", 1000 * score.window_s}, {"from_s", score.start_s}, {"reference_beats", score.beats}};
  json["gross"] = ec57_json(score.gross);
  json["gross_95_percent"] = {{"sensitivity", interval_json(score.sensitivity)},
                              {"positive_predictivity", interval_json(score.positive_predictivity)},
                              {"f1", interval_json(score.f1)}};
  json["average"] = ec57_json(score.average);
  json["offsets"] = offsets_json(score.offsets);
  return json;
}

Json stress_json(std::span<const StressLevel> levels) {
  const auto both = [](const StressLevel::Metrics& metrics) -> Json {
    return {{"from_5_min", ec57_json(metrics.from_5_min)}, {"noisy", ec57_json(metrics.noisy)}};
  };
  Json json = Json::array();
  for (const StressLevel& level : levels) {
    Json records = Json::object();
    for (const StressLevel::Metrics& record : level.records)
      report_json::insert_new(records, record.record, both(record));
    json.push_back({{"snr_db", level.snr_db}, {"gross", both(level.gross)}, {"records", std::move(records)}});
  }
  return json;
}

Json detector_json(const DetectorResult& result) {
  Json scores = Json::object(), divisions = Json::object(), records = Json::object();
  for (const DetectorScore& score : result.scores) report_json::insert_new(scores, score.rule, score_json(score));
  for (const DetectorDivision& division : result.divisions) {
    report_json::insert_new(divisions, division.name,
                            {{"records", division.records},
                             {"ec57", score_json(division.ec57)},
                             {"whole_50_ms", score_json(division.whole_50_ms)}});
  }
  for (const DetectorRecord& record : result.records) {
    report_json::insert_new(records, record.record,
                            {{"ec57", ec57_json(record.ec57)}, {"whole_50_ms", ec57_json(record.whole_50_ms)}});
  }
  Json json = {{"name", result.name},
               {"sensitivity", metric_json(result.scores.front().gross.sensitivity)},
               {"positive_predictivity", metric_json(result.scores.front().gross.positive_predictivity)},
               {"f1", metric_json(result.scores.front().gross.f1)},
               {"seconds", report_json::number(result.seconds)}};
  json["scores"] = std::move(scores);
  json["divisions"] = std::move(divisions);
  json["records"] = std::move(records);
  json["noise"] = Json::array();
  for (const DetectorNoise& each : result.noise) {
    json["noise"].push_back({{"noise", each.noise}, {"snr_db", each.snr_db}, {"ec57", score_json(each.ec57)}});
  }
  if (!result.noise_stress.empty()) json["noise_stress"] = stress_json(result.noise_stress);
  return json;
}

// "99.90 (99.81-99.96)"
std::string with_interval(const Metric& metric, const std::optional<Interval>& interval) {
  if (!interval) return percent(metric);
  return percent(metric) + " (" + percent({interval->low, ""}) + "-" + percent({interval->high, ""}) + ")";
}

const DetectorScore* find_score(const DetectorResult& result, std::string_view rule) {
  for (const DetectorScore& score : result.scores) {
    if (score.rule == rule) return &score;
  }
  return nullptr;
}

// Of a record, or with "" of all.
const StressLevel::Metrics* find_stress(std::span<const StressLevel> levels, double snr_db, const std::string& record) {
  for (const StressLevel& level : levels) {
    if (level.snr_db != snr_db) continue;
    if (record.empty()) return &level.gross;
    const auto found = std::ranges::find(level.records, record, &StressLevel::Metrics::record);
    return found == level.records.end() ? nullptr : &*found;
  }
  return nullptr;
}

}  // namespace

Json to_json(const DetectorReport& report) {
  Json detectors = Json::array();
  for (const DetectorResult& result : report.detectors) detectors.push_back(detector_json(result));
  Json json = {{"schema_version", kReportSchemaVersion},
               {"kind", "detectors"},
               {"data", report.data},
               {"data_hash", report.data_hash},
               {"lead", report.lead},
               {"records", report.records},
               {"signal_hours", report_json::number(report.signal_hours)},
               {"detectors", std::move(detectors)}};
  json["gqrs_noise_stress"] = stress_json(report.gqrs_noise_stress);
  json["notes"] = report.notes;
  json["context"] = system_info_json(report.system);
  return json;
}

Table detector_table(const DetectorReport& report) {
  Table table({{"detector", Align::left},
               {"Se, EC57"},
               {"+P, EC57"},
               {"Se, whole"},
               {"+P, whole"},
               {"F1, 50 ms"},
               {"offset, ms"},
               {"SD, ms"},
               {"time"}});
  for (const DetectorResult& result : report.detectors) {
    const DetectorScore& ec57 = result.scores.front();
    const DetectorScore *whole = find_score(result, "whole_150_ms"), *near = find_score(result, "whole_50_ms");
    table.add_row({result.name, with_interval(ec57.gross.sensitivity, ec57.sensitivity),
                   with_interval(ec57.gross.positive_predictivity, ec57.positive_predictivity),
                   whole ? percent(whole->gross.sensitivity) : "-",
                   whole ? percent(whole->gross.positive_predictivity) : "-", near ? percent(near->gross.f1) : "-",
                   milliseconds({ec57.offsets.mean_ms, ""}), milliseconds({ec57.offsets.sd_ms, ""}),
                   duration_text(result.seconds)});
  }
  return table;
}

Table detector_record_table(const DetectorResult& result) {
  Table table({{"record", Align::left}, {"beats"}, {"missed"}, {"extra"}, {"Se"}, {"+P"}, {"F1, 50 ms"}});
  for (const DetectorRecord& record : result.records) {
    table.add_row({record.record, std::to_string(record.ec57.beats), std::to_string(record.ec57.missed),
                   std::to_string(record.ec57.extra), percent(record.ec57.sensitivity),
                   percent(record.ec57.positive_predictivity), percent(record.whole_50_ms.f1)});
  }
  return table;
}

Table detector_noise_table(const DetectorReport& report) {
  std::vector<Table::Column> columns = {{"noise", Align::left}, {"SNR, dB"}};
  for (const DetectorResult& result : report.detectors) columns.push_back({result.name + " Se / +P"});
  Table table(columns);
  for (std::size_t i = 0; i < report.detectors.front().noise.size(); ++i) {
    const DetectorNoise& first = report.detectors.front().noise[i];
    std::vector<std::string> cells = {first.noise, number_text(first.snr_db)};
    for (const DetectorResult& result : report.detectors) {
      const Ec57Metrics& gross = result.noise.at(i).ec57.gross;
      cells.push_back(percent(gross.sensitivity) + " / " + percent(gross.positive_predictivity));
    }
    table.add_row(cells);
  }
  return table;
}

Table detector_noise_stress_table(const DetectorReport& report, bool per_record) {
  std::vector<std::pair<std::string, std::span<const StressLevel>>> measured;
  for (const DetectorResult& result : report.detectors) measured.emplace_back(result.name, result.noise_stress);
  if (!report.gqrs_noise_stress.empty()) measured.emplace_back("gqrs", report.gqrs_noise_stress);
  std::vector<Table::Column> columns = {{"beats", Align::left}, {"SNR, dB"}};
  if (per_record) columns.push_back({"record", Align::left});
  for (const auto& [name, levels] : measured) columns.push_back({name + " Se / +P"});
  Table table(columns);
  const auto add_row = [&](const char* beats, auto part, double snr_db, const std::string& record) {
    std::vector<std::string> cells = {beats, number_text(snr_db)};
    if (per_record) cells.push_back(record);
    for (const auto& [name, levels] : measured) {
      const StressLevel::Metrics* metrics = find_stress(levels, snr_db, record);
      cells.push_back(metrics == nullptr ? "-"
                                         : percent((metrics->*part).sensitivity) + " / " +
                                               percent((metrics->*part).positive_predictivity));
    }
    table.add_row(cells);
  };
  for (const auto& [beats, part] :
       {std::pair{"from 5:00", &StressLevel::Metrics::from_5_min}, {"noisy stretches", &StressLevel::Metrics::noisy}}) {
    for (const StressLevel& level : report.detectors.front().noise_stress) {
      if (!per_record) add_row(beats, part, level.snr_db, "");
      for (std::size_t r = 0; per_record && r < level.records.size(); ++r)
        add_row(beats, part, level.snr_db, level.records[r].record);
    }
  }
  return table;
}

}  // namespace beatbench
