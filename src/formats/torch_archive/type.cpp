#include "formats/torch_archive/type.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace beatbench::archive {
namespace {

using Kind = Value::Kind;

constexpr auto kPlainTypes = std::to_array<std::pair<std::string_view, Kind>>({
    {"NoneType", Kind::none},
    {"Tensor", Kind::tensor},
    {"bool", Kind::boolean},
    {"float", Kind::number},
    {"int", Kind::integer},
    {"str", Kind::text},
});

bool accept(const std::vector<Token>& tokens, std::size_t& at, std::string_view sign) {
  const bool found = tokens[at].kind == Token::Kind::sign && tokens[at].text == sign;
  if (found) ++at;
  return found;
}

bool read_name(const std::vector<Token>& tokens, std::size_t& at, std::string& name) {
  if (tokens[at].kind != Token::Kind::name) return false;
  name += tokens[at++].text;
  return true;
}

bool keeps_type(Value::Content& content, const Type& type) {
  if (content.type == nullptr) content.type = &type;
  return *content.type == type;
}

bool is_tuple_of(const std::vector<Value>& elements, const std::vector<Type>& parts) {
  return std::ranges::equal(elements, parts, is_of);
}

bool is_dict_of(const std::vector<Value>& elements, const Type& key, const Type& value) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!is_of(elements[i], i % 2 == 0 ? key : value)) return false;
  }
  return true;
}

}  // namespace

bool read_type(const std::vector<Token>& tokens, std::size_t& at, Type& type) {
  if (!read_name(tokens, at, type.name)) return false;
  while (accept(tokens, at, ".")) {
    type.name += '.';
    if (!read_name(tokens, at, type.name)) return false;
  }
  if (!accept(tokens, at, "[")) return true;
  if (accept(tokens, at, "(")) return accept(tokens, at, ")") && accept(tokens, at, "]");  // Tuple[()]
  do {
    if (!read_type(tokens, at, type.parts.emplace_back())) return false;
  } while (accept(tokens, at, ","));
  return accept(tokens, at, "]");
}

bool is_of(const Value& value, const Type& type) {
  const std::vector<Type>& parts = type.parts;
  if (type.name == "Optional" && parts.size() == 1) return value.kind == Kind::none || is_of(value, parts[0]);
  if (type.name == "Tuple" && value.kind == Kind::tuple) return is_tuple_of(value.content->elements, parts);
  if (type.name == "List" && parts.size() == 1 && value.kind == Kind::list) {
    const auto is_element = [&](const Value& element) { return is_of(element, parts[0]); };
    return keeps_type(*value.content, type) && std::ranges::all_of(value.content->elements, is_element);
  }
  if (type.name == "Dict" && parts.size() == 2 && value.kind == Kind::dict) {
    return keeps_type(*value.content, type) && is_dict_of(value.content->elements, parts[0], parts[1]);
  }
  if (!parts.empty()) return false;
  if (value.kind == Kind::object) return value.content->text == type.name;
  const auto* plain = std::ranges::find(kPlainTypes, type.name, &std::pair<std::string_view, Kind>::first);
  return plain != kPlainTypes.end() && plain->second == value.kind;
}

}  // namespace beatbench::archive
