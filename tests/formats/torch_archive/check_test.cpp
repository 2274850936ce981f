#include "beatbench/formats/torch_archive/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "support/test_folder.h"
#include "support/torch_archive.h"
#include "support/zip_archive.h"

namespace beatbench {
namespace {

using namespace tests;
using Entries = std::map<std::string, std::string>;

// A whole model: a class with a matrix.
const Entries kModel = {{"data.pkl", kModulePickle},
                        {"data/0", std::string(64, '\0')},
                        {"constants.pkl", kProto + ")."},
                        {"code/__torch__/a.py", "class Net(Module):\n  w : Tensor\n  training : bool\n"},
                        {"version", "3\n"}};

void check(const Entries& entries, Trust trust = Trust::by_looking) {
  const TestFolder folder;
  std::vector<std::pair<std::string, std::string>> below;
  for (const auto& [name, content] : entries) below.emplace_back("m/" + name, content);
  folder.put("m.pt", zip_archive(below, ZipForm::deflated));
  check_archive(folder / "m.pt", trust);
}

void check_with(const std::string& name, const std::string& content) {
  Entries entries = kModel;
  entries[name] = content;
  check(entries);
}

TEST(CheckArchive, TakesAModel) {
  EXPECT_NO_THROW(check(kModel));
  EXPECT_NO_THROW(check({}, Trust::given));
  EXPECT_ERROR(check({}), ErrorKind::data, "is no model of LibTorch");
}

TEST(CheckArchive, RefusesOtherEntries) {
  for (const char* name : {"model.json", "data/a", "code/a.pkl", "bytecode.pkl", "code/a", "code/__torch__/a.b.py",
                           "code/__torch__/a.py.py", "code/.py.py"}) {
    EXPECT_ERROR(check_with(name, ""), ErrorKind::data, "which models of LibTorch do not have");
  }
}

TEST(CheckArchive, BoundsCodeAndPicklesInAll) {
  Entries entries = kModel;
  for (int i = 0; i < 5; ++i) entries["code/m" + std::to_string(i) + ".py"] = std::string(1 << 20, '\n');
  EXPECT_ERROR(check(entries), ErrorKind::data, "more than 4 MiB of code");
  const std::string pickle = kProto + "(" + std::string(600'000, 'N') + "t.";
  EXPECT_NO_THROW(check_with("constants.pkl", pickle));
  entries = kModel;
  entries["constants.pkl"] = entries["data.pkl"] = pickle;
  EXPECT_ERROR(check(entries), ErrorKind::data, "data.pkl: byte", "too many values");
  EXPECT_ERROR(check_with("constants.pkl", std::string(17 << 20, 'N')), ErrorKind::data, "more than 16 MiB");
}

// They are read when the file is opened, as its other pickles are.
TEST(CheckArchive, ChecksTheInputsThatLibTorch2Keeps) {
  Entries entries = kModel;
  entries["traced_inputs.pkl"] = kProto + "(" + tensor(storage("0", 16), 0, {16}, {1}) + "t.";
  entries["traced_inputs/0"] = std::string(64, '\0');
  EXPECT_NO_THROW(check(entries));
  entries["traced_inputs/0"] = std::string(60, '\0');
  EXPECT_ERROR(check(entries), ErrorKind::data, "traced_inputs.pkl");
  entries["traced_inputs/0"] = "";  // as LibTorch 2.6 has it
  EXPECT_NO_THROW(check(entries));
  EXPECT_ERROR(check_with("traced_inputs.pkl", kProto + "cposix\nsystem\n."), ErrorKind::data, "posix");
}

// LibTorch takes a pickle's word for what a module is made of.
TEST(CheckArchive, HoldsPicklesAgainstTheCode) {
  const std::string head = "class Net(Module):\n  training : bool\n";
  EXPECT_NO_THROW(check_with("code/__torch__/a.py", head + "  w : Optional[Tensor]\n"));
  EXPECT_ERROR(check_with("code/__torch__/a.py", head + "  w : int\n"), ErrorKind::data, "'w' of __torch__.a.Net");
  EXPECT_ERROR(check_with("code/__torch__/a.py", head), ErrorKind::data, "attribute 'w'");
  EXPECT_ERROR(check_with("code/__torch__/a.py", head + "  w : Tensor\n  v : Tensor\n"), ErrorKind::data, "lacks");
  EXPECT_ERROR(check_with("code/__torch__/a.py", "class Other(Module):\n  pass\n"), ErrorKind::data,
               "code is not there");
  const std::string object = "c__torch__.a\nNet\n)\x81}";
  const auto state = [&](const std::string& items) { check_with("data.pkl", kProto + object + "(" + items + "ub."); };
  const std::string w = text("w") + tensor(storage("0", 16), 0, {16}, {1}), training = text("training") + "\x89";
  EXPECT_NO_THROW(state(w + training));
  EXPECT_ERROR(state(w + w), ErrorKind::data, "'w' twice");
  EXPECT_ERROR(state(w + training + w), ErrorKind::data, "'w' twice");
  EXPECT_ERROR(state(w + training + text("v") + "N"), ErrorKind::data, "attribute 'v'");
  EXPECT_ERROR(state(w + training + text("\x1b[2J\xFF") + "N"), ErrorKind::data, "attribute '?[2J?'");
  EXPECT_ERROR(state(w + training + integer(1) + "N"), ErrorKind::data, "no attribute");
  EXPECT_ERROR(state(w), ErrorKind::data, "lacks");
  EXPECT_ERROR(state(text("w") + storage("0", 16) + training), ErrorKind::data, "another type");
  const std::string other = "class Other(Module):\n  pass\n";
  const std::string code = "class Net(Module):\n  o : __torch__.a.Other\n" + other + "class Third(Module):\n  pass\n";
  for (const auto& [name, fits] : {std::pair{"Other", true}, {"Third", false}}) {
    Entries entries = kModel;
    entries["code/__torch__/a.py"] = code;
    entries["data.pkl"] = kProto + object + text("o") + "c__torch__.a\n" + name + "\n)\x81}bsb.";
    if (fits) {
      EXPECT_NO_THROW(check(entries));
    } else {
      EXPECT_ERROR(check(entries), ErrorKind::data, "another type");
    }
  }
}

// One record of a source of three texts, 9 characters long.
std::string debug_table(const std::string& texts = std::string("K\1K\0K\1", 6),
                        const std::string& name_and_line = std::string("K\0K\7", 4),
                        const std::string& range = std::string("K\0K\11", 4), const std::string& place = "K\5") {
  return kProto + "(" + text("FORMAT_WITH_STRING_TABLE") + text("a.b") + text("xyz") + "\x86(" + place +
         "ctorch.jit._pickle\nbuild_intlist\n](" + texts + "e\x85R" + name_and_line + "\x87" + range + "\x87K\3\x87tt.";
}

// LibTorch uses their indices as they are.
TEST(CheckArchive, RefusesDebugTablesThatLeadElsewhere) {
  const auto table = [](const std::string& pickle) { check_with("code/__torch__/a.py.debug_pkl", pickle); };
  EXPECT_NO_THROW(table(debug_table()));
  EXPECT_NO_THROW(table(debug_table("", std::string("K\0K\7", 4), std::string("K\0K\1", 4))));
  EXPECT_NO_THROW(table(debug_table("", std::string("K\0K\7", 4), std::string("K\0K\0", 4))));
  EXPECT_NO_THROW(table(kProto + text("FORMAT_WITH_STRING_TABLE") + "))\x87."));
  const std::string nul(1, '\0');
  const std::string zero = "K" + nul, far = "\x8a\x08" + std::string(5, '\0') + "\1" + std::string(2, '\0');
  for (const std::string& index : {std::string("K\2"), integer(-1), integer(2147483647), far, std::string("N")}) {
    EXPECT_ERROR(table(debug_table(index)), ErrorKind::data, "a.py.debug_pkl");
    EXPECT_ERROR(table(debug_table(zero, index + "K\7")), ErrorKind::data, "no table of sources");
  }
  for (const std::string& line : {integer(-1), far, std::string("N"), std::string("")}) {
    EXPECT_ERROR(table(debug_table(zero, zero + line)), ErrorKind::data, "a.py.debug_pkl");
  }
  for (const std::string& range : {zero + "K\12", std::string("K\2K\1"), integer(-1) + "K\1", zero + far, zero + "N"}) {
    EXPECT_ERROR(table(debug_table("K\1K" + nul + "K\1", zero + "K\7", range)), ErrorKind::data, "no table of sources");
  }
  EXPECT_ERROR(table(debug_table(zero, zero + zero, zero + zero, "N")), ErrorKind::data, "no table of sources");
  EXPECT_ERROR(table(debug_table(zero, zero + zero, zero + zero, integer(-1))), ErrorKind::data, "no table of sources");
  for (const std::string& other :
       {std::string("N"), std::string(")"), text("FORMAT_WITH_STRING_TABLE") + ")\x86", text("other") + "))\x87",
        text("FORMAT_WITH_STRING_TABLE") + "N\x85)\x87", text("FORMAT_WITH_STRING_TABLE") + ")N\x85\x87",
        text("FORMAT_WITH_STRING_TABLE") + ")]\x87"}) {
    EXPECT_ERROR(table(kProto + other + "."), ErrorKind::data, "no table of sources");
  }
}

// A text of 1 MiB, named 17 times.
TEST(CheckArchive, BoundsTheTextOfDebugTables) {
  const std::string long_text = std::string("X\0\0\x10\0", 5) + std::string(1 << 20, 'a');
  const auto table = [&](int times) {
    std::string texts;
    for (int i = 0; i < times; ++i) texts += std::string("K\0", 2);
    const std::string source = "ctorch.jit._pickle\nbuild_intlist\n](" + texts + "e\x85RJ" + std::string(4, '\0') +
                               "J" + std::string(4, '\0') + "\x87";
    const std::string none = integer(0);
    check_with("code/__torch__/a.py.debug_pkl", kProto + text("FORMAT_WITH_STRING_TABLE") + long_text + "\x85" + none +
                                                    source + none + none + "\x87" + none + "\x87\x85\x87.");
  };
  EXPECT_NO_THROW(table(15));
  EXPECT_ERROR(table(17), ErrorKind::data, "no table of sources");
}

TEST(CheckArchive, ReadsEitherVersion) {
  Entries entries = kModel;
  entries.erase("version");
  entries[".data/version"] = "10\n";
  EXPECT_NO_THROW(check(entries));
  entries["version"] = "3\n";
  EXPECT_ERROR(check(entries), ErrorKind::data, "version twice");
  for (const char* version : {"", "\n", "a", "-1", "1000", "3\n\n", "3 ", "33333"}) {
    EXPECT_ERROR(check_with("version", version), ErrorKind::data, "m.pt");
    entries.erase("version");
    entries[".data/version"] = version;
    EXPECT_ERROR(check(entries), ErrorKind::data, "m.pt");
  }
}

}  // namespace
}  // namespace beatbench
