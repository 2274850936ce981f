// The order of the modules and the size of their files, as far as the source text shows them.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::set<std::string>;

// What each room may include, besides itself: what is used, and no more. From the ground up; a wall runs in front of
// the last three rows, which alone know LibTorch and are opened as a library.
const std::map<std::string, Names> kAllowed = {
    {"core", {}},
    {"recordings", {"core"}},
    {"signal", {"core"}},
    {"evaluation", {"core"}},
    {"graph", {"core"}},
    {"images", {"core", "signal"}},
    {"simulation", {"core"}},
    {"formats", {"core"}},
    {"data", {"core", "recordings", "signal", "images", "simulation"}},
    {"report", {"core", "evaluation"}},
    {"runtime", {"core", "signal", "evaluation", "graph", "formats", "data"}},
    {"conversion", {"core", "evaluation", "graph", "runtime"}},
    {"runs", {"core", "recordings", "signal", "evaluation", "images", "simulation", "data", "report", "runtime"}},
    {"benchmarking", {"core", "recordings", "signal", "evaluation", "data", "report", "runtime", "runs"}},
    {"cli", {"core", "signal", "data", "report", "runtime", "conversion", "runs", "benchmarking"}},
    {"models", {"core", "formats", "data", "runtime"}},
    {"training", {"core", "evaluation", "data", "runtime", "models"}},
    {"torchscript", {"core", "graph", "formats", "runtime", "models"}},
    {"tools", {"runtime", "cli", "models", "training", "torchscript"}},
};
const Names kMayUseTorch = {"models", "training", "torchscript"};
const Names kMayUseCli11 = {"cli"};
const Names kTorchFolders = {"torch", "ATen", "c10", "caffe2", "torchvision"};
const Names kGenerated = {"source_version.h"};  // quoted, but of no module

struct SourceFile {
  std::string path;    // below the source folder: src/<module>/..., include/beatbench/<module>/..., tools/...
  std::string module;  // empty where the path has none
  bool is_public = false;
  std::string text;
};

SourceFile source_file(const std::string& path, const std::string& text) {
  SourceFile file = {path, "", path.starts_with("include/"), text};
  std::vector<std::string> parts;
  for (const fs::path& part : fs::path(path)) parts.push_back(part.string());
  if (parts.size() >= 2 && parts[0] == "tools") file.module = "tools";
  if (parts.size() >= 3 && parts[0] == "src") file.module = parts[1];
  if (parts.size() >= 4 && parts[0] == "include" && parts[1] == "beatbench") file.module = parts[2];
  return file;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Include {
  std::string name;  // as written, without its quotes or brackets
  bool quoted = false;
};

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  for (const std::string& line : lines_of(file.text)) {
    std::istringstream words(line);
    std::string rest;
    char hash = 0;
    if (!(words >> hash) || hash != '#' || !std::getline(words >> std::ws, rest) || !rest.starts_with("include")) {
      continue;
    }
    const std::size_t open = rest.find_first_of("\"<");
    const std::size_t close = open == std::string::npos ? open : rest.find_first_of("\">", open + 1);
    if (close != std::string::npos) includes.push_back({rest.substr(open + 1, close - open - 1), rest[open] == '"'});
  }
  return includes;
}

// One line for each include that goes against the order.
std::vector<std::string> wrong_includes(const SourceFile& file) {
  std::vector<std::string> found;
  const auto wrong = [&](const Include& include, const std::string& reason) {
    found.push_back(file.path + " includes " + include.name + ": " + reason);
  };
  for (const Include& include : includes_of(file)) {
    std::vector<std::string> parts;
    for (const fs::path& part : fs::path(include.name)) parts.push_back(part.string());
    if (parts.empty() || std::ranges::find(parts, "..") != parts.end()) {
      wrong(include, "write it from the module on");
      continue;
    }
    const bool from_public = parts.front() == "beatbench";
    const std::string target = from_public && parts.size() > 1 ? parts[1] : parts.front();
    if (kTorchFolders.contains(parts.front())) {
      if (file.is_public || !kMayUseTorch.contains(file.module)) wrong(include, "LibTorch has no place here");
    } else if (parts.front() == "CLI") {
      if (file.is_public || !kMayUseCli11.contains(file.module)) wrong(include, "CLI11 belongs to cli");
    } else if (from_public || (kAllowed.contains(target) && parts.size() > 1)) {
      const auto allowed = kAllowed.find(file.module);
      if (!kAllowed.contains(target))
        wrong(include, "there is no module " + target);
      else if (allowed == kAllowed.end())
        wrong(include, "it is in no module itself");
      else if (target != file.module && !allowed->second.contains(target))
        wrong(include, "it goes against the order");
      if (file.is_public && !from_public) wrong(include, "a public header may include public ones only");
    } else if (include.quoted && !kGenerated.contains(include.name)) {
      wrong(include, "write it from the module on");
    }
  }
  return found;
}

// Characters of a line in UTF-8.
std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](unsigned char byte) { return (byte & 0xC0) != 0x80; }));
}

constexpr std::size_t kMostLines = 500;
constexpr std::size_t kMostColumns = 120;

std::vector<std::string> wrong_sizes(const SourceFile& file) {
  std::vector<std::string> found;
  const std::vector<std::string> lines = lines_of(file.text);
  if (lines.size() > kMostLines) found.push_back(file.path + " has " + std::to_string(lines.size()) + " lines");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (columns(lines[i]) > kMostColumns) {
      found.push_back(file.path + " line " + std::to_string(i + 1) + " has " + std::to_string(columns(lines[i])) +
                      " columns");
    }
  }
  return found;
}

// Every .h and .cpp below some folders of the source.
std::vector<SourceFile> read_sources(const std::vector<std::string>& folders) {
  const fs::path root = BEATBENCH_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      const std::string text((std::istreambuf_iterator<char>(stream)), {});
      files.push_back(source_file(entry.path().lexically_relative(root).generic_string(), text));
    }
  }
  return files;
}

// The scan itself: what the other tests rest on.
TEST(SourceScan, FindsEveryModuleAndTheirIncludes) {
  const auto files = read_sources({"src", "include", "tools"});
  EXPECT_GT(files.size(), 90);
  Names modules;
  std::size_t includes = 0, own = 0;
  for (const SourceFile& file : files) {
    modules.insert(file.module);
    EXPECT_FALSE(file.text.empty()) << file.path;
    for (const Include& include : includes_of(file)) {
      ++includes;
      own += include.name.starts_with("beatbench/") ? 1 : 0;
    }
  }
  Names known;
  for (const auto& [name, allowed] : kAllowed) known.insert(name);
  EXPECT_EQ(modules, known) << "a new module needs its row in the table of this test";
  EXPECT_GT(includes, 500);
  EXPECT_GT(own, 150);
}

// Whether a room can be reached from another through what each may include.
bool reaches(const std::string& from, const std::string& to) {
  return std::ranges::any_of(kAllowed.at(from),
                             [&](const std::string& next) { return next == to || reaches(next, to); });
}

TEST(IncludeOrder, TableGoesOneWay) {
  for (const auto& [name, allowed] : kAllowed) EXPECT_FALSE(reaches(name, name)) << name;
}

// No arrow that nothing uses.
TEST(IncludeOrder, TableIsWhatIsUsed) {
  std::map<std::string, Names> used;
  for (const SourceFile& file : read_sources({"src", "include", "tools"})) {
    for (const Include& include : includes_of(file)) {
      std::vector<std::string> parts;
      for (const fs::path& part : fs::path(include.name)) parts.push_back(part.string());
      const std::string target = parts.front() == "beatbench" ? parts.at(1) : parts.front();
      if (target != file.module && kAllowed.contains(target) && parts.size() > 1) used[file.module].insert(target);
    }
  }
  for (const auto& [name, allowed] : kAllowed) EXPECT_EQ(allowed, used[name]) << name;
}

TEST(IncludeOrder, HoldsInEveryFile) {
  for (const SourceFile& file : read_sources({"src", "include", "tools"})) EXPECT_THAT(wrong_includes(file), IsEmpty());
}

TEST(FileSizes, HoldInEveryFile) {
  for (const SourceFile& file : read_sources({"src", "include", "tools", "tests"})) {
    EXPECT_THAT(wrong_sizes(file), IsEmpty());
  }
}

std::vector<std::string> wrong_in(const std::string& path, const std::string& text) {
  return wrong_includes(source_file(path, text));
}

TEST(IncludeChecker, SeesIncludesAgainstTheOrder) {
  EXPECT_THAT(wrong_in("src/core/files.cpp", "// a comment\n#include \"beatbench/data/dataset.h\"\n"),
              ElementsAre("src/core/files.cpp includes beatbench/data/dataset.h: it goes against the order"));
  for (const char* text : {"#include \"beatbench/signal/filter.h\"", "#include <beatbench/signal/filter.h>",
                           "  #  include   \"signal/private.h\"\r"}) {
    EXPECT_EQ(wrong_in("src/recordings/wfdb/formats/format_16.cpp", text).size(), 1) << text;
    EXPECT_EQ(wrong_in("src/evaluation/timing.cpp", text).size(), 1) << text;
    EXPECT_EQ(wrong_in("include/beatbench/report/table.h", text).empty(), false) << text;
    EXPECT_THAT(wrong_in("src/data/dataset.cpp", text), IsEmpty()) << text;
  }
  EXPECT_THAT(wrong_in("src/report/table.cpp", "#include \"beatbench/evaluation/timing.h\"\n"), IsEmpty());
  EXPECT_EQ(wrong_in("src/evaluation/timing.cpp", "#include \"beatbench/report/table.h\"\n").size(), 1);
  EXPECT_EQ(wrong_in("src/runs/run.cpp", "#include \"benchmarking/rows.h\"\n").size(), 1);
  EXPECT_EQ(wrong_in("src/runtime/registry.cpp", "#include \"torchscript/engines.h\"\n").size(), 1);
  EXPECT_EQ(wrong_in("src/conversion/trace.cpp", "#include \"cli/commands.h\"\n").size(), 1);
}

TEST(IncludeChecker, SeesTorchAndCli11OutOfPlace) {
  for (const char* text : {"#include <torch/torch.h>", "#include <ATen/Parallel.h>", "#include \"c10/util/irange.h\"",
                           "#include \"caffe2/serialize/inline_container.h\""}) {
    EXPECT_EQ(wrong_in("include/beatbench/models/checkpoint.h", text).size(), 1) << text;
    EXPECT_THAT(wrong_in("src/models/lstm.cpp", text), IsEmpty()) << text;
    for (const char* module :
         {"core", "recordings", "signal", "evaluation", "report", "data", "runtime", "conversion", "runs", "cli"}) {
      EXPECT_EQ(wrong_in("src/" + std::string(module) + "/x.cpp", text).size(), 1) << module << " " << text;
    }
  }
  EXPECT_THAT(wrong_in("src/cli/train.cpp", "#include <CLI/CLI.hpp>\n"), IsEmpty());
  EXPECT_EQ(wrong_in("src/data/dataset.cpp", "#include <CLI/CLI.hpp>\n").size(), 1);
  EXPECT_EQ(wrong_in("tools/train.cpp", "#include <CLI/CLI.hpp>\n").size(), 1);
}

TEST(IncludeChecker, SeesIncludesThatHideTheirModule) {
  for (const char* text :
       {"#include \"../simulation/patient_model.h\"", "#include \"patient_model.h\"", "#include \"dataa/x.h\"",
        "#include \"beatbench/dataa/x.h\"", "#include \"beatbench/x.h\""}) {
    EXPECT_EQ(wrong_in("src/simulation/simdb.cpp", text).size(), 1) << text;
  }
  EXPECT_EQ(wrong_in("include/beatbench/simulation/simdb.h", "#include \"simulation/patient_model.h\"\n").size(), 1);
  EXPECT_EQ(wrong_in("src/loose.cpp", "#include \"beatbench/core/error.h\"\n").size(), 1);
}

TEST(IncludeChecker, LetsOtherIncludesPass) {
  EXPECT_THAT(wrong_in("src/core/provenance.cpp",
                       "#include <vector>\n#include <nlohmann/json.hpp>\n#include \"source_version.h\"\n"
                       "#include \"core/json_fields.h\"\n// #include \"cli/commands.h\"\n#define include\n"),
              IsEmpty());
}

TEST(SizeChecker, SeesLongFilesAndLines) {
  const auto wrong = [](const std::string& text) { return wrong_sizes(source_file("src/core/x.cpp", text)); };
  std::string whole;
  for (int i = 0; i < 500; ++i) whole += std::string(120, 'x') + "\n";
  EXPECT_THAT(wrong(whole), IsEmpty());
  EXPECT_THAT(wrong(whole + "x\n"), ElementsAre("src/core/x.cpp has 501 lines"));
  EXPECT_THAT(wrong("\n" + std::string(121, 'x') + "\n"), ElementsAre("src/core/x.cpp line 2 has 121 columns"));
  std::string degrees;
  for (int i = 0; i < 120; ++i) degrees += "\xC2\xB0";
  EXPECT_THAT(wrong(degrees), IsEmpty()) << "120 characters in 240 bytes";
}

}  // namespace
