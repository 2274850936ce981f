#include "recordings/csv/columns.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/csv/cells.h"
#include "recordings/csv/headings.h"
#include "recordings/csv/layout.h"
#include "recordings/csv/number_style.h"
#include "recordings/text_fields.h"

namespace beatbench::csv {
namespace {

// A number as from_chars reads it: no mark but a point.
struct PlainNumber {
  double value;
  NumberForm form;
};

std::optional<PlainNumber> plain_number(std::string_view cell) {
  PlainNumber number;
  const auto [end, failed] = std::from_chars(cell.data(), cell.data() + cell.size(), number.value);
  if (failed != std::errc() || end != cell.data() + cell.size() || !std::isfinite(number.value)) return std::nullopt;
  NumberForm& form = number.form;
  form.negative = cell.front() == '-';
  form.body = cell.substr(form.negative);
  const auto behind_digits = [&](std::size_t at) {
    while (at < form.body.size() && form.body[at] >= '0' && form.body[at] <= '9') ++at;
    return at;
  };
  std::size_t last = behind_digits(0);
  form.before = static_cast<int>(last);
  if (last < form.body.size() && form.body[last] == '.') {
    form.mark = '.';
    const std::size_t point = last;
    last = behind_digits(point + 1);
    form.after = static_cast<int>(last - point - 1);
  }
  form.exponent = last < form.body.size();
  form.undecided = form.mark != 0 && !form.exponent && form.after == 3 && form.before >= 1 && form.before <= 3 &&
                   form.body.front() != '0';
  return number;
}

// "1.5e-3": -3
int exponent_of(const NumberForm& form) {
  if (!form.exponent) return 0;
  std::string_view digits = form.body.substr(form.body.find_first_of("eE") + 1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int exponent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return exponent;
}

// The values of a layout's cells, and the marks of its numbers.
class ColumnFiller {
 public:
  ColumnFiller(std::string_view text, const CsvLayout& layout, CsvTable& table)
      : text_(text.substr(0, layout.end)), layout_(layout), table_(table), marks_(layout.width) {}

  void fill(const NumberStyle& style) {
    style_ = style;
    for (CsvColumn& column : table_.columns) {
      column.values.clear();
      column.values.reserve(layout_.rows);
      column.numbers = column.clocks = column.texts = column.with_unit = column.odd_numbers = 0;
      column.word.clear();
      column.same_word = true;
      column.decimals = column.places = 0;
      column.is_plain = true;
    }
    std::ranges::fill(marks_, NumberMarks());
    table_.places.clear();
    table_.blank_lines = 0;
    std::vector<std::string_view> cells;
    std::int64_t expected = -1;
    std::size_t row = 0;
    const BetweenRows between{layout_.separator, layout_.width, layout_.blank_is_missing};
    blank_rows_ = 0;
    for (CsvLines at(text_, layout_.begin, layout_.first_line); at.next();) {
      if (between.holds(at.line())) {
        table_.blank_lines += trimmed(at.line()).empty();
        continue;
      }
      if (between.blank_is_missing && trimmed(at.line()).empty() && blank_rows_++ == 0) first_blank_ = at.number();
      split_row(at.line(), layout_.separator, layout_.width, cells);
      if (at.number() != expected) table_.places.push_back({row, at.number()});
      expected = at.number() + 1;
      ++row;
      for (std::size_t c = 0; c < cells.size(); ++c) add_cell(cells[c], table_.columns[c], marks_[c]);
    }
  }

  const std::vector<NumberMarks>& marks() const { return marks_; }
  std::size_t blank_rows() const { return blank_rows_; }     // blank lines that are rows of a single column
  std::int64_t first_blank() const { return first_blank_; }  // the first one's line

 private:
  // "0.145 mV"
  bool add_with_unit(std::string_view cell, CsvColumn& column, NumberMarks& marks) const {
    const auto number = number_with_unit(cell);
    const auto value = number ? number_value(number->form, style_) : std::nullopt;
    if (!value) return false;
    add_number(*value, number->form, cell, column, marks);
    add_word(number->unit, column);
    ++column.with_unit;
    return true;
  }

  static void add_word(std::string_view word, CsvColumn& column) {
    if (column.word.empty()) column.word = word;
    column.same_word = column.same_word && column.word == word;
  }

  void add_cell(std::string_view cell, CsvColumn& column, NumberMarks& marks) const {
    if (cell.empty()) {
      column.values.push_back(std::numeric_limits<double>::quiet_NaN());
      return;
    }
    if (style_.point_is_decimal) {
      if (const auto number = plain_number(cell)) {
        return add_number(number->value, number->form, cell, column, marks);
      }
    }
    const bool blank_groups = layout_.separator == ';' || layout_.separator == '\t';
    if (const auto form = number_form(cell, blank_groups)) {
      if (const auto value = number_value(*form, style_)) return add_number(*value, *form, cell, column, marks);
    }
    const bool missing = is_missing(cell);
    const auto time = missing ? std::nullopt : time_in(cell);
    if (!missing && !time) {
      if (add_with_unit(cell, column, marks)) return;
      add_word(cell, column);
      const bool is_odd = !has_letter(cell) && cell.find_first_of("0123456789") != std::string_view::npos;
      if (is_odd && column.odd_numbers++ == 0) column.odd_number = cell;
    }
    column.values.push_back(time ? time->seconds : std::numeric_limits<double>::quiet_NaN());
    column.clocks += time.has_value();
    column.texts += !missing && !time;
    if (time) column.decimals = std::max(column.decimals, time->decimals);
  }

  void add_number(double value, const NumberForm& form, std::string_view cell, CsvColumn& column,
                  NumberMarks& marks) const {
    column.values.push_back(value);
    ++column.numbers;
    const bool is_decimal = form.mark != 0 && (!form.undecided || style_.is_decimal(form.mark));
    const int after = is_decimal ? form.after : 0;
    column.decimals = std::max(column.decimals, after);
    column.places = std::max(column.places, after - exponent_of(form));
    column.is_plain = column.is_plain && !form.exponent;
    marks.add(form, cell);
  }

  std::string_view text_;
  const CsvLayout& layout_;
  CsvTable& table_;
  std::vector<NumberMarks> marks_;
  NumberStyle style_;
  std::size_t blank_rows_ = 0;
  std::int64_t first_blank_ = 0;
};

void set_unit(CsvColumn& column, const std::string& unit, const std::string& where) {
  if (!column.units.empty() && column.units != unit) {
    throw Error(ErrorKind::data, where,
                "column " + quote(column.heading) + " has the unit " + quote(column.units) + " above its cells and " +
                    quote(unit) + " in them");
  }
  column.units = unit;
  column.is_digital = false;
}

// Units in the cells: behind each number, or in a column of their own behind that of the numbers, which goes.
void take_units_of_cells(CsvTable& table, const std::string& where) {
  for (CsvColumn& column : table.columns) {
    if (column.with_unit == 0) continue;
    if (column.with_unit != column.numbers || !column.same_word) {
      throw Error(ErrorKind::data, where,
                  "column " + quote(column.heading) + " has numbers with the unit " + quote(column.word) +
                      " and others with another one or none");
    }
    set_unit(column, column.word, where);
  }
  for (std::size_t c = table.columns.size(); c-- > 1;) {
    CsvColumn& column = table.columns[c];
    CsvColumn& before = table.columns[c - 1];
    const bool is_unit = column.texts > 0 && column.texts >= before.numbers && is_voltage(column.word);
    if (!is_unit || column.numbers + column.clocks > 0 || before.numbers == 0) continue;
    if (!column.same_word) {
      throw Error(ErrorKind::data, where,
                  "has numbers in " + quote(column.word) + " and others in another unit beside them");
    }
    set_unit(column, column.word, where);  // "II (mV)" between blanks is a heading for it
    set_unit(before, column.word, where);
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(c));
  }
}

void set_headings(const CsvLayout& layout, CsvTable& table) {
  for (std::size_t c = 0; c < layout.headings.size(); ++c) {
    CsvColumn& column = table.columns[c];
    const CsvHeading heading = heading_in(layout.headings[c]);
    column.heading = layout.headings[c];
    column.name = heading.name;
    column.units = heading.units;
    column.is_digital = heading.is_digital;
    const std::string units = layout.units.empty() ? "" : layout.units[c];
    if (units.empty()) continue;
    column.is_digital = is_digital(units);
    column.units = column.is_digital ? "" : units;
  }
}

}  // namespace

std::int64_t CsvTable::line_of(std::size_t row) const {
  const auto after = std::ranges::upper_bound(places, row, {}, &Place::row);
  const Place& place = *(after - 1);
  return place.line + static_cast<std::int64_t>(row - place.row);
}

CsvTable parse_csv(std::string_view text, const std::string& where) {
  CsvLayout layout = find_layout(text, where);
  CsvTable table;
  table.columns.resize(layout.width);
  set_headings(layout, table);
  ColumnFiller filler(text, layout, table);
  filler.fill({});
  const NumberStyle style = style_of(filler.marks(), where, layout.warnings);
  if (style != NumberStyle()) filler.fill(style);
  take_units_of_cells(table, where);
  if (filler.blank_rows() > 0) {
    layout.warnings.push_back(std::to_string(filler.blank_rows()) + " blank lines between its rows, first line " +
                              std::to_string(filler.first_blank()) + ", are taken as missing samples");
  }
  table.statements = std::move(layout.statements);
  table.warnings = std::move(layout.warnings);
  return table;
}

}  // namespace beatbench::csv
