#include "formats/torch_archive/code_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"
#include "support/torch_archive.h"

namespace beatbench::archive {
namespace {

using testing::HasSubstr;
using tests::kLinear;
using tests::kNet;

Classes check(const std::string& net, const std::string& linear = kLinear) {
  return check_code({{"__torch__", net}, {"__torch__.nn", linear}}, "file");
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(CodeCheck, TakesATracedNetwork) {
  const Type tensor{"Tensor", {}}, flag{"bool", {}};
  const Attributes net = {{"weight", tensor},
                          {"training", flag},
                          {"_is_full_backward_hook", {"Optional", {flag}}},
                          {"0", {"__torch__.nn.Linear", {}}}};
  EXPECT_EQ(check(kNet), (Classes{{"__torch__.Net", net}, {"__torch__.nn.Linear", {{"weight", tensor}}}}));
}

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
           "    _9 = unchecked_cast(Tuple[Tensor, Tensor], x)\n",  // what no one checks when it runs
           "    _9 = uninitialized(Tensor)\n",
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

// Of layers that are traced to more than their own name.
TEST(CodeCheck, TakesOperatorsOfPlainLayers) {
  for (const std::string call :
       {"_convolution_mode(x, weight, None, [1], \"same\", [1], 1)", "_weight_norm(weight, weight, 0)", "triu(x, 1)",
        "unfold(x, 1, 24, 24)", "unsafe_chunk(x, 4, 1)", "index(x, [None, x])", "remainder(x, 5)", "logsumexp(x, [2])",
        "nan_to_num(x)", "topk(x, 8, 2)", "fft_rfft(x, None, -1, None)"}) {
    EXPECT_NO_THROW(check(with("    weight = self.weight\n    _9 = torch." + call + "\n"))) << call;
  }
}

// LibTorch ends some of them earlier, and reads what follows as more.
TEST(CodeCheck, RefusesNumbersThatAreNone) {
  const auto number = [](const std::string& text) {
    return check(with("    weight = self.weight\n    _9 = " + text + "\n"));
  };
  for (const char* text : {"1", "-1", "1.", ".5", "1.5", "1e5", "1e-05", "1.5e+10", "9223372036854775807"}) {
    EXPECT_NO_THROW(number(text)) << text;
  }
  for (const char* text :
       {"0x1e-x", "0x1", "1or[x]", "1if[x]", "1j", "1_000", "1e", "1e-", "1e-x", "1.2.3", "1x", "1E5"}) {
    EXPECT_ERROR(number(text), ErrorKind::data, "number that is none");
  }
}

// By 0 the program would be stopped.
TEST(CodeCheck, RefusesRemaindersByAnything) {
  const auto remainder = [](const std::string& arguments) {
    for (const std::string& by : {std::string("torch."), std::string("ops.aten.")}) {
      check(with("    weight = self.weight\n    _9 = " + by + "remainder(" + arguments + ")\n"));
    }
  };
  EXPECT_NO_THROW(remainder("x, 5"));
  EXPECT_NO_THROW(remainder("torch.neg(x), 10"));
  for (const char* arguments : {"x, 0", "5, 00", "x, -1", "x, x", "x, weight", "5, int(x)", "x, 0.", "x, 0e1",
                                "x, other=0", "x, [5]", "5", "", "x, (5 )", "x, 1-1"}) {
    EXPECT_ERROR(remainder(arguments), ErrorKind::data, "line");
  }
}

std::string repeated(const std::string& what, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += what;
  return all;
}

const std::string kHead = "(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n";

// LibTorch goes through all of these by recursion.
TEST(CodeCheck, RefusesDeepNesting) {
  const std::string keep = "    weight = self.weight\n";
  const auto expression = [&](const std::string& text) { return check(with(keep + "    _9 = " + text + "\n")); };
  for (const auto& [before, what, after] : {std::tuple<std::string, std::string, std::string>{"", "-", "x"},
                                            {"x", "[0]", ""},
                                            {"-x", "[-1]", ""},
                                            {"[-", "-", "1]"}}) {
    EXPECT_NO_THROW(expression(before + repeated(what, 80) + after));
    EXPECT_ERROR(expression(before + repeated(what, 120) + after), ErrorKind::data, "nested too deeply");
  }
  EXPECT_NO_THROW(expression(repeated("torch.relu(", 45) + "x" + repeated(")", 45)));
  EXPECT_ERROR(expression(repeated("torch.relu(-[", 35) + "x" + repeated("])", 35)), ErrorKind::data, "line");
  std::string own = "class Net(Module):\n  n : __torch__.Net\n  def forward" + kHead + "    _1 = self";
  EXPECT_ERROR(check(own + repeated(".n", 120) + "\n    return x\n"), ErrorKind::data, "nested too deeply");
  // a100 calls a099 calls a098: in their order, and against it.
  for (const bool forwards : {true, false}) {
    std::string chain = "class Net(Module):\n  a : Tensor\n";
    for (int i = 1000; i < 1200; ++i) {
      const bool is_last = forwards ? i == 1199 : i == 1000;
      const std::string called = "(self).a" + std::to_string(forwards ? i + 1 : i - 1) + "(x, )";
      chain += "  def a" + std::to_string(i) + kHead + "    return " + (is_last ? "x" : called) + "\n";
    }
    EXPECT_ERROR(check(chain), ErrorKind::data, forwards ? "calls itself" : "nested too deeply");
  }
}

// Nothing that takes time is free: each method calls the one before twice.
TEST(CodeCheck, CountsWhatIsNoOperator) {
  for (const std::string base : {"x", "-x", "x[0]", "[x]", "(x, x)", "int(x)", "1", "self.a", "CONSTANTS.c0"}) {
    std::string code = "class Net(Module):\n  a : Tensor\n  def f0" + kHead + "    return " + base + "\n";
    for (int i = 1; i <= 60; ++i) {
      const std::string before = "(self).f" + std::to_string(i - 1);
      code += "  def f" + std::to_string(i) + kHead + "    _0 = " + before + "(x, )\n    return " + before + "(_0, )\n";
    }
    EXPECT_ERROR(check(code), ErrorKind::data, "300000 operations");
  }
}

TEST(CodeCheck, BoundsTheCodeInAll) {
  EXPECT_ERROR(check("class Net(Module):\n" + repeated("  pass\n", 600'000)), ErrorKind::data, "4 MiB");
  EXPECT_ERROR(check("class Net(Module):\n  __parameters__ = [" + repeated(",", 1'000'001)), ErrorKind::data,
               "1000000 words");
  EXPECT_ERROR(check("class Net(Module):\n  a : Tuple[" + repeated("i,", 300'000) + "i]\n"), ErrorKind::data,
               "too many words in types");
  EXPECT_ERROR(check("class " + repeated("a", 257) + "(Module):\n  pass\n"), ErrorKind::data, "too long a name");
  EXPECT_ERROR(check_code({{repeated("a", 257), ""}}, "file"), ErrorKind::data, "too long a name");
  CodeFiles files;
  for (int i = 0; i < 4001; ++i) files["m" + std::to_string(i)] = "";
  EXPECT_ERROR(check_code(files, "file"), ErrorKind::data, "4000 files");
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
  EXPECT_ERROR(check(code), ErrorKind::data, "300000 operations");
}

// LibTorch follows the types of attributes by recursion.
TEST(CodeCheck, RefusesClassesNestedWithoutEnd) {
  const auto chain = [](int classes, const std::string& before, const std::string& after) {
    std::string code;
    for (int i = 1000; i < 1000 + classes; ++i) {
      const std::string next = "__torch__.C" + std::to_string(i + 1);
      code += "class C" + std::to_string(i) + "(Module):\n  a : " + before + next + after + "\n";
    }
    return check(code + "class C" + std::to_string(1000 + classes) + "(Module):\n  pass\n");
  };
  EXPECT_NO_THROW(chain(90, "", ""));
  EXPECT_ERROR(chain(200, "", ""), ErrorKind::data, "holds itself");
  EXPECT_ERROR(chain(200, "Optional[List[", "]]"), ErrorKind::data, "holds itself");
  EXPECT_ERROR(check("class Net(Module):\n  a : __torch__.Net\n"), ErrorKind::data, "holds itself");
  EXPECT_ERROR(check("class Net(Module):\n  a : List[__torch__.Other]\n"), ErrorKind::data, "Other");
}

TEST(CodeCheck, RefusesAttributesOfTwoTypes) {
  EXPECT_ERROR(check("class Net(Module):\n  a : int\n  a : Tensor\n"), ErrorKind::data, "twice");
  EXPECT_ERROR(check("class Net(Module):\n  a : int\n  a : Final[int] = 1\n"), ErrorKind::data, "twice");
  EXPECT_ERROR(check("class Net(Module):\n  a : int\n  __annotations__[\"a\"] = Tensor\n"), ErrorKind::data, "twice");
  EXPECT_ERROR(check("class Net(Module):\n  a : int = 1\n"), ErrorKind::data, "line 2");
  EXPECT_ERROR(check("class Net(Module):\n  _packed_params : Tensor\n"), ErrorKind::data, "as a tensor");
  for (const char* type :
       {"List[", "List[]", "List[int", "List[int,]", "[int]", "List[(int)]", "a.", "1", "Tuple[(]"}) {
    EXPECT_ERROR(check("class Net(Module):\n  a : " + std::string(type) + "\n"), ErrorKind::data, "line");
  }
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
