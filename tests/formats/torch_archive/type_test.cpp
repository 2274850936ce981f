#include "formats/torch_archive/type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beatbench::archive {
namespace {

using Kind = Value::Kind;

Type type(const std::string& text) {
  const std::vector<Token> tokens = tokens_of(text, "type");
  std::size_t at = 0;
  Type read;
  EXPECT_TRUE(read_type(tokens, at, read)) << text;
  EXPECT_EQ(tokens[at].kind, Token::Kind::line_end) << text;
  return read;
}

Value value(Kind kind, const std::string& text = "", Values elements = {}) {
  return {.kind = kind,
          .content = std::make_shared<Value::Content>(Value::Content{.text = text, .elements = std::move(elements)})};
}

TEST(Type, FitsValues) {
  const Value one = value(Kind::integer), half = value(Kind::number), word = value(Kind::text, "a");
  const Value tensor = value(Kind::tensor), none, yes = value(Kind::boolean),
              net = value(Kind::object, "__torch__.Net");
  const std::map<std::string, Value> plain = {{"int", one},          {"float", half},    {"str", word},
                                              {"Tensor", tensor},    {"NoneType", none}, {"bool", yes},
                                              {"__torch__.Net", net}};
  for (const auto& [name, first] : plain) {
    for (const auto& [other, second] : plain) {
      const bool same = name == other;
      EXPECT_EQ(is_of(second, type(name)), same) << name << " " << other;
      EXPECT_EQ(is_of(second, type("Optional[" + name + "]")), same || other == "NoneType") << name << " " << other;
      EXPECT_EQ(is_of(value(Kind::list, "", {first, second}), type("List[" + name + "]")), same);
      EXPECT_EQ(is_of(value(Kind::tuple, "", {second, one}), type("Tuple[" + name + ", int]")), same);
      EXPECT_EQ(is_of(value(Kind::dict, "", {word, second}), type("Dict[str, " + name + "]")), same);
      EXPECT_EQ(is_of(value(Kind::dict, "", {second, word}), type("Dict[" + name + ", str]")), same);
    }
  }
  const Value pair = value(Kind::tuple, "", {one, one});
  EXPECT_FALSE(is_of(pair, type("Tuple[int, int, int]")));
  EXPECT_FALSE(is_of(pair, type("Tuple[int]")));
  EXPECT_FALSE(is_of(pair, type("List[int]")));
  EXPECT_TRUE(is_of(value(Kind::tuple), type("Tuple[()]")));
  EXPECT_FALSE(is_of(pair, type("Tuple[()]")));
}

TEST(Type, RefusesWhatItDoesNotKnow) {
  for (const char* name : {"Any", "Device", "Final[int]", "number", "List", "Dict[int]", "int[int]",
                           "__torch__.Net[int]", "Optional", "complex", "Future[Tensor]"}) {
    for (const Kind kind : {Kind::integer, Kind::none, Kind::tensor, Kind::list, Kind::dict, Kind::storage,
                            Kind::callable, Kind::element_type, Kind::constant, Kind::class_name, Kind::unbuilt}) {
      EXPECT_FALSE(is_of(value(kind, "__torch__.Net"), type(name))) << name;
    }
  }
}

// An empty list of tensors that is a list of numbers elsewhere could be filled there.
TEST(Type, ListsAndDictsKeepTheirType) {
  const Type numbers = type("List[int]"), tensors = type("List[Tensor]"), dict = type("Dict[str, int]"),
             other = type("Dict[str, str]");
  const Value list = value(Kind::list), same = list, map = value(Kind::dict);
  EXPECT_TRUE(is_of(list, numbers));
  EXPECT_TRUE(is_of(same, numbers));
  EXPECT_FALSE(is_of(same, tensors));
  EXPECT_TRUE(is_of(map, dict));
  EXPECT_FALSE(is_of(map, other));
}

}  // namespace
}  // namespace beatbench::archive
