#include "recordings/edf/warnings.h"

#include <algorithm>
#include <cstdio>

namespace beatbench::edf {

std::string escaped(std::string_view bytes) {
  constexpr std::size_t longest = 40;
  std::string out = "'";
  for (const char c : bytes.substr(0, longest)) {
    char code[5] = {c, '\0'};
    if (c < ' ' || c > '~') std::snprintf(code, sizeof code, "\\x%02X", static_cast<unsigned>(c) & 0xFFU);
    out += code;
  }
  return out + (bytes.size() > longest ? "...'" : "'");
}

void EdfWarnings::add(const std::string& kind, std::string line, std::string name) {
  const auto known = std::ranges::find(kinds_, kind, &Kind::kind);
  if (known == kinds_.end()) {
    kinds_.push_back({kind, std::move(line), {}});
  } else {
    known->others.push_back(std::move(name));
  }
}

void EdfWarnings::tell() {
  constexpr std::size_t most = 8;
  for (Kind& kind : kinds_) {
    for (std::size_t i = 0; i < std::min(kind.others.size(), most); ++i) {
      kind.line += (i == 0 ? "; likewise: " : ", ") + kind.others[i];
    }
    if (kind.others.size() > most) kind.line += " and " + std::to_string(kind.others.size() - most) + " more";
    if (on_line_) on_line_(kind.line);
  }
  kinds_.clear();
}

}  // namespace beatbench::edf
