#include "cli/command_test.h"

#include <algorithm>
#include <sstream>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/simulation/simdb.h"

namespace beatbench::tests {
namespace {

namespace fs = std::filesystem;

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    contents[fs::relative(entry.path(), folder)] = entry.is_directory() ? "folder" : read_text_file(entry.path());
  }
  return contents;
}

nlohmann::json read_json(const fs::path& file) { return nlohmann::json::parse(read_text_file(file)); }

void write_recordings(const fs::path& folder, int count) {
  SimulationOptions simulation;
  simulation.duration_s = 60;
  std::string list;
  for (int i = 0; i < count; ++i) {
    const Record record = simulate_record(simulation, i);
    write_record(record, folder);
    list += record.id + "\n";
  }
  write_file_atomically(folder / "RECORDS", list);
}

std::string metrics_of_log(const fs::path& run_folder) {
  std::istringstream log(read_text_file(run_folder / "log.csv"));
  std::string metrics;
  for (std::string line; std::getline(log, line);) metrics += line.substr(0, line.rfind(',')) + "\n";
  return metrics;
}

Words with(Words words, const Words& more) {
  for (const std::string& word : more) {
    if (!word.starts_with("--")) continue;
    const auto found = std::ranges::find(words, word);
    if (found != words.end()) words.erase(found, found + 2);
  }
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words tiny_lstm(const Words& more) {
  return with({"--model", "lstm", "--model-option", "dense=4,hidden=4", "--threads", "1", "--epochs", "1"}, more);
}

Words tiny_resnet1d(const Words& more) {
  return with({"--model", "resnet1d", "--model-option", "filters=4", "--threads", "1", "--epochs", "1"}, more);
}

const fs::path& trained_once() {
  static const TestFolder folder;
  static const bool trained = [] {
    write_recordings(folder / "recordings", 6);
    const Words arguments = tiny_resnet1d({"--data", "recordings", "--batch-size", "16", "--out", "run", "--json"});
    const Finished finished = run_program("train", arguments, {.cwd = folder.path()});
    EXPECT_EQ(finished.status, 0) << finished.err;
    folder.put("run.out", finished.out);
    return finished.status == 0;
  }();
  EXPECT_TRUE(trained);
  return folder.path();
}

Finished CommandTest::refuse(int status, const std::string& program, const Words& arguments,
                             std::initializer_list<std::string> parts, const RunOptions& options) const {
  const auto before = contents_of(folder_.path());
  Finished finished = run(program, arguments, options);
  EXPECT_EQ(finished.status, status) << finished.command << "\n" << finished.err;
  EXPECT_EQ(finished.out, "") << finished.command;
  const std::string begin = program + ": error: ";
  const std::size_t at = finished.err.find(begin);
  if (at == std::string::npos) {
    ADD_FAILURE() << finished.command << " says no error:\n" << finished.err;
    return finished;
  }
  const std::string said = finished.err.substr(at);
  EXPECT_EQ(lines_of(said), 1U) << finished.command << "\n" << finished.err;
  for (const std::string& part : parts) EXPECT_THAT(said, testing::HasSubstr(part)) << finished.command;
  for (const auto& [name, content] : contents_of(folder_.path())) {
    const auto found = before.find(name);
    if (found == before.end())
      ADD_FAILURE() << finished.command << " left " << name;
    else if (name.ends_with("train.log"))
      EXPECT_THAT(content, testing::StartsWith(found->second)) << finished.command;  // the attempt may be told there
    else
      EXPECT_TRUE(found->second == content) << finished.command << " changed " << name;
  }
  return finished;
}

}  // namespace beatbench::tests
