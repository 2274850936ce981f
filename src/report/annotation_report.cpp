#include "beatbench/report/annotation_report.h"

#include "beatbench/report/metrics_json.h"
#include "beatbench/report/run_report.h"
#include "report/json_values.h"
#include "report/system_info_json.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;
using Counts = decltype(BeatComparison::counts);

constexpr const char* kRows[] = {"N", "S", "V", "F", "Q", "O"};
constexpr const char* kColumns[] = {"n", "s", "v", "f", "q", "o"};

Json counts_json(const Counts& counts) {
  Json json = Json::object();
  for (std::size_t r = 0; r < kEc57Classes; ++r) {
    for (std::size_t c = 0; c < kEc57Classes; ++c) json[kRows[r]][kColumns[c]] = counts[r][c];
  }
  return json;
}

Json metrics_json_of(const Ec57Metrics& f) {
  return {{"beats", f.beats},
          {"missed", f.missed},
          {"extra", f.extra},
          {"sensitivity", metric_json(f.sensitivity)},
          {"positive_predictivity", metric_json(f.positive_predictivity)},
          {"f1", metric_json(f.f1)},
          {"V",
           {{"n", f.ventricular},
            {"sensitivity", metric_json(f.v_sensitivity)},
            {"positive_predictivity", metric_json(f.v_positive_predictivity)}}},
          {"S",
           {{"n", f.supraventricular},
            {"sensitivity", metric_json(f.s_sensitivity)},
            {"positive_predictivity", metric_json(f.s_positive_predictivity)}}},
          {"s_positive_predictivity_sumstats", metric_json(f.s_positive_predictivity_sumstats)},
          {"rr_error_ms", metric_json(f.rr_error_ms)}};
}

Json pair_json(const std::optional<Interval>& sensitivity, const std::optional<Interval>& positive_predictivity) {
  return {{"sensitivity", interval_json(sensitivity)}, {"positive_predictivity", interval_json(positive_predictivity)}};
}

Counts all_counts(const AnnotationReport& report) {
  Counts sum = {};
  for (const AnnotationRecord& record : report.records) {
    for (std::size_t r = 0; r < kEc57Classes; ++r) {
      for (std::size_t c = 0; c < kEc57Classes; ++c) sum[r][c] += record.comparison.counts[r][c];
    }
  }
  return sum;
}

std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "-";
  return percent({interval->low, ""}) + "-" + percent({interval->high, ""});
}

}  // namespace

Json to_json(const AnnotationReport& report) {
  Json records = Json::object();
  for (const AnnotationRecord& record : report.records) {
    report_json::insert_new(records, record.record,
                            {{"counts", counts_json(record.comparison.counts)},
                             {"figures", metrics_json_of(ec57_metrics(record.comparison))}});
  }
  const AnnotationIntervals& i = report.intervals;
  return {{"schema_version", kReportSchemaVersion},
          {"kind", "annotations"},
          {"data", report.data},
          {"data_hash", report.data_hash},
          {"reference", report.reference},
          {"test", report.test},
          {"window_ms", 1000 * report.window_s},
          {"from_s", report.start_s},
          {"counts", counts_json(all_counts(report))},
          {"gross", metrics_json_of(report.gross)},
          {"gross_95_percent",
           {{"beats", pair_json(i.sensitivity, i.positive_predictivity)},
            {"V", pair_json(i.v_sensitivity, i.v_positive_predictivity)},
            {"S", pair_json(i.s_sensitivity, i.s_positive_predictivity)},
            {"s_positive_predictivity_sumstats", interval_json(i.s_positive_predictivity_sumstats)}}},
          {"average", metrics_json_of(report.average)},
          {"offsets", offsets_json(report.offsets)},
          {"records", std::move(records)},
          {"notes", report.notes},
          {"context", system_info_json(report.system)}};
}

Table beat_matrix_table(const AnnotationReport& report) {
  std::vector<Table::Column> columns = {{"", Align::left}};
  for (const char* name : kColumns) columns.push_back({name});
  Table table(columns);
  const Counts counts = all_counts(report);
  for (std::size_t r = 0; r < kEc57Classes; ++r) {
    std::vector<std::string> cells = {kRows[r]};
    for (std::size_t c = 0; c < kEc57Classes; ++c) {
      const bool is_nothing = r + 1 == kEc57Classes && c + 1 == kEc57Classes;
      cells.push_back(is_nothing ? "" : std::to_string(counts[r][c]));
    }
    table.add_row(cells);
  }
  return table;
}

Table annotation_metrics_table(const AnnotationReport& report) {
  Table table({{"", Align::left}, {"n"}, {"gross"}, {"95 %"}, {"average"}});
  const Ec57Metrics &gross = report.gross, &average = report.average;
  const AnnotationIntervals& i = report.intervals;
  const auto add = [&](const char* name, std::int64_t n, const Metric& all, const std::optional<Interval>& interval,
                       const Metric& mean) {
    table.add_row({name, std::to_string(n), percent(all), interval_text(interval), percent(mean)});
  };
  add("QRS sensitivity", gross.beats, gross.sensitivity, i.sensitivity, average.sensitivity);
  add("QRS positive predictivity", gross.beats, gross.positive_predictivity, i.positive_predictivity,
      average.positive_predictivity);
  add("V sensitivity", gross.ventricular, gross.v_sensitivity, i.v_sensitivity, average.v_sensitivity);
  add("V positive predictivity", gross.ventricular, gross.v_positive_predictivity, i.v_positive_predictivity,
      average.v_positive_predictivity);
  add("S sensitivity", gross.supraventricular, gross.s_sensitivity, i.s_sensitivity, average.s_sensitivity);
  add("S positive predictivity, EC57", gross.supraventricular, gross.s_positive_predictivity, i.s_positive_predictivity,
      average.s_positive_predictivity);
  add("S positive predictivity, sumstats", gross.supraventricular, gross.s_positive_predictivity_sumstats,
      i.s_positive_predictivity_sumstats, average.s_positive_predictivity_sumstats);
  table.add_row({"RR error, ms", "", milliseconds(gross.rr_error_ms), "", milliseconds(average.rr_error_ms)});
  return table;
}

Table annotation_record_table(const AnnotationReport& report) {
  Table table({{"record", Align::left},
               {"beats"},
               {"missed"},
               {"extra"},
               {"Se"},
               {"+P"},
               {"V"},
               {"V Se"},
               {"V +P"},
               {"S"},
               {"S Se"},
               {"S +P"},
               {"RR error, ms"}});
  for (const AnnotationRecord& record : report.records) {
    const Ec57Metrics f = ec57_metrics(record.comparison);
    table.add_row({record.record, std::to_string(f.beats), std::to_string(f.missed), std::to_string(f.extra),
                   percent(f.sensitivity), percent(f.positive_predictivity), std::to_string(f.ventricular),
                   percent(f.v_sensitivity), percent(f.v_positive_predictivity), std::to_string(f.supraventricular),
                   percent(f.s_sensitivity), percent(f.s_positive_predictivity), milliseconds(f.rr_error_ms)});
  }
  return table;
}

}  // namespace beatbench
