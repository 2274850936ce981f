#include "archive/code_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"
#include "support/torch_archive.h"

namespace beatbench::archive {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::kLinear;
using tests::kNet;

std::set<std::string> check(const std::string& net, const std::string& linear = kLinear) {
  return check_code({{"__torch__", net}, {"__torch__.nn", linear}}, "file");
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(CodeCheck, TakesATracedNetwork) { EXPECT_THAT(check(kNet), ElementsAre("__torch__.Net", "__torch__.nn.Linear")); }

// A statement of kNet's method in place of its first.
std::string with(const std::string& statement) { return replaced(kNet, "    weight = self.weight\n", statement); }

TEST(CodeCheck, RefusesWhatCouldDoHarm) {
  const std::string keep = "    weight = self.weight\n";
  for (const std::string statement : {
           "    torch.save(x, \"here\")\n",
           "    _9 = torch.save(x, \"here\")\n",
           "    _9 = torch.from_file(\"/etc/passwd\", False, 10)\n",
           "    _9 = ops.aten.save(x, \"here\")\n",
           "    _9 = ops.aten.from_file(\"/etc/passwd\")\n",
           "    _9 = ops.prim.Print(x)\n",
           "    _9 = ops.mine.run(x)\n",
           "    _9 = torch.relu(torch.save(x, \"here\"))\n",
           "    _9 = [torch.save(x, \"here\")]\n",
           "    print(x)\n",
           "    while True:\n      pass\n",
           "    for i in range(9223372036854775807):\n      pass\n",
           "    if bool(x):\n      pass\n    else:\n      pass\n",
           "    self.weight = x\n",
           "    assert True\n",
           "    _9 = torch.device(\"cuda:0\")\n",
           "    _9 = (x).save(\"here\")\n",
           "    _9 = (self).save(\"here\", )\n",
           "    _9 = (self).forward(x, )\n",
           "    _9 = __torch__.nn.f(x, )\n",
           "    torch = self.weight\n",
           "    ops = self.weight\n",
           "    _9 = x if True else x\n",
           "    _9 = [y for y in x]\n",
           "    _9 = torch.add(x, 1) # comment\n",
           "    _9 = torch.add(x, \\\n1)\n",
           "    _9 = \"\"\"text\"\"\"\n",
           "    _9 = torch.add(x, \"a\\\"b\")\n",
           "    return x\n    _9 = torch.add(x, 1)\n",
           "    _9 = unknown\n",
           "    import os\n",
           "    with x:\n      pass\n",
       }) {
    EXPECT_NO_THROW(check(with(keep)));
    EXPECT_ERROR(check(with(keep + statement)), ErrorKind::data, "file: ");
  }
}

// What LibTorch runs while it loads.
TEST(CodeCheck, RefusesWhatRunsOnLoading) {
  const std::string method =
      "  def __setstate__(self: __torch__.nn.Linear,\n    state: Tensor) -> NoneType:\n    return None\n";
  EXPECT_ERROR(check(kNet, kLinear + method), ErrorKind::data, "__setstate__");
  EXPECT_ERROR(check(replaced(kNet, "x: Tensor)", "x: Tensor=torch.zeros([1]))")), ErrorKind::data, "default");
  EXPECT_ERROR(check(replaced(kNet, "= 1.0000000000000001e-05", "= torch.zeros([1])")), ErrorKind::data, "line 7");
  EXPECT_ERROR(check("def f(x: Tensor) -> Tensor:\n  return x\n"), ErrorKind::data, "line 1");
  EXPECT_ERROR(check("import os\n"), ErrorKind::data, "line 1");
  EXPECT_ERROR(check("class Net(NamedTuple):\n  a : int\n"), ErrorKind::data, "NamedTuple");
}

TEST(CodeCheck, RefusesNetworksWithoutEnd) {
  EXPECT_ERROR(check(replaced(kNet, "getattr(self, \"0\")", "self")), ErrorKind::data, "calls itself");
  // Each method calls the one before twice: two to the fortieth operators.
  std::string code = "class Net(Module):\n  a : Tensor\n";
  const std::string head = "(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n";
  code += "  def f0" + head + "    return torch.relu(x)\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "(self).f" + std::to_string(i - 1) + "(x, )";
    code += "  def f" + std::to_string(i) + head + "    return torch.add(" + before + ", " + before + ")\n";
  }
  EXPECT_ERROR(check(code), ErrorKind::data, "100000 operators");
}

TEST(CodeCheck, RefusesDamage) {
  for (std::size_t length = 1; length < kNet.size(); ++length) {
    if (kNet.compare(length - 1, 2, ")\n") == 0) continue;  // whole
    try {
      check(kNet.substr(0, length));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
    }
  }
  EXPECT_ERROR(check(kNet + kNet), ErrorKind::data, "twice");
  EXPECT_ERROR(check(replaced(kNet, "  training", "   training")), ErrorKind::data, "line 5");
  EXPECT_ERROR(check(replaced(kNet, "training", "tr\xC3\xA4ning")), ErrorKind::data, "line 5");
  EXPECT_ERROR(check(replaced(kNet, "__torch__.nn.Linear", "__torch__.nn.Other")), ErrorKind::data, "Other");
}

}  // namespace
}  // namespace beatbench::archive
