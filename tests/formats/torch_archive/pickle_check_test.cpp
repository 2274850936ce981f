#include "formats/torch_archive/pickle_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"
#include "support/torch_archive.h"

namespace beatbench::archive {
namespace {

using testing::HasSubstr;
using namespace tests;

std::optional<std::uint64_t> one_storage(const std::string& key) {
  return key == "0" ? std::optional<std::uint64_t>(64) : std::nullopt;  // 16 floats
}

const Type kTensor{"Tensor", {}};
const Classes kClasses = {
    {"__torch__.a.Net", {{"w", kTensor}, {"training", {"bool", {}}}}},
    {"__torch__.Empty", {}},
    {"__torch__.Chain", {{"a", {"Optional", {{"__torch__.Chain", {}}}}}}},
    {"__torch__.Two", {{"a", {"Optional", {{"__torch__.Two", {}}}}}, {"b", {"Optional", {{"__torch__.Two", {}}}}}}}};

Value check(const std::string& pickle) {
  PickleShare share(kClasses);
  return check_pickle(pickle, one_storage, share, "file");
}

TEST(PickleCheck, TakesAModule) {
  const Value value = check(kModulePickle);
  EXPECT_EQ(value.kind, Value::Kind::object);
  EXPECT_EQ(text_of(value), "__torch__.a.Net");
}

TEST(PickleCheck, RefusesCallablesAndClassesThatAreNotOnTheList) {
  for (const std::string global : {"os\nsystem\n", "builtins\neval\n", "__torch__.torch.classes.a\nB\n",
                                   "torch.jit._pickle\nother\n", "torch\nload\n", "__torch__2\nX\n"}) {
    EXPECT_ERROR(check(kProto + "c" + global + "."), ErrorKind::data, "byte 2", "does not need");
  }
  EXPECT_ERROR(check(kProto + "c__torch__\nEmpty\n)R."), ErrorKind::data, "calls what is not to be called");
  EXPECT_ERROR(check(kProto + "i__torch__\nNet\n."), ErrorKind::data, "opcode 105");  // INST
  EXPECT_ERROR(check(std::string("\x80\x04") + "N."), ErrorKind::data, "protocol");
}

// 16 floats are there: what LibTorch would read beyond them is other memory of the program.
TEST(PickleCheck, RefusesTensorsBeyondTheirStorage) {
  const auto make = [](std::int32_t offset, const std::vector<std::int32_t>& sizes,
                       const std::vector<std::int32_t>& strides) {
    return check(kProto + tensor(storage("0", 16), offset, sizes, strides) + ".");
  };
  EXPECT_NO_THROW(make(0, {16}, {1}));
  EXPECT_NO_THROW(make(15, {1}, {1}));
  EXPECT_NO_THROW(make(15, {}, {}));
  EXPECT_NO_THROW(make(16, {0}, {1}));
  EXPECT_NO_THROW(make(0, {2, 2, 4}, {8, 4, 1}));
  for (const auto& [offset, sizes, strides] :
       {std::tuple<std::int32_t, std::vector<std::int32_t>, std::vector<std::int32_t>>{0, {17}, {1}},
        {1, {16}, {1}},
        {16, {}, {}},
        {-1, {1}, {1}},
        {0, {4, 5}, {4, 1}},
        {0, {2}, {-1}},
        {0, {-2}, {1}},
        {0, {2147483647, 2147483647}, {2147483647, 2147483647}},
        {0, {2147483647}, {0}}}) {
    EXPECT_ERROR(make(offset, sizes, strides), ErrorKind::data, "beyond storage '0' of 16 elements");
  }
  EXPECT_ERROR(check(kProto + tensor(storage("0", 17), 0, {17}, {1}) + "."), ErrorKind::data, "holds 16");
  EXPECT_ERROR(check(kProto + tensor(storage("0", 16, "torch\nDoubleStorage\n"), 0, {16}, {1}) + "."), ErrorKind::data,
               "holds 8");
  EXPECT_ERROR(check(kProto + tensor(storage("1", 16), 0, {16}, {1}) + "."), ErrorKind::data, "storage '1'");
  EXPECT_ERROR(check(kProto + "ctorch._utils\n_rebuild_tensor_v2\n)R."), ErrorKind::data, "another way");
}

// LibTorch makes its memo as large as the number says.
TEST(PickleCheck, RefusesAMemoWithoutEnd) {
  EXPECT_ERROR(check(kProto + "Nr\xFF\xFF\xFF\x7F."), ErrorKind::data, "remembers a value at place 2147483647");
  EXPECT_ERROR(check(kProto + "h\x05."), ErrorKind::data, "never remembered");
}

std::string repeated(const std::string& what, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += what;
  return all;
}

// LibTorch does the same for a state as for a call.
TEST(PickleCheck, RefusesStatesOfWhatIsNoObject) {
  std::string made = tensor(storage("0", 16), 0, {400}, {1});
  made.back() = 'b';
  EXPECT_ERROR(check(kProto + made + "."), ErrorKind::data, "state to what is no object");
  const std::string net = "c__torch__\nEmpty\n";
  EXPECT_NO_THROW(check(kProto + net + ")\x81}b."));
  for (const std::string& bytes :
       {net + "}b.", net + ")\x81}b}b.", std::string("}}b."), "J" + std::string(4, '\0') + "}b.", std::string("}b.")}) {
    EXPECT_ERROR(check(kProto + bytes), ErrorKind::data, "state to what is no object");
  }
  for (const std::string& bytes : {net + ")\x81)b.", net + ")\x81Nb.", net + ")\x81" + integer(1) + "b."}) {
    EXPECT_ERROR(check(kProto + bytes), ErrorKind::data, "no state");
  }
  EXPECT_ERROR(check(kProto + net + ")\x81q" + std::string(1, '\0') + "}b."), ErrorKind::data, "without its state");
  EXPECT_ERROR(check(kProto + net + ")\x81\x85."), ErrorKind::data, "damaged");
}

TEST(PickleCheck, RefusesDeepNesting) {
  const std::string fits = repeated("\x85", 63), deep = repeated("\x85", 100'000);
  EXPECT_NO_THROW(check(kProto + ")" + fits + "."));
  EXPECT_ERROR(check(kProto + ")" + fits + "\x85."), ErrorKind::data, "nested more than 64 deep");
  EXPECT_ERROR(check(kProto + ")" + deep + "."), ErrorKind::data, "nested more than 64 deep");
  for (const auto& [open, close] :
       {std::pair<std::string, std::string>{"(", "l"}, {"]", "a"}, {"](", "e"}, {"}" + text("a"), "s"}}) {
    EXPECT_ERROR(check(kProto + repeated(open, 1000) + "N" + repeated(close, 1000) + "."), ErrorKind::data, "64 deep");
  }
  const std::string object = "c__torch__\nChain\n)\x81}" + text("a");
  EXPECT_ERROR(check(kProto + repeated(object, 1000) + "N" + repeated("sb", 1000) + "."), ErrorKind::data, "64 deep");
}

TEST(PickleCheck, RefusesValuesThatHoldThemselves) {
  const std::string place(1, '\0'), remember = "q" + place, recall = "h" + place;
  EXPECT_NO_THROW(check(kProto + "(]" + remember + "Na" + recall + "l."));
  for (const std::string& bytes :
       {"]" + remember + recall + "a.", "]" + remember + "(" + recall + "e.", "]" + remember + recall + "\x85" + "a.",
        "}" + remember + text("a") + recall + "s."}) {
    EXPECT_ERROR(check(kProto + bytes), ErrorKind::data, "after its use");
  }
}

TEST(PickleCheck, RefusesTypesThatAreNone) {
  const auto make = [](const std::string& list, const std::string& type) {
    return check(kProto + "ctorch.jit._pickle\nrestore_type_tag\n" + list + text(type) + "\x86R.");
  };
  EXPECT_NO_THROW(make("]", "List[int]"));
  EXPECT_NO_THROW(make("}", "Dict[str, Tuple[int, __torch__.a.Net, Tuple[()]]]"));
  for (const char* type : {"", "List[int", "List[int]]", "List[(int)]", "List\n", "-1", "1", "List[int] a"}) {
    EXPECT_ERROR(make("]", type), ErrorKind::data, "gives a type to what has none");
  }
  const std::string deep = repeated("A[", 17) + repeated("]", 17);
  EXPECT_ERROR(make("]", deep), ErrorKind::data, "gives a type to what has none");
  EXPECT_ERROR(make(")", "List[int]"), ErrorKind::data, "gives a type to what has none");
  const std::string long_type = std::string("X\1\2\0\0", 5) + std::string(513, 'a');
  EXPECT_ERROR(check(kProto + "ctorch.jit._pickle\nrestore_type_tag\n]" + long_type + "\x86R."), ErrorKind::data,
               "gives a type to what has none");
}

TEST(PickleCheck, RefusesListsOfOtherValues) {
  const auto make = [](const std::string& kind, const std::string& elements) {
    return check(kProto + "ctorch.jit._pickle\nbuild_" + kind + "\n](" + elements + "e\x85R.");
  };
  EXPECT_NO_THROW(make("intlist", integer(1) + integer(2)));
  EXPECT_NO_THROW(make("boollist", "\x88\x89"));
  EXPECT_NO_THROW(make("doublelist", "G" + std::string(8, '\0')));
  EXPECT_NO_THROW(make("tensorlist", tensor(storage("0", 16), 0, {16}, {1})));
  EXPECT_ERROR(make("intlist", integer(1) + "N"), ErrorKind::data, "other values than it says");
  EXPECT_ERROR(make("tensorlist", storage("0", 16)), ErrorKind::data, "other values than it says");
  EXPECT_ERROR(check(kProto + "ctorch.jit._pickle\nbuild_intlist\n)R."), ErrorKind::data, "list of no list");
}

TEST(PickleCheck, RefusesDictsThatLibTorchWouldReadBeyond) {
  EXPECT_ERROR(check(kProto + "}(" + text("a") + "u."), ErrorKind::data, "key without a value");
  EXPECT_ERROR(check(kProto + "}(]Nu."), ErrorKind::data, "neither short text nor a number");
  EXPECT_ERROR(check(kProto + "](NNu."), ErrorKind::data, "no list or dict");
  EXPECT_ERROR(check(kProto + "}(NNe."), ErrorKind::data, "no list or dict");
}

// Each object holds the one before twice.
TEST(PickleCheck, RefusesModulesUsedWithoutEnd) {
  std::string pickle = kProto + "N";
  for (int i = 0; i < 40; ++i) {
    const std::string place(1, static_cast<char>(i)), before = "h" + place;
    pickle += "q" + place + "c__torch__\nTwo\n)\x81}(" + text("a") + before + text("b") + before + "ub";
  }
  EXPECT_ERROR(check(pickle + "."), ErrorKind::data, "the pickle");
  std::string tuples = kProto + ")";
  for (int i = 0; i < 40; ++i) {
    const std::string place(1, static_cast<char>(i));
    tuples += "q" + place + "h" + place + "\x86";
  }
  EXPECT_ERROR(check(tuples + "."), ErrorKind::data, "holds more than 1000000");
}

// A long list that is given a type again and again.
TEST(PickleCheck, BoundsItsOwnWork) {
  const std::string place(1, '\0');
  const std::string list = "](" + repeated("K\1", 100'000) + "eq" + place;
  const std::string again = "ctorch.jit._pickle\nbuild_intlist\nh" + place + "\x85R";
  EXPECT_ERROR(check(kProto + list + repeated(again, 100) + "."), ErrorKind::data, "too often");
  std::string tags = kProto;
  for (int i = 0; i < 10'000; ++i) {
    tags += "ctorch.jit._pickle\nrestore_type_tag\n]" +
            text("List[Tuple[" + repeated("i,", 50) + "a" + std::to_string(i) + "]]") + "\x86R";
  }
  EXPECT_ERROR(check(tags + "."), ErrorKind::data, "too often");
  EXPECT_ERROR(check(kProto + repeated("N", 1'000'001) + "."), ErrorKind::data, "too many values");
}

TEST(PickleCheck, RefusesTensorsOfManyDimensions) {
  const auto make = [](std::size_t dimensions) {
    const std::vector<std::int32_t> ones(dimensions, 1);
    return check(kProto + tensor(storage("0", 16), 0, ones, ones) + ".");
  };
  EXPECT_NO_THROW(make(16));
  EXPECT_ERROR(make(17), ErrorKind::data, "another way");
}

TEST(PickleCheck, RefusesScalesThatDoNotFit) {
  const std::string bytes = storage("0", 16, "torch\nQInt8Storage\n");
  const auto make = [&](const std::string& stored, const std::string& scales) {
    const std::string sizes = integer(0) + tuple({4, 4}) + tuple({4, 1});
    return check(kProto + "ctorch._utils\n_rebuild_qtensor\n(" + stored + sizes + scales + "\x89NtR.");
  };
  const auto channels = [](int count, int axis) {
    const std::string of = tensor(storage("0", 16), 0, {count}, {1});
    return "(ctorch\nper_channel_affine\n" + of + of + integer(axis) + "t";
  };
  EXPECT_NO_THROW(make(bytes, "(ctorch\nper_tensor_affine\nG" + std::string(8, '\0') + integer(0) + "t"));
  EXPECT_NO_THROW(make(bytes, channels(4, 1)));
  for (const std::string& scales : {channels(1, 0), channels(5, 0), channels(4, 2), channels(4, -1)}) {
    EXPECT_ERROR(make(bytes, scales), ErrorKind::data, "scales do not fit");
  }
  EXPECT_ERROR(make(bytes, "N"), ErrorKind::data, "scales do not fit");
  EXPECT_ERROR(make(storage("0", 16), channels(4, 1)), ErrorKind::data, "another way");
  EXPECT_ERROR(check(kProto + tensor(bytes, 0, {16}, {1}) + "."), ErrorKind::data, "another way");
}

// LibTorch does not count what it takes of them.
TEST(PickleCheck, RefusesPackedWeightsOfAnotherForm) {
  const std::string own = "c__torch__.torch.classes.quantized\n";
  const auto linear = [&](const std::string& state) {
    return check(kProto + own + "LinearPackedParamsBase\n)\x81(" + state + "tb.");
  };
  const auto convolution = [&](const std::string& state) {
    return check(kProto + own + "Conv2dPackedParamsBase\n)\x81(" + state + "tb.");
  };
  const std::string weight = tensor(storage("0", 16), 0, {4, 4}, {4, 1});
  const std::string eleven = tensor(storage("0", 16, "torch\nShortStorage\n"), 0, {11}, {1});
  const std::string ten = tensor(storage("0", 16, "torch\nShortStorage\n"), 0, {10}, {1});
  EXPECT_NO_THROW(linear(weight + "N"));
  EXPECT_NO_THROW(linear(weight + weight));
  const std::string two = text("2"), numbers = "](" + eleven + weight + "e", bias = "](Ne";
  EXPECT_NO_THROW(convolution(two + numbers + bias));
  EXPECT_NO_THROW(convolution(two + numbers + "](" + weight + "e"));
  for (const std::string& state : {std::string(), weight, weight + "NN", "N" + weight, two + numbers + bias}) {
    EXPECT_ERROR(linear(state), ErrorKind::data, "no state");
  }
  for (const std::string& state :
       {std::string(), weight, weight + "N", two, two + "]]", two + "](" + ten + weight + "e" + bias,
        two + "](" + eleven + "e" + bias, two + numbers + "]", two + numbers + "](NNe", text("3") + numbers + bias}) {
    EXPECT_ERROR(convolution(state), ErrorKind::data, "no state");
  }
}

TEST(PickleCheck, RefusesDamage) {
  const std::string sound = kProto + tensor(storage("0", 16), 0, {4, 4}, {4, 1}) + ".";
  EXPECT_NO_THROW(check(sound));
  for (std::size_t length = 0; length < sound.size(); ++length) {
    EXPECT_ERROR(check(sound.substr(0, length)), ErrorKind::data, "the pickle");
  }
  EXPECT_ERROR(check(sound + "N"), ErrorKind::data, "goes on behind its end");
  EXPECT_ERROR(check(kProto + "NN."), ErrorKind::data, "leaves 2 values");
  EXPECT_ERROR(check(kProto + "t."), ErrorKind::data, "damaged");
  EXPECT_ERROR(check(kProto + "(Na."), ErrorKind::data, "damaged");
}

}  // namespace
}  // namespace beatbench::archive
