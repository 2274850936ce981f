#include "formats/torch_archive/code_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "beatbench/core/error.h"
#include "formats/torch_archive/code_bounds.h"
#include "formats/torch_archive/code_lexer.h"
#include "formats/torch_archive/operators.h"

namespace beatbench::archive {
namespace {

using Kind = Token::Kind;

constexpr std::size_t kMostFiles = 4000, kLongestModule = 256;
constexpr std::uint64_t kMostCode = std::uint64_t{4} << 20;  // in all
constexpr std::size_t kMostTypeWords = 500'000;              // names and signs in types, which take much memory
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

// The type of an expression as far as it matters: the class of a submodule, or none.
using Module = Class*;

class ModuleReader {
 public:
  ModuleReader(const std::string& module, std::string_view source, const std::string& where,
               std::map<std::string, Class>& classes, std::size_t& words_left)
      : module_(module), where_(where), tokens_(tokens_of(source, where)), classes_(classes), words_left_(words_left) {}

  // Attributes first, of all classes of all modules: a method may refer to classes that come later.
  void read_attributes() {
    read([&](const std::string&) { skip_block(); });
    std::ranges::sort(own_classes_);
    if (std::ranges::adjacent_find(own_classes_) != own_classes_.end()) fail("defines a class twice");
  }
  void read_methods() {
    knows_attributes_ = true;
    read([&](const std::string& name) { read_method(name); });
  }

 private:
  template <typename OnMethod>
  void read(OnMethod on_method) {
    at_ = 0;
    while (!is(Kind::end)) {
      expect("class");
      const std::string class_name = module_ + "." + std::string(name());
      class_ = &classes_[class_name];
      class_->name = class_name;
      own_classes_.push_back(class_);
      expect("(");
      expect("Module");
      expect(")");
      expect(":");
      expect(Kind::line_end);
      expect(Kind::indent);
      while (!accept(Kind::dedent)) {
        if (accept("def"))
          on_method(std::string(name()));
        else if (accept("pass"))
          expect(Kind::line_end);
        else
          read_attribute(*class_);
      }
    }
  }

  // NAME : TYPE, NAME : Final[TYPE] = literal, __parameters__ = [...], __annotations__["0"] = TYPE
  void read_attribute(Class& about) {
    std::string attribute(name());
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
      attribute = std::string(text());
      expect("]");
      expect("=");
    } else {
      expect(":");
    }
    Type type = read_type();
    const bool is_constant = type.name == "Final" && accept("=");
    if (is_constant) read_literal();
    expect(Kind::line_end);
    if (!knows_attributes_) declare(about, attribute, std::move(type), is_constant);
  }

  void declare(Class& about, const std::string& name, Type type, bool is_constant) {
    // LibTorch takes it for the packed weights of old int8 layers.
    if (name == "_packed_params" && type.name == "Tensor") fail("declares " + name + " as a tensor");
    if (about.attributes.contains(name) || about.constants.contains(name)) fail("declares '" + name + "' twice");
    if (is_constant)
      about.constants.insert(name);
    else
      about.attributes[name] = std::move(type);
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

  Type read_type() {
    Type type;
    const std::size_t begin = at_;
    if (!archive::read_type(tokens_, at_, type)) refuse();
    if (at_ - begin > words_left_) fail("and those before it have too many words in types");
    words_left_ -= at_ - begin;
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
    if (read_type() != Type{class_->name, {}}) fail("has a method of another class than its own");
    while (accept(",")) {
      const std::string_view argument = local_name();
      expect(":");
      read_type();
      if (is("=")) fail("has a default for an argument, which LibTorch runs while it loads");
      locals_[argument] = nullptr;
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
    if (!class_->methods.emplace(method_name, method_).second) fail("defines " + method_name + " twice");
  }

  // Whether it was the return.
  bool read_statement() {
    if (accept("return")) {
      read_expressions(Kind::line_end);
      return true;
    }
    std::vector<std::string_view> names;
    do {
      if (!names.empty() && is("=")) break;  // a, = x
      names.push_back(local_name());
    } while (accept(","));
    expect("=");
    const Module type = read_expression(0);
    expect(Kind::line_end);
    for (const std::string_view one : names) locals_[one] = names.size() == 1 ? type : nullptr;
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
      read_expression(depth);
      if (!accept(",") && !is(end)) refuse();
    }
  }

  // With names before values: dtype=6
  void read_arguments(int depth) {
    while (!accept(")")) {
      const Token& next = tokens_[at_ + 1];
      if (is(Kind::name) && next.kind == Kind::sign && next.text == "=") at_ += 2;
      read_expression(depth);
      if (!accept(",") && !is(")")) refuse();
    }
  }

  // Every sign, member and index nests what LibTorch makes of it one deeper.
  Module read_expression(int depth) {
    while (accept("-")) deepen(depth);
    Module type = read_operand(depth);
    while (true) {
      if (accept(".")) {
        deepen(depth);
        const std::string_view member = name();
        if (type == nullptr) fail("takes '" + std::string(member) + "' of what is no module");
        type = is("(") ? call_method(type, member, depth) : attribute_of(type, member);
      } else if (accept("[")) {
        deepen(depth);
        read_expression(depth);
        expect("]");
        type = nullptr;
      } else {
        return type;
      }
    }
  }

  // Whatever is run is counted: also what is no tensor's operator.
  void deepen(int& depth) {
    if (++depth > kDeepestExpression) fail("has an expression that is nested too deeply");
    ++method_.operations;
  }

  Module read_operand(int depth) {
    deepen(depth);
    if (accept("(")) {
      const Module type = read_expression(depth);
      if (accept(")")) return type;
      expect(",");
      read_list(")", depth);
      return nullptr;
    }
    if (accept("[")) {
      read_list("]", depth);
      return nullptr;
    }
    if (is(Kind::number) || is(Kind::text) || is("True") || is("False") || is("None") || is("inf") || is("nan")) {
      ++at_;
      return nullptr;
    }
    if (accept("CONSTANTS")) {
      expect(".");
      name();
      return nullptr;
    }
    if (accept("self")) return class_;
    if (accept("getattr")) {
      expect("(");
      const Module of = read_expression(depth);
      expect(",");
      const std::string_view attribute = text();
      expect(")");
      return attribute_of(of, attribute);
    }
    if (accept("annotate")) {
      expect("(");
      read_type();
      expect(",");
      read_expression(depth);
      expect(")");
      return nullptr;
    }
    if (accept("torch")) return call_operator(depth);
    if (accept("ops")) return call_special_operator(depth);
    for (const std::string_view conversion : kConversions) {
      if (!accept(conversion)) continue;
      expect("(");
      read_list(")", depth);
      return nullptr;
    }
    if (!is(Kind::name)) refuse();
    const auto found = locals_.find(tokens_[at_].text);
    if (found == locals_.end()) refuse();
    ++at_;
    return found->second;
  }

  Module call_operator(int depth) {
    expect(".");
    const std::string_view op = name();
    expect("(");
    if (op == "device") {
      if (text() != "cpu") fail("runs on another device than the CPU");
      expect(")");
      return nullptr;
    }
    if (!is_harmless_operator(op)) fail("calls torch." + std::string(op));
    read_arguments(depth);
    if (op == "remainder") check_divisor();
    return nullptr;
  }

  Module call_special_operator(int depth) {
    expect(".");
    std::string op(name());
    expect(".");
    op += "." + std::string(name());
    if (!is_harmless_special_operator(op)) fail("calls ops." + op);
    expect("(");
    read_arguments(depth);
    if (op == "aten.remainder") check_divisor();
    return nullptr;
  }

  // The processor stops a program that takes the remainder of whole numbers by 0, or of the smallest one by -1, and
  // LibTorch does not look: behind such a call's arguments, the last must be a number above 0 as it is written.
  void check_divisor() const {
    const Token &comma = tokens_[at_ - 3], &number = tokens_[at_ - 2];
    const bool is_digits = number.text.find_first_not_of("0123456789") == std::string_view::npos;
    if (number.kind != Kind::number || !is_digits || number.text.starts_with('0') || comma.text != ",") {
      fail("takes a remainder by something else than a number above 0");
    }
  }

  Module call_method(Module of, std::string_view method_name, int depth) {
    method_.calls.push_back({of, method_name});
    expect("(");
    read_list(")", depth);
    return nullptr;
  }

  Module attribute_of(Module of, std::string_view attribute) const {
    if (of == nullptr) fail("uses the attribute of what is no module");
    const auto found = of->attributes.find(std::string(attribute));
    if (found != of->attributes.end()) return module_of(found->second);
    if (of->constants.contains(std::string(attribute))) return nullptr;
    fail("takes attribute '" + std::string(attribute) + "', which is not declared");
  }

  // The class of a module, or none where the type is another.
  Module module_of(const Type& type) const {
    if (!type.name.starts_with("__torch__.") || type.name.starts_with("__torch__.torch.classes.")) return nullptr;
    const auto found = classes_.find(type.name);
    if (found == classes_.end()) fail("uses " + type.name + ", which is not there");
    return &found->second;
  }

  std::string_view local_name() {
    if (!is(Kind::name)) refuse();
    if (std::ranges::binary_search(kReserved, tokens_[at_].text)) refuse();
    return name();
  }

  std::string_view name() {
    if (!is(Kind::name)) refuse();
    return tokens_[at_++].text;
  }

  std::string_view text() {
    if (!is(Kind::text)) refuse();
    return tokens_[at_++].text;
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
  const std::string where_;
  std::vector<Token> tokens_;
  std::map<std::string, Class>& classes_;
  std::size_t& words_left_;  // in types, of all files
  std::size_t at_ = 0;
  bool knows_attributes_ = false;
  Class* class_ = nullptr;
  std::vector<const Class*> own_classes_;
  std::map<std::string_view, Module> locals_;
  Method method_;
};

static_assert(std::ranges::is_sorted(kReserved) && std::ranges::is_sorted(kConversions));

}  // namespace

Classes check_code(const CodeFiles& files, const std::string& where) {
  if (files.size() > kMostFiles) throw Error(ErrorKind::data, where, "more than 4000 files of code");
  std::uint64_t size = 0;
  for (const auto& [module, source] : files) {
    if (module.size() > kLongestModule) throw Error(ErrorKind::data, where, "a module with too long a name");
    size += source.size();
  }
  if (size > kMostCode) throw Error(ErrorKind::data, where, "more than 4 MiB of code");
  std::map<std::string, Class> classes;
  std::size_t words_left = kMostTypeWords;
  // The tokens of one file at a time: they take more memory than it.
  for (const auto& [module, source] : files) {
    ModuleReader(module, source, where + ": code of " + module, classes, words_left).read_attributes();
  }
  for (const auto& [module, source] : files) {
    ModuleReader(module, source, where + ": code of " + module, classes, words_left).read_methods();
  }
  check_bounds(classes, where);
  Classes attributes;
  for (auto& [name, about] : classes) attributes[name] = std::move(about.attributes);
  return attributes;
}

}  // namespace beatbench::archive
