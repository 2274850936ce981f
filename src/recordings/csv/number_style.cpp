#include "recordings/csv/number_style.h"

#include "beatbench/core/error.h"
#include "recordings/text_fields.h"

namespace beatbench::csv {
namespace {

// What the numbers of all columns together say of a mark.
struct MarkEvidence {
  MarkCount all;
  std::size_t whole_beside = 0;  // numbers without a mark, in the columns with undecided ones
  std::size_t long_beside = 0;   // of those, with more than three digits

  // That it keeps thousands apart is likely where short numbers stand without it and no long ones; a few zeros beside
  // it say nothing.
  bool looks_like_thousands() const {
    return whole_beside > 0 && long_beside == 0 && whole_beside * 20 >= all.undecided;
  }
  bool is_open() const { return all.undecided > 0 && all.decimal == 0 && all.group == 0; }
};

MarkEvidence evidence_of(const std::vector<NumberMarks>& marks, MarkCount NumberMarks::*mark) {
  MarkEvidence evidence;
  for (const NumberMarks& column : marks) {
    const MarkCount& count = column.*mark;
    evidence.all.decimal += count.decimal;
    evidence.all.group += count.group;
    evidence.all.undecided += count.undecided;
    if (evidence.all.example.empty()) evidence.all.example = count.example;
    if (count.undecided == 0) continue;
    evidence.whole_beside += column.short_numbers + column.long_numbers;
    evidence.long_beside += column.long_numbers;
  }
  return evidence;
}

}  // namespace

NumberStyle style_of(const std::vector<NumberMarks>& marks, const std::string& where,
                     std::vector<std::string>& warnings) {
  const MarkEvidence point = evidence_of(marks, &NumberMarks::point), comma = evidence_of(marks, &NumberMarks::comma);
  for (const MarkEvidence* mark : {&point, &comma}) {
    if (mark->all.decimal == 0 || mark->all.group == 0) continue;
    throw Error(ErrorKind::data, where,
                std::string("has numbers with '") + (mark == &point ? '.' : ',') +
                    "' as the decimal sign, and others with it between thousands");
  }
  NumberStyle style{point.all.group == 0, comma.all.group == 0};
  if (!style.point_is_decimal && !style.comma_is_decimal) {
    throw Error(ErrorKind::data, where, "has numbers with '.' between thousands, and others with ','");
  }
  if (point.is_open() && comma.is_open()) {
    throw Error(ErrorKind::data, where,
                "has numbers such as " + quote(point.all.example) + " and " + quote(comma.all.example) +
                    ", which do not tell the decimal sign from the mark of thousands");
  }
  const auto assume = [&](const MarkEvidence& mark, bool other_is_decimal, bool& is_decimal) {
    if (!mark.is_open()) return;
    is_decimal = !other_is_decimal && !mark.looks_like_thousands();
    if (other_is_decimal) return;  // "1,234" beside "0.5": so it is written
    warnings.push_back("numbers such as " + quote(mark.all.example) + " are taken to be written with a " +
                       (is_decimal ? "decimal sign" : "mark between thousands"));
  };
  assume(comma, point.all.decimal > 0, style.comma_is_decimal);
  assume(point, comma.all.decimal > 0, style.point_is_decimal);
  if (point.all.decimal > 0 && comma.all.decimal > 0) {
    warnings.push_back("both '.' and ',' are taken as decimal signs");
  }
  return style;
}

}  // namespace beatbench::csv
