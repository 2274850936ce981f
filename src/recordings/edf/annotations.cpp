#include "recordings/edf/annotations.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "beatbench/core/text.h"

namespace beatbench::edf {
namespace {

constexpr char kEndOfText = '\x14', kDurationFollows = '\x15';

// "+1800.25": a sign and decimal digits.
std::optional<double> onset_in(std::string_view text) {
  const bool is_signed = text.starts_with('+') || text.starts_with('-');
  if (!is_signed || text.size() < 2 || std::isdigit(static_cast<unsigned char>(text[1])) == 0) return std::nullopt;
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data() + 1, end, seconds, std::chars_format::fixed);
  if (failed != std::errc() || stop != end) return std::nullopt;
  return text.front() == '-' ? -seconds : seconds;
}

// Returns whether the list was sound to its end.
bool add_list(std::string_view list, bool keeps_time, EdfNotes& out) {
  const std::size_t end_of_times = list.find(kEndOfText);
  if (end_of_times == std::string_view::npos) return false;
  const std::string_view times = list.substr(0, end_of_times);
  const std::optional<double> onset = onset_in(times.substr(0, times.find(kDurationFollows)));
  if (!onset) return false;
  list.remove_prefix(end_of_times + 1);
  for (bool is_first = true; !list.empty(); is_first = false) {
    const std::size_t end = list.find(kEndOfText);
    if (end == std::string_view::npos) return false;
    const std::string_view text = list.substr(0, end);
    if (!text.empty()) out.notes.push_back({*onset, to_utf8(std::string(text))});
    if (text.empty() && is_first && keeps_time) out.record_begin_s = *onset;
    list.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

void add_edf_notes(std::string_view bytes, bool keeps_time, EdfNotes& out) {
  while (true) {
    bytes.remove_prefix(std::min(bytes.find_first_not_of('\0'), bytes.size()));
    if (bytes.empty()) return;
    const std::string_view list = bytes.substr(0, bytes.find('\0'));
    if (!add_list(list, keeps_time, out)) out.damaged.emplace_back(list.substr(0, 64));
    keeps_time = false;
    bytes.remove_prefix(list.size());
  }
}

}  // namespace beatbench::edf
