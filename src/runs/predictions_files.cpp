#include "runs/predictions_files.h"

#include <array>
#include <bit>
#include <cstdio>

#include "beatbench/core/annotation.h"
#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "runs/run_folder.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

// A name as a CSV cell.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::vector<Annotation> annotations_of(const Classified& result, const Preprocessing& preprocessing) {
  std::vector<Annotation> annotations;
  if (result.frame_rate_hz != result.summary.sampling_rate_hz) {
    Annotation note;
    note.code = codes::note;
    note.aux = "## time resolution: " + number_text(result.summary.sampling_rate_hz);
    annotations.push_back(note);
  }
  for (std::size_t i = 0; i < result.beats.size(); ++i) {
    const std::string& name = preprocessing.class_names[static_cast<std::size_t>(std::countr_zero(result.found[i]))];
    const auto symbol = symbol_of_class(preprocessing.class_map, name);
    Annotation annotation;
    annotation.sample = result.beats.rows[i].sample;
    annotation.code = code_of(symbol.value_or("Q")).value();
    if (!symbol) annotation.aux = name;
    annotations.push_back(annotation);
  }
  return annotations;
}

}  // namespace

std::string csv_heading(const std::vector<std::string>& class_names) {
  std::string text = "record,sample,time_s,class";
  for (const std::string& name : class_names) text += "," + csv_cell("probability_" + name);
  return text + "\n";
}

std::string csv_rows(const Classified& result, const std::vector<std::string>& class_names) {
  std::string text;
  std::array<char, 64> number;
  for (std::size_t i = 0; i < result.beats.size(); ++i) {
    text += csv_cell(result.summary.record) + ",";
    if (result.summary.is_image || result.summary.is_whole) {
      text += ",";
    } else {
      const std::int64_t sample = result.beats.rows[i].sample;
      std::snprintf(number.data(), number.size(), "%lld,%.4f", static_cast<long long>(sample),
                    result.summary.start_s + static_cast<double>(sample) / result.summary.sampling_rate_hz);
      text += number.data();
    }
    text += "," + csv_cell(names_in(result.found[i], class_names));
    for (std::size_t c = 0; c < class_names.size(); ++c) {
      std::snprintf(number.data(), number.size(), ",%.6f",
                    static_cast<double>(result.probabilities[i * class_names.size() + c]));
      text += number.data();
    }
    text += "\n";
  }
  return text;
}

void write_annotations(const fs::path& folder, const Classified& result, const Preprocessing& preprocessing) {
  const std::vector<unsigned char> bytes = format_annotations(annotations_of(result, preprocessing));
  const fs::path file = folder / (result.summary.record + ".pred");  // a record's name may have folders
  fs::create_directories(file.parent_path());
  write_file(file, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace beatbench
