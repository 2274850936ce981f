#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench::edf {

/// Bytes of a header as they can stand in a one-line message: quoted, cut after 40, other than printable ASCII as \xB5.
std::string escaped(std::string_view bytes);

/// What was read in spite of something odd. What concerns many signals alike is one line.
class EdfWarnings {
 public:
  explicit EdfWarnings(std::function<void(const std::string&)> on_line) : on_line_(std::move(on_line)) {}

  void add(std::string line) { kinds_.push_back({"", std::move(line), {}}); }

  /// `line` is kept of the first of a kind, `name` of those after it.
  void add(const std::string& kind, std::string line, std::string name);

  /// Hands the lines over.
  void tell();

 private:
  struct Kind {
    std::string kind, line;
    std::vector<std::string> others;
  };

  std::function<void(const std::string&)> on_line_;
  std::vector<Kind> kinds_;
};

}  // namespace beatbench::edf
