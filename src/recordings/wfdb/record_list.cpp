#include <algorithm>
#include <set>
#include <system_error>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/signal_file.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> listed_records(const fs::path& path) {
  check_ordinary_file(path);
  const std::string text = read_text_file(path);
  std::vector<std::string> names;
  int line_number = 0;
  for (const std::string_view line : split_lines(text)) {
    const LinePlace place{path.string(), ++line_number};
    const std::string_view name = trimmed(line);
    if (name.empty()) continue;
    if (!wfdb::is_inside_folder(name)) place.fail("record name", name, "a record in this folder");
    names.emplace_back(name);
  }
  return names;
}

// The segments, the layout among them, of the record that a header describes. What is wrong with a header is said where
// the record is read.
std::vector<std::string> segments_in(const fs::path& header_file) {
  std::vector<std::string> names;
  try {
    check_ordinary_file(header_file);
    const Header header = parse_header(read_text_file(header_file), header_file.string(), [](const Error&) {});
    for (const SegmentSpec& segment : header.segments) {
      if (segment.name != header.record_name) names.push_back(segment.name);
    }
  } catch (const Error&) {
  }
  return names;
}

std::vector<std::string> header_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::set<std::string> segments;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".hea") continue;
    names.push_back(entry.path().stem().string());
    for (const std::string& segment : segments_in(entry.path())) segments.insert(segment);
  }
  std::erase_if(names, [&](const std::string& name) { return segments.contains(name); });
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::vector<std::string> read_record_list(const fs::path& folder) {
  try {
    if (!fs::is_directory(folder)) throw Error(ErrorKind::io, folder.string(), "there is no such folder");
    const fs::path list = folder / "RECORDS";
    auto names = fs::exists(list) ? listed_records(list) : header_files(folder);
    if (names.empty()) {
      throw Error(ErrorKind::data, folder.string(),
                  fs::exists(list) ? "its RECORDS file lists no record" : "has neither a RECORDS file nor a .hea file");
    }
    return names;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io, folder.string(), "cannot read: " + error.code().message());
  }
}

}  // namespace beatbench
