#include "archive/pickle_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"
#include "support/torch_archive.h"

namespace beatbench::archive {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace tests;

std::optional<std::uint64_t> one_storage(const std::string& key) {
  return key == "0" ? std::optional<std::uint64_t>(64) : std::nullopt;  // 16 floats
}

PickleUse check(const std::string& pickle) { return check_pickle(pickle, one_storage, "file"); }

TEST(PickleCheck, TakesAModule) { EXPECT_THAT(check(kModulePickle).classes, ElementsAre("__torch__.a.Net")); }

TEST(PickleCheck, RefusesCallablesAndClassesThatAreNotOnTheList) {
  for (const std::string global : {"os\nsystem\n", "builtins\neval\n", "__torch__.torch.classes.a\nB\n",
                                   "torch.jit._pickle\nother\n", "torch\nload\n", "__torch__2\nX\n"}) {
    EXPECT_ERROR(check(kProto + "c" + global + "."), ErrorKind::data, "byte 2", "does not need");
  }
  EXPECT_ERROR(check(kProto + "c__torch__\nNet\n)R."), ErrorKind::data, "calls what is not to be called");
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
