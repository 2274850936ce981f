#include "recordings/signal_kinds.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "beatbench/core/text.h"

namespace beatbench {
namespace {

// The words of a label in lower case, without the digits at their ends and the "ECG" that the first begins with.
std::vector<std::string> words_of(std::string_view label) {
  if (is_labelled_ecg(label)) label.remove_prefix(3);
  std::vector<std::string> words(1);
  for (const char c : lower_case(label)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += c;
    } else {
      words.emplace_back();
    }
  }
  for (std::string& word : words) word.erase(word.find_last_not_of("0123456789") + 1);
  return words;
}

}  // namespace

bool is_labelled_ecg(std::string_view label) {
  const std::string kind = lower_case(label.substr(0, 3));
  return kind == "ecg" || kind == "ekg";
}

bool is_metric(std::string_view label) {
  constexpr std::array<std::string_view, 12> words = {"hr", "hrv", "bpm", "rr",  "rri", "ibi",
                                                      "nn", "st",  "qt",  "qtc", "sqi", "fc"};
  constexpr std::array<std::string_view, 11> parts = {"rate",    "puls",  "freq",   "beat",   "interval", "quality",
                                                      "impedan", "event", "marker", "status", "trigger"};
  return std::ranges::any_of(words_of(label), [&](const std::string& word) {
    return std::ranges::find(words, word) != words.end() ||
           std::ranges::any_of(parts, [&](std::string_view part) { return word.find(part) != std::string::npos; });
  });
}

bool is_other_kind(std::string_view label) {
  constexpr std::array<std::string_view, 36> kinds = {
      "eeg", "eog",  "erg",     "emg",   "meg", "mcg",      "ep",    "vep",  "eap",     "temp",  "resp", "rsp",
      "sao", "spo",  "light",   "sound", "pos", "position", "snore", "flow", "airflow", "nasal", "thor", "thorax",
      "abd", "abdo", "abdomen", "chin",  "leg", "pleth",    "ppg",   "bp",   "abp",     "art",   "eda",  "acc"};
  return std::ranges::find(kinds, words_of(label).front()) != kinds.end();
}

}  // namespace beatbench
