#include "beatbench/archive/check.h"

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
  entries["constants.pkl"] = entries["code/__torch__/a.py.debug_pkl"] = pickle;
  EXPECT_ERROR(check(entries), ErrorKind::data, "too many values");
  EXPECT_ERROR(check_with("constants.pkl", std::string(17 << 20, 'N')), ErrorKind::data, "more than 16 MiB");
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

}  // namespace
}  // namespace beatbench
