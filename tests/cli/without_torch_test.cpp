#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "beatbench/core/files.h"
#include "cli/command_test.h"

// The programs as they are built and used where there is no LibTorch: one file each, and nothing beside it.
namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::array<const char*, 4> kPrograms = {"train", "convert", "benchmark", "classify"};

class Full_WithoutTorch : public CommandTest {
 protected:
  void SetUp() override {
    const std::string build = BEATBENCH_BINARY_DIR "/without-torch";
    const std::string log = (folder_ / "log").string();
    const std::string commands = "cmake -G Ninja -S '" BEATBENCH_SOURCE_DIR "' -B '" + build +
                                 "' -DCMAKE_BUILD_TYPE=Release '-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG'"
                                 " -DBEATBENCH_TORCH=OFF -DBEATBENCH_TESTS=OFF -DBEATBENCH_BENCH=OFF &&"
                                 " cmake --build '" +
                                 build + "' -j2 --target train convert benchmark classify";
    const int status = std::system(("{ " + commands + "; } >'" + log + "' 2>&1").c_str());
    ASSERT_EQ(status, 0) << read_text_file(log);
    fs::remove(log);
    for (const char* program : kPrograms) fs::copy_file(fs::path(build) / "bin" / program, folder_ / program);
  }

  std::string program(const char* name) const { return (folder_ / name).string(); }
};

TEST_F(Full_WithoutTorch, TheProgramsNeedNoOtherLibraryAndDoWhatNeedsNoModel) {
  RunOptions as_the_linker;
  as_the_linker.environment = {{"LD_TRACE_LOADED_OBJECTS", "1"}};
  std::vector<const char*> allowed = {"linux-vdso.so", "ld-linux", "libc.so", "libm.so", "libgcc_s.so"};
  if (!fs::exists(BEATBENCH_SOURCE_DIR "/build/soxr/lib/libsoxr.a"))  // tools/setup.sh has warned
    allowed.insert(allowed.end(), {"libsoxr.so", "libgomp.so"});
  for (const char* name : kPrograms) {
    EXPECT_LT(fs::file_size(folder_ / name), 10u << 20) << name;
    std::istringstream libraries(succeed(program(name), {}, as_the_linker).out);
    for (std::string line; std::getline(libraries, line);) {
      EXPECT_TRUE(std::ranges::any_of(allowed, [&](const char* one) { return line.find(one) != std::string::npos; }))
          << name << " needs" << line;
    }
    EXPECT_THAT(succeed(program(name), {"--help"}).out, HasSubstr("Usage"));
    const auto version = nlohmann::json::parse(succeed(program(name), {"--version", "--json"}).out);
    EXPECT_EQ(version.at("libraries").at("LibTorch"), "none");
  }

  succeed(program("convert"), {"dataset", "simdb", "--records", "4", "--duration", "60", "--out", "ecgs"});
  const Words detectors = {"detectors", "--data", "ecgs", "--detector", "bestpath", "--json"};
  const auto scores = [&](const std::string& benchmark) {
    return nlohmann::json::parse(succeed(benchmark, detectors).out).at("detectors").at(0).at("scores");
  };
  EXPECT_EQ(scores(program("benchmark")), scores("benchmark"));
  const Words annotations = {"annotations", "--data", "ecgs", "--annotator", "atr", "--start", "0", "--json"};
  const auto agreement = nlohmann::json::parse(succeed(program("benchmark"), annotations).out);
  EXPECT_GT(agreement.at("gross").at("beats"), 200);
  EXPECT_EQ(agreement.at("gross").at("sensitivity"), 1.0) << "of a reference against itself";
  const Words windows = {"dataset", "ecgs", "--to", "csv", "--part", "all"};
  succeed(program("convert"), with(windows, {"--out", "alone.csv"}));
  succeed("convert", with(windows, {"--out", "built.csv"}));
  EXPECT_EQ(read_text_file(folder_ / "alone.csv"), read_text_file(folder_ / "built.csv"));

  const Finished refused = run(program("train"), {"--data", "ecgs", "--model", "lstm", "--out", "run"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("train: error: LibTorch: this build"));
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

}  // namespace
}  // namespace beatbench::tests
