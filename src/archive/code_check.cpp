#include "archive/code_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "archive/code_lexer.h"
#include "archive/operators.h"
#include "beatbench/core/error.h"

namespace beatbench::archive {
namespace {

using Kind = Token::Kind;

constexpr std::int64_t kMostOperators = 100'000;  // in one run of the network, an unrolled LSTM included
constexpr int kDeepestExpression = 100;

// What means something else than a local name.
constexpr auto kReserved = std::to_array<std::string_view>(
    {"CONSTANTS",     "Exception", "False",   "None",  "True",    "__torch__",  "annotate", "assert",
     "bool",          "class",     "complex", "def",   "del",     "dict",       "elif",     "else",
     "float",         "for",       "fork",    "from",  "getattr", "global",     "hasattr",  "if",
     "import",        "in",        "inf",     "int",   "is",      "isinstance", "lambda",   "len",
     "list",          "nan",       "ops",     "pass",  "print",   "raise",      "range",    "return",
     "self",          "str",       "super",   "torch", "try",     "tuple",      "type",     "unchecked_cast",
     "uninitialized", "while",     "with",    "yield"});
// Calls that are no operator: conversions of one number.
constexpr auto kConversions = std::to_array<std::string_view>({"bool", "float", "int", "len"});

struct Method {
  std::vector<std::string> calls;  // qualified methods, once for each call
  std::int64_t operators = 0;
};

struct Class {
  std::map<std::string, std::string> submodules;  // attribute -> class
  std::map<std::string, std::string> others;      // attribute -> its type's first word
};

// The type of an expression as far as it matters: the class of a submodule, or "".
using ClassName = std::string;

class ModuleReader {
 public:
  ModuleReader(const std::string& module, std::string_view source, const std::string& where,
               std::map<std::string, Class>& classes, std::map<std::string, Method>& methods)
      : module_(module), where_(where), tokens_(tokens_of(source, where)), classes_(classes), methods_(methods) {}

  // Attributes first, of all classes of all modules: a method may refer to classes that come later.
  void read_attributes() {
    read([&](const std::string&) { skip_block(); });
    std::ranges::sort(own_classes_);
    if (std::ranges::adjacent_find(own_classes_) != own_classes_.end()) fail("defines a class twice");
  }
  void read_methods() {
    read([&](const std::string& name) { read_method(name); });
  }

 private:
  template <typename OnMethod>
  void read(OnMethod on_method) {
    at_ = 0;
    while (!is(Kind::end)) {
      expect("class");
      class_ = module_ + "." + name();
      Class& about = classes_[class_];
      own_classes_.push_back(class_);
      expect("(");
      expect("Module");
      expect(")");
      expect(":");
      expect(Kind::line_end);
      expect(Kind::indent);
      while (!accept(Kind::dedent)) {
        if (accept("def"))
          on_method(name());
        else if (accept("pass"))
          expect(Kind::line_end);
        else
          read_attribute(about);
      }
    }
  }

  // NAME : TYPE, NAME : Final[TYPE] = literal, __parameters__ = [...], __annotations__["0"] = TYPE
  void read_attribute(Class& about) {
    std::string attribute = name();
    if (attribute == "__parameters__" || attribute == "__buffers__") {
      expect("=");
      expect("[");
      while (!accept("]")) {
        expect(Kind::text);
        accept(",");
      }
      expect(Kind::line_end);
      return;
    }
    if (attribute == "__annotations__") {
      if (accept("=")) {  // = []: others follow
        expect("[");
        expect("]");
        return expect(Kind::line_end);
      }
      expect("[");
      attribute = text();
      expect("]");
      expect("=");
    } else {
      expect(":");
    }
    const std::string type = read_type();
    if (type.starts_with("__torch__.") && !type.starts_with("__torch__.torch.classes."))
      about.submodules[attribute] = type;
    else
      about.others[attribute] = type;
    if (accept("=")) read_literal();
    expect(Kind::line_end);
  }

  void read_literal() {
    accept("-");
    if (accept("[") || accept("(")) {
      while (!accept("]") && !accept(")")) {
        read_literal();
        accept(",");
      }
      return;
    }
    const bool is_word = is("True") || is("False") || is("None") || is("inf") || is("nan");
    if (!is_word && !is(Kind::number) && !is(Kind::text)) refuse();
    ++at_;
  }

  // Returns the type without what stands in brackets behind it: "Tensor", "Optional", "__torch__.a.B".
  std::string read_type() {
    std::string type = name();
    while (accept(".")) type += "." + name();
    if (accept("[")) {
      while (!accept("]")) {
        if (accept("(")) {  // Tuple[()]
          expect(")");
        } else {
          read_type();
        }
        accept(",");
      }
    }
    return type;
  }

  void skip_block() {
    while (!is(Kind::indent) && !is(Kind::end)) ++at_;
    expect(Kind::indent);
    for (int depth = 1; depth > 0; ++at_) {
      if (is(Kind::end)) refuse();
      depth += is(Kind::indent) ? 1 : is(Kind::dedent) ? -1 : 0;
    }
  }

  void read_method(const std::string& method_name) {
    if (method_name.starts_with("__")) fail("defines " + method_name + ", which LibTorch calls by itself");
    locals_.clear();
    expect("(");
    expect("self");
    expect(":");
    if (read_type() != class_) fail("has a method of another class than its own");
    while (accept(",")) {
      const std::string argument = local_name();
      expect(":");
      read_type();
      if (is("=")) fail("has a default for an argument, which LibTorch runs while it loads");
      locals_[argument] = "";
    }
    expect(")");
    expect("->");
    read_type();
    expect(":");
    expect(Kind::line_end);
    expect(Kind::indent);
    method_ = {};
    bool returns = false;
    while (!accept(Kind::dedent)) {
      if (returns) fail("goes on behind its return");
      returns = read_statement();
    }
    if (!methods_.emplace(class_ + "." + method_name, method_).second) fail("defines " + method_name + " twice");
  }

  // Whether it was the return.
  bool read_statement() {
    if (accept("return")) {
      read_expressions(Kind::line_end);
      return true;
    }
    std::vector<std::string> names;
    do {
      if (!names.empty() && is("=")) break;  // a, = x
      names.push_back(local_name());
    } while (accept(","));
    expect("=");
    const ClassName type = read_expression(0);
    expect(Kind::line_end);
    for (const std::string& one : names) locals_[one] = names.size() == 1 ? type : "";
    return false;
  }

  void read_expressions(Kind end) {
    while (!accept(end)) {
      read_expression(0);
      if (!accept(",") && !is(end)) refuse();
    }
  }

  void read_list(std::string_view end, int depth) {
    while (!accept(end)) {
      read_expression(depth + 1);
      if (!accept(",") && !is(end)) refuse();
    }
  }

  // With names before values: dtype=6
  void read_arguments(int depth) {
    while (!accept(")")) {
      const Token& next = tokens_[at_ + 1];
      if (is(Kind::name) && next.kind == Kind::sign && next.text == "=") at_ += 2;
      read_expression(depth + 1);
      if (!accept(",") && !is(")")) refuse();
    }
  }

  ClassName read_expression(int depth) {
    if (depth > kDeepestExpression) fail("has an expression that is nested too deeply");
    while (accept("-")) {
    }
    ClassName type = read_operand(depth);
    while (true) {
      if (accept(".")) {
        const std::string member = name();
        if (type.empty()) fail("takes '" + member + "' of what is no module");
        type = is("(") ? call_method(type, member, depth) : attribute_of(type, member);
      } else if (accept("[")) {
        read_expression(depth + 1);
        expect("]");
        type.clear();
      } else {
        return type;
      }
    }
  }

  ClassName read_operand(int depth) {
    if (accept("(")) {
      const ClassName type = read_expression(depth + 1);
      if (accept(")")) return type;
      expect(",");
      read_list(")", depth);
      return "";
    }
    if (accept("[")) {
      read_list("]", depth);
      return "";
    }
    if (is(Kind::number) || is(Kind::text) || is("True") || is("False") || is("None") || is("inf") || is("nan")) {
      ++at_;
      return "";
    }
    if (accept("CONSTANTS")) {
      expect(".");
      name();
      return "";
    }
    if (accept("self")) return class_;
    if (accept("getattr")) {
      expect("(");
      const ClassName of = read_expression(depth + 1);
      expect(",");
      const std::string attribute = text();
      expect(")");
      return attribute_of(of, attribute);
    }
    if (accept("annotate") || accept("unchecked_cast")) {
      expect("(");
      read_type();
      expect(",");
      read_expression(depth + 1);
      expect(")");
      return "";
    }
    if (accept("torch")) return call_operator(depth);
    if (accept("ops")) return call_special_operator(depth);
    for (const std::string_view conversion : kConversions) {
      if (!accept(conversion)) continue;
      expect("(");
      read_list(")", depth);
      return "";
    }
    if (!is(Kind::name)) refuse();
    const std::string local(tokens_[at_].text);
    const auto found = locals_.find(local);
    if (found == locals_.end()) refuse();
    ++at_;
    return found->second;
  }

  ClassName call_operator(int depth) {
    expect(".");
    const std::string op = name();
    expect("(");
    if (op == "device") {
      if (text() != "cpu") fail("runs on another device than the CPU");
      expect(")");
      return "";
    }
    if (!is_harmless_operator(op)) fail("calls torch." + op);
    ++method_.operators;
    read_arguments(depth);
    return "";
  }

  ClassName call_special_operator(int depth) {
    expect(".");
    std::string op = name();
    expect(".");
    op += "." + name();
    if (!is_harmless_special_operator(op)) fail("calls ops." + op);
    ++method_.operators;
    expect("(");
    read_arguments(depth);
    return "";
  }

  ClassName call_method(const ClassName& of, const std::string& method_name, int depth) {
    method_.calls.push_back(of + "." + method_name);
    expect("(");
    read_list(")", depth);
    return "";
  }

  ClassName attribute_of(const ClassName& of, const std::string& attribute) const {
    const auto found = classes_.find(of);
    if (found == classes_.end()) fail("uses " + (of.empty() ? "the attribute of what is no module" : of));
    const auto submodule = found->second.submodules.find(attribute);
    if (submodule != found->second.submodules.end()) return submodule->second;
    if (!found->second.others.contains(attribute)) fail("takes attribute '" + attribute + "', which is not declared");
    return "";
  }

  std::string local_name() {
    if (!is(Kind::name)) refuse();
    if (std::ranges::binary_search(kReserved, tokens_[at_].text)) refuse();
    return name();
  }

  std::string name() {
    if (!is(Kind::name)) refuse();
    return std::string(tokens_[at_++].text);
  }

  std::string text() {
    if (!is(Kind::text)) refuse();
    return std::string(tokens_[at_++].text);
  }

  bool is(Kind kind) const { return tokens_[at_].kind == kind; }
  bool is(std::string_view word) const { return (is(Kind::name) || is(Kind::sign)) && tokens_[at_].text == word; }
  template <typename What>
  bool accept(const What& what) {
    const bool found = is(what);
    if (found && !is(Kind::end)) ++at_;
    return found;
  }
  template <typename What>
  void expect(const What& what) {
    if (!accept(what)) refuse();
  }

  [[noreturn]] void refuse() const {
    const Token& token = tokens_[at_];
    const bool shows = token.kind == Kind::name || token.kind == Kind::sign || token.kind == Kind::number;
    fail(shows ? "has '" + std::string(token.text) + "', which is not allowed there"
               : std::string("has a line that is not allowed"));
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::data, where_, "line " + std::to_string(tokens_[at_].line) + " " + what);
  }

  const std::string& module_;
  const std::string& where_;
  std::vector<Token> tokens_;
  std::map<std::string, Class>& classes_;
  std::map<std::string, Method>& methods_;
  std::size_t at_ = 0;
  std::string class_;
  std::vector<std::string> own_classes_;
  std::map<std::string, ClassName> locals_;
  Method method_;
};

// The operators that a method runs with all it calls.
class OperatorCount {
 public:
  OperatorCount(const std::map<std::string, Method>& methods, const std::string& where)
      : methods_(methods), where_(where) {}

  std::int64_t of(const std::string& method_name, int depth = 0) {
    const auto known = counts_.find(method_name);
    if (known != counts_.end()) return known->second;
    const auto found = methods_.find(method_name);
    if (found == methods_.end()) throw Error(ErrorKind::data, where_, "calls " + method_name + ", which is not there");
    if (depth > kDeepestExpression) throw Error(ErrorKind::data, where_, method_name + " calls itself");
    std::int64_t count = found->second.operators;
    for (const std::string& called : found->second.calls) {
      count += of(called, depth + 1);
      if (count <= kMostOperators) continue;
      throw Error(ErrorKind::data, where_,
                  "has more than " + std::to_string(kMostOperators) + " operators in one run of the network");
    }
    return counts_[method_name] = count;
  }

 private:
  const std::map<std::string, Method>& methods_;
  const std::string& where_;
  std::map<std::string, std::int64_t> counts_;
};

static_assert(std::ranges::is_sorted(kReserved) && std::ranges::is_sorted(kConversions));

}  // namespace

std::set<std::string> check_code(const CodeFiles& files, const std::string& where) {
  std::map<std::string, Class> classes;
  std::map<std::string, Method> methods;
  std::vector<std::string> places;
  for (const auto& [module, source] : files) places.push_back(where + ": code of " + module);
  std::vector<ModuleReader> readers;
  readers.reserve(files.size());
  std::size_t i = 0;
  for (const auto& [module, source] : files) readers.emplace_back(module, source, places[i++], classes, methods);
  for (ModuleReader& reader : readers) reader.read_attributes();
  for (ModuleReader& reader : readers) reader.read_methods();
  OperatorCount count(methods, where);
  for (const auto& [name, method] : methods) count.of(name);
  std::set<std::string> names;
  for (const auto& [name, about] : classes) names.insert(name);
  return names;
}

}  // namespace beatbench::archive
