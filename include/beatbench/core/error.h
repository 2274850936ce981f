#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

namespace beatbench {

/// What went wrong, as a caller must tell them apart. `usage`: the caller asked for something that does not
/// exist or does not fit together. `data`: an input's content is wrong. `unsupported`: the input is sound, but
/// this build cannot handle it. `io`: the operating system refused to read or write.
enum class ErrorKind { usage, data, unsupported, io };

/// The only exception type the library throws. `where` names the file, record, option, line or byte; `message`
/// says what was found and what is allowed. `what()` is "where: message".
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string where, const std::string& message)
      : std::runtime_error(where.empty() ? message : where + ": " + message), kind_(kind), where_(std::move(where)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& where() const { return where_; }

 private:
  ErrorKind kind_;
  std::string where_;
};

/// A number as a message shows it: at most 9 digits, no trailing zeros.
inline std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

}  // namespace beatbench
