#include "formats/torch_archive/code_lexer.h"

#include <algorithm>

#include "beatbench/core/error.h"

namespace beatbench::archive {
namespace {

constexpr std::size_t kMostTokens = 1'000'000, kLongestName = 256;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  Lexer(std::string_view source, const std::string& where) : source_(source), where_(where) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) {
      if (tokens_.size() > kMostTokens) fail("comes after " + std::to_string(kMostTokens) + " words and signs");
      if (at_line_start_ && brackets_ == 0) take_indentation();
      if (at_ < source_.size()) take_token();
    }
    if (!at_line_start_) put(Token::Kind::line_end, 0);
    for (; indents_.size() > 1; indents_.pop_back()) put(Token::Kind::dedent, 0);
    put(Token::Kind::end, 0);
    return std::move(tokens_);
  }

 private:
  void take_indentation() {
    std::size_t blanks = 0;
    while (at_ + blanks < source_.size() && source_[at_ + blanks] == ' ') ++blanks;
    at_ += blanks;
    if (at_ == source_.size() || source_[at_] == '\n') return;  // an empty line
    at_line_start_ = false;
    if (blanks > indents_.back()) {
      indents_.push_back(blanks);
      put(Token::Kind::indent, 0);
    }
    for (; blanks < indents_.back(); indents_.pop_back()) put(Token::Kind::dedent, 0);
    if (blanks != indents_.back()) fail("is indented as no line above it");
  }

  void take_token() {
    const char c = source_[at_];
    if (c == ' ') {
      ++at_;
    } else if (c == '\n') {
      if (brackets_ == 0 && !at_line_start_) put(Token::Kind::line_end, 0);
      at_line_start_ = brackets_ == 0;
      ++line_;
      ++at_;
    } else if (is_letter(c)) {
      const std::size_t length = length_while([](char d) { return is_letter(d) || is_digit(d); });
      if (length > kLongestName) fail("has too long a name");
      put(Token::Kind::name, length);
    } else if (is_digit(c) || (c == '.' && at_ + 1 < source_.size() && is_digit(source_[at_ + 1]))) {
      put(Token::Kind::number, number_length());
    } else if (c == '"' || c == '\'') {
      take_text(c);
    } else if (source_.substr(at_, 2) == "->") {
      put(Token::Kind::sign, 2);
    } else if (std::string_view("()[],.:=-").find(c) != std::string_view::npos) {
      if (c == '(' || c == '[') ++brackets_;
      if (c == ')' || c == ']') --brackets_;
      if (brackets_ < 0 || brackets_ > 64) fail("has brackets that do not fit together");
      put(Token::Kind::sign, 1);
    } else {
      fail("has a character that the code of a traced network does not need");
    }
  }

  // 1, 1.5, .5, 1., 1e-05. LibTorch would go on differently behind any other ("0x1e-x", "1or").
  std::size_t number_length() const {
    std::size_t n = digits_at(0);
    if (is_at(n, '.')) n += 1 + digits_at(n + 1);
    if (is_at(n, 'e')) {
      n += is_at(n + 1, '-') || is_at(n + 1, '+') ? 2 : 1;
      const std::size_t digits = digits_at(n);
      if (digits == 0) fail("has a number that is none");
      n += digits;
    }
    const char next = at_ + n < source_.size() ? source_[at_ + n] : ' ';
    if (is_letter(next) || is_digit(next) || next == '.') fail("has a number that is none");
    return n;
  }

  bool is_at(std::size_t n, char c) const { return at_ + n < source_.size() && source_[at_ + n] == c; }
  std::size_t digits_at(std::size_t n) const {
    std::size_t count = 0;
    while (at_ + n + count < source_.size() && is_digit(source_[at_ + n + count])) ++count;
    return count;
  }

  void take_text(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] >= ' ' && source_[end] < 0x7F) {
      if (source_[end] == '\\') fail("has a text with escapes");
      ++end;
    }
    if (end >= source_.size() || source_[end] != quote) fail("has a text that does not end");
    if (end == at_ + 1 && end + 1 < source_.size() && source_[end + 1] == quote) fail("has a text in triple quotes");
    tokens_.push_back({Token::Kind::text, source_.substr(at_ + 1, end - at_ - 1), line_});
    at_ = end + 1;
  }

  template <typename Test>
  std::size_t length_while(Test test) const {
    std::size_t n = 0;
    while (at_ + n < source_.size() && test(source_[at_ + n])) ++n;
    return n;
  }

  void put(Token::Kind kind, std::size_t length) {
    tokens_.push_back({kind, source_.substr(at_, length), line_});
    at_ += length;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::data, where_, "line " + std::to_string(line_) + " " + what);
  }

  std::string_view source_;
  const std::string& where_;
  std::size_t at_ = 0;
  int line_ = 1, brackets_ = 0;
  bool at_line_start_ = true;
  std::vector<std::size_t> indents_ = {0};
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source, const std::string& where) { return Lexer(source, where).run(); }

}  // namespace beatbench::archive
