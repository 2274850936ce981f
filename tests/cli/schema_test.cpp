#include "cli/command_test.h"
#include "support/report_schema.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;

class Reports : public CommandTest {};

// What the commands write is what reports/schema.json describes.
TEST_F(Reports, KeepTheirSchema) {
  EXPECT_EQ(ReportSchema("run").complaints(read_json(trained_once() / "run/report.json")), "");
  fs::create_directory(folder_ / "datasets");
  fs::copy(trained_once() / "recordings", folder_ / "datasets/recordings");
  const std::string model = (trained_once() / "run/checkpoints/best.pt").string();
  succeed("benchmark", {"--computer-type", "ci", "--models", model, "--threads", "1", "--seconds", "0.01",
                        "--batch-sizes", "1", "--date", "2024-05-01"});
  EXPECT_EQ(ReportSchema("summary").complaints(read_json(folder_ / "reports/summary-ci-best-2024-05-01.json")), "");
  const std::string recordings = (trained_once() / "recordings").string();
  succeed("benchmark", {"detectors", "--data", recordings, "--noise", recordings + "/s001", "--out", "detectors.json"});
  EXPECT_EQ(ReportSchema("detectors").complaints(read_json(folder_ / "detectors.json")), "");
  succeed("benchmark", {"annotations", "--data", recordings, "--annotator", "atr", "--out", "annotations.json"});
  EXPECT_EQ(ReportSchema("annotations").complaints(read_json(folder_ / "annotations.json")), "");
  succeed("train", tiny_lstm({"--data", recordings, "--seeds", "2", "--out", "series"}));
  EXPECT_EQ(ReportSchema("series").complaints(read_json(folder_ / "series/report.json")), "");
  for (const std::string beats : {"annotated", "detected"}) {
    succeed("classify", {"--model", model, (trained_once() / "recordings").string(), "--beats", beats, "--out", beats});
    EXPECT_EQ(ReportSchema("prediction").complaints(read_json(folder_ / (beats + "/summary.json"))), "");
  }
}

}  // namespace
}  // namespace beatbench::tests
