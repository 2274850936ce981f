// Model files and other inputs from strangers: a clear error, within seconds, and nothing written.
#include <gmock/gmock.h>

#include "beatbench/core/files.h"
#include "cli/command_test.h"
#include "support/need.h"
#include "support/recordings.h"
#include "support/zip_archive.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kPython = "/usr/bin/python3";  // Debian's, for which the package python3-torch is made

class Hostile : public CommandTest {
 protected:
  Hostile() {
    write_recordings(folder_ / "datasets/recs", 1);
    fs::create_directories(folder_ / "models");
  }

  Words classify_with(const fs::path& model) const {
    return {"--model", model.string(), "datasets/recs/s001", "--beats", "detected", "--out", "new"};
  }
};

TEST_F(Hostile, ModelsOfStrangersAreRefused) {
  BEATBENCH_NEED_CASES(cases, "hostile");
  const std::map<std::string, std::string> wanted = {
      {"scalar.pt", "[]; its description wants [1, 8]"},
      {"per7.pt", "[1, 7]; its description wants [1, 8]"},
      {"nan.pt", "answers nan"},
      {"d-classes9.pt", "class_names are 9, but the model has 8 outputs"},
      {"d-filter_ordneg.pt", "filter_order: -5"},
      {"d-before1e9.pt", "before_samples: 1e+09"},
      {"loop.pt", "'while'"},
      {"setstate.pt", "line 11 defines __getstate__"},
      {"flip-silent.pt", "'archive/constants/1' does not match its CRC-32"},
  };
  for (const auto& [name, message] : wanted) {
    refuse(1, "classify", classify_with(cases / name), {name, message});
    fs::copy_file(cases / name, folder_ / "models" / name);
    refuse(1, "benchmark", {"--computer-type", "ci", "--dataset", "recs", "--seconds", "0.01"}, {name, message});
    fs::remove(folder_ / "models" / name);
  }
  succeed("classify", with(classify_with(cases / "flip-base.pt"), {"--out", "sound"}));
}

// 30000 x 30000 pixels in 109 kB, and 1.4 kB that claim 2^40 recordings.
TEST_F(Hostile, FilesThatClaimToBeHugeAreRefused) {
  BEATBENCH_NEED_CASES(cases, "hostile");
  succeed("convert", {"dataset", "datasets/recs", "--to", "png", "--out", "png", "--image-size", "32"});
  succeed("train", {"--model", "cnn2d", "--model-option", "filters=2,dense=8", "--epochs", "1", "--data", "png",
                    "--out", "run"});
  refuse(1, "classify", {"--model", "run", (cases / "bomb30k.png").string(), "--out", "new"},
         {"bomb30k.png", "30000 x 30000"});
  const std::string tracings = (cases / "huge_tracings.h5").string();
  refuse(1, "train", {"--model", "resnet1d_12lead", "--data", tracings, "--out", "new"},
         {"huge_tracings.h5", "claims 1099511627776 recordings"});
}

// Five plain networks as PyTorch users trace them, frozen or not; and what could do harm in such files.
constexpr const char* kMakeNetworks = R"(
import json, sys, torch
from torch import nn
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(1, 8, 7, padding=3); self.norm = nn.BatchNorm1d(8)
        self.second = nn.Conv1d(8, 8, 7, padding=3); self.head = nn.Linear(8, 8)
    def forward(self, x):
        y = torch.relu(self.norm(self.first(x)))
        return self.head((y + self.second(y)).mean(2))
class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 8, batch_first=True); self.head = nn.Linear(8, 8)
    def forward(self, x):
        return self.head(self.lstm(x.transpose(1, 2))[0][:, -1])
class Doubling(nn.Module):
    def forward(self, x):
        y = x.flatten()
        for _ in range(30): y = torch.cat([y, y])
        return torch.zeros(x.shape[0], 8) + y.sum()
class Large(nn.Module):
    def forward(self, x):
        return torch.zeros(x.shape[0], 8) + torch.ones(40000, 40000).sum()
class Saving(nn.Module):
    def forward(self, x):
        torch.save(x, "was_here")
        return torch.zeros(x.shape[0], 8)
description = open("description.json").read()
def put(name, module, example=torch.zeros(2, 1, 216)):
    traced = torch.jit.trace(module.eval(), example, check_trace=False)
    traced.save(name + ".pt", _extra_files={"beatbench.json": description})
    torch.jit.freeze(traced).save(name + "-frozen.pt", _extra_files={"beatbench.json": description})
torch.manual_seed(1)
put("conv", nn.Sequential(nn.Conv1d(1, 8, 7, stride=4), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(),
                          nn.Linear(8, 8)))
put("norm", nn.Sequential(nn.Flatten(), nn.BatchNorm1d(216), nn.Linear(216, 8)))
put("linear", nn.Sequential(nn.Flatten(), nn.Linear(216, 16), nn.ELU(), nn.Dropout(0.5), nn.Linear(16, 8)))
put("residual", Residual())
put("lstm", Recurrent())
put("doubling", Doubling(), torch.zeros(1, 1, 1))
class Huge(nn.Module):
    def forward(self, x):
        return torch.zeros(x.shape[0], 8) + torch.zeros(x.shape[2] * 1000, x.shape[2] * 1000).sum()
put("huge", Huge(), torch.zeros(1, 1, 1))
torch.jit.script(Saving()).save("saving.pt", _extra_files={"beatbench.json": description})
)";

TEST_F(Hostile, PlainNetworksOfPythonAreTaken) {
  BEATBENCH_NEED_CASES(cases, "hostile");
  BEATBENCH_NEED(run(kPython, {"-c", "import torch"}).status == 0, "PyTorch: python3-torch");
  const std::string copy = "import zipfile; open('description.json', 'wb').write(zipfile.ZipFile('" +
                           (cases / "nan.pt").string() + "').read('nan/extra/beatbench.json'))";
  ASSERT_EQ(run(kPython, {"-c", copy}).status, 0);
  folder_.put("make_networks.py", kMakeNetworks);  // a scripted module needs its source in a file
  const Finished made = run(kPython, {"make_networks.py"});
  ASSERT_EQ(made.status, 0) << made.err;
  for (const std::string name : {"conv", "norm", "linear", "residual", "lstm"}) {
    for (const std::string form : {"", "-frozen"}) {
      succeed("classify", with(classify_with(name + form + ".pt"), {"--out", "out-" + name + form}));
    }
  }
  // Memory without end: the first by doubling, the second at once.
  refuse(1, "classify", classify_with("doubling.pt"), {"doubling.pt"});
  refuse(1, "classify", classify_with("huge.pt"), {"huge.pt"});
  refuse(1, "classify", classify_with("saving.pt"), {"saving.pt", "no plain traced network", "line"});
  // Those who know what they do.
  succeed("classify", with(classify_with("saving.pt"), {"--trust-model", "--out", "trusted"}));
  EXPECT_TRUE(fs::exists(folder_ / "was_here"));
}

}  // namespace
}  // namespace beatbench::tests
