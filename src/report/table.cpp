#include "beatbench/report/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "beatbench/core/error.h"
#include "report/characters.h"

namespace beatbench {
namespace {

std::string escaped_for_markdown(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : c == '\n' ? " " : std::string(1, c);
  return out;
}

std::string padded(const std::string& text, std::size_t width, Align align) {
  const std::string blanks(width - std::min(width, character_count(text)), ' ');
  return align == Align::left ? text + blanks : blanks + text;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add_row(std::vector<std::string> cells) {
  if (cells.size() != columns_.size()) {
    throw Error(ErrorKind::usage, "table",
                std::to_string(cells.size()) + " cells in a row of " + std::to_string(columns_.size()) + " columns");
  }
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(bool escaped) const {
  const auto width = [&](const std::string& cell) {
    return character_count(escaped ? escaped_for_markdown(cell) : cell);
  };
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(width(columns_[i].header));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], width(row[i]));
  }
  return widths;
}

std::string Table::text() const {
  const std::vector<std::size_t> widths = this->widths(false);
  std::string header;
  std::string rule;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    header += (i ? "  " : "") + padded(columns_[i].header, widths[i], columns_[i].align);
    rule += (i ? "  " : "") + std::string(widths[i], '-');
  }
  std::string out = without_trailing_blanks(header) + "\n" + rule + "\n";
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i ? "  " : "") + padded(row[i], widths[i], columns_[i].align);
    out += without_trailing_blanks(line) + "\n";
  }
  return out;
}

std::string Table::markdown() const {
  std::vector<std::size_t> widths = this->widths(true);
  for (std::size_t& width : widths) width = std::max<std::size_t>(width, 3);  // older Markdown needs three dashes
  std::string header = "|";
  std::string rule = "|";
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool right = columns_[i].align == Align::right;
    header += " " + padded(escaped_for_markdown(columns_[i].header), widths[i], columns_[i].align) + " |";
    rule += " " + std::string(widths[i] - (right ? 1 : 0), '-') + (right ? ":" : "") + " |";
  }
  std::string out = header + "\n" + rule + "\n";
  for (const auto& row : rows_) {
    out += "|";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += " " + padded(escaped_for_markdown(row[i]), widths[i], columns_[i].align) + " |";
    }
    out += "\n";
  }
  return out;
}

std::string percent(const Metric& metric) {
  if (!metric.value) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", 100.0 * *metric.value);
  return text.data();
}

std::string milliseconds(const Metric& metric) {
  if (!metric.value) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", *metric.value);
  return text.data();
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  static constexpr std::array<std::pair<double, const char*>, 4> kUnits = {
      {{1.0, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}}};
  if (seconds == 0) return "0 s";
  const auto unit = std::ranges::find_if(kUnits, [&](const auto& each) { return std::abs(seconds) >= each.first; });
  const auto& [size, name] = unit == kUnits.end() ? kUnits.back() : *unit;
  const double amount = seconds / size;
  std::array<char, 48> text{};
  const int decimals = std::abs(amount) < 9.995 ? 2 : std::abs(amount) < 99.95 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f %s", decimals, amount, name);
  return text.data();
}

Table class_table(const ClassificationMetrics& metrics) {
  Table table(
      {{"class", Align::left}, {"n"}, {"predicted"}, {"sensitivity"}, {"+predictivity"}, {"specificity"}, {"F1"}});
  for (const ClassMetrics& each : metrics.classes) {
    table.add_row({each.name, std::to_string(each.n), std::to_string(each.predicted), percent(each.sensitivity),
                   percent(each.positive_predictivity), percent(each.specificity), percent(each.f1)});
  }
  return table;
}

Table record_table(std::span<const RecordMetrics> records) {
  std::vector<Table::Column> columns = {{"record", Align::left}, {"n"}, {"accuracy"}, {"macro F1"}};
  if (!records.empty()) {
    for (const std::string& name : records.front().metrics.class_names) columns.push_back({"F1 " + name});
  }
  Table table(std::move(columns));
  for (const RecordMetrics& each : records) {
    std::vector<std::string> cells = {each.record, std::to_string(each.metrics.n), percent(each.metrics.accuracy),
                                      percent(each.metrics.macro_f1)};
    for (const ClassMetrics& of_class : each.metrics.classes) cells.push_back(percent(of_class.f1));
    table.add_row(std::move(cells));
  }
  return table;
}

std::string clock_text(double seconds) {
  const auto total = static_cast<long long>(std::lround(std::clamp(seconds, 0.0, 1e9)));
  char text[48];
  if (total >= 3600)
    std::snprintf(text, sizeof text, "%lld h %02lld min", total / 3600, total / 60 % 60);
  else if (total >= 60)
    std::snprintf(text, sizeof text, "%lld min %02lld s", total / 60, total % 60);
  else
    std::snprintf(text, sizeof text, "%lld s", total);
  return text;
}

}  // namespace beatbench
