#include "recordings/edf/times.h"

#include <algorithm>
#include <cmath>

#include "beatbench/core/error.h"

namespace beatbench::edf {
namespace {

std::string record_text(std::uint64_t record, double begin_s) {
  return "data record " + std::to_string(record + 1) + ", which begins at " + number_text(begin_s) + " s";
}

}  // namespace

void EdfTimes::add_record(std::optional<double> begin_s) {
  const double expected_s = pieces_.empty() ? 0 : pieces_.back().last_begin_s + duration_s_;
  const double at_s = begin_s.value_or(expected_s);
  if (!begin_s && untimed_++ == 0) first_untimed_ = records_;
  const bool is_later = pieces_.empty() || std::abs(at_s - expected_s) > jitter_s() || has_drifted(at_s);
  if (is_later) pieces_.push_back({records_, 0, at_s, at_s, 0});
  pieces_.back().records += 1;
  pieces_.back().last_begin_s = at_s;
  ++records_;
}

// Steps that are each within the jitter may add up.
bool EdfTimes::has_drifted(double at_s) const {
  const EdfPiece& piece = pieces_.back();
  return std::abs(at_s - piece.begin_s - static_cast<double>(piece.records) * duration_s_) > jitter_s();
}

std::vector<EdfPiece> EdfTimes::pieces(bool may_have_gaps, const std::string& where, EdfWarnings& warnings) const {
  if (untimed_ > 0) {
    warnings.add("data record " + std::to_string(first_untimed_ + 1) + " has no time of its own" +
                 (untimed_ > 1 ? ", nor have " + std::to_string(untimed_ - 1) + " others" : "") +
                 "; it is taken to follow the one before it without a gap");
  }
  std::vector<EdfPiece> pieces = pieces_;
  if (!may_have_gaps) {
    if (pieces.size() > 1) {
      warnings.add("the reserved field does not say EDF+D, but " +
                   record_text(pieces[1].first_record, pieces[1].begin_s) + ", does not follow " +
                   record_text(pieces[1].first_record - 1, pieces[0].last_begin_s) + " and lasts " +
                   number_text(duration_s_) + " s; read as without gaps");
    }
    if (!std::ranges::is_sorted(pieces, {}, &EdfPiece::begin_s)) {
      return {{0, records_, pieces.front().begin_s, pieces.front().begin_s, 0}};
    }
    for (EdfPiece& piece : pieces) piece.first_sample = piece.first_record * samples_per_record_;
    return pieces;
  }
  if (!std::ranges::is_sorted(pieces, {}, &EdfPiece::begin_s)) {
    warnings.add("its data records are not in the order of their times; read in that order");
    std::ranges::stable_sort(pieces, {}, &EdfPiece::begin_s);
  }
  std::uint64_t gaps = 0, missing = 0, late = 0;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const EdfPiece& before = pieces[i - 1];
    const std::uint64_t end = before.first_sample + before.records * samples_per_record_;
    const std::uint64_t due = sample_at(pieces[i], pieces.front().begin_s, where);
    pieces[i].first_sample = std::max(end, due);
    late = std::max(late, pieces[i].first_sample - due);
    if (pieces[i].begin_s < before.last_begin_s + duration_s_ - jitter_s()) {
      throw Error(ErrorKind::data, where,
                  record_text(pieces[i].first_record, pieces[i].begin_s) + ", overlaps " +
                      record_text(before.first_record + before.records - 1, before.last_begin_s) +
                      "; a data record lasts " + number_text(duration_s_) + " s");
    }
    if (pieces[i].first_sample > end) ++gaps;
    missing += pieces[i].first_sample - end;
  }
  if (late > 1) {
    warnings.add("its data records follow each other faster than they last, " + number_text(duration_s_) +
                 " s; read one behind the other, in the end " + std::to_string(late) + " samples late");
  }
  if (gaps > 0) {
    warnings.add("its data records leave " + std::to_string(gaps) + " gaps, " + std::to_string(missing) +
                 " missing samples in all");
  }
  return pieces;
}

std::uint64_t EdfTimes::sample_at(const EdfPiece& piece, double start_s, const std::string& where) const {
  const double sample = (piece.begin_s - start_s) * static_cast<double>(samples_per_record_) / duration_s_;
  if (sample < 1e15) return static_cast<std::uint64_t>(std::llround(sample));
  throw Error(ErrorKind::data, where,
              record_text(piece.first_record, piece.begin_s) + ", lies too far from the first, at " +
                  number_text(start_s) + " s");
}

}  // namespace beatbench::edf
