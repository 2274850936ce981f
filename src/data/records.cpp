#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/data/recording.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/wfdb/record_io.h"
#include "data/load.h"

namespace beatbench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct LoadedRecord {
  BeatSet windows;
  std::string hash;
  std::size_t left_out = 0;
  double read_seconds = 0, prepare_seconds = 0;
};

// The rows of a record, and every beat and flutter wave of it, which images reach to.
struct RecordRows {
  std::vector<BeatRow> rows;
  std::vector<std::int64_t> neighbours;
  std::size_t left_out = 0, edge_windows = 0;
};

RecordRows label_rows(const Record& record, std::uint32_t index, const Preprocessing& preprocessing,
                      const ClassMap& classes) {
  RecordRows out;
  const auto length = static_cast<std::int64_t>(record.length_samples());
  for (const Annotation& annotation : record.annotations) {
    if (annotation.sample < 0 || annotation.sample >= length) continue;  // read_record has warned
    const auto label = classes.label_of(annotation.code);
    if (label || is_beat(annotation.code) || annotation.code == codes::flutter_wave) {
      out.neighbours.push_back(annotation.sample);
    }
    if (!label) {
      ++out.left_out;
      continue;
    }
    const bool at_edge = preprocessing.input == "window" &&
                         crosses_edge(annotation.sample, length, record.sampling_rate_hz, preprocessing);
    out.edge_windows += at_edge ? 1 : 0;
    if (at_edge && preprocessing.edge == "skip") continue;
    out.rows.push_back({index, annotation.sample, annotation.code, static_cast<std::int16_t>(*label)});
  }
  return out;
}

// `only`: the rows to load, or nullptr for all of them.
LoadedRecord load_record(const Database& database, const std::string& name, std::uint32_t index,
                         const Preprocessing& preprocessing, const ClassMap& classes, const ReadOptions& read,
                         bool only_labels, const std::vector<BeatRow>* only) {
  LoadedRecord out;
  const auto start = Clock::now();
  const Record record = read_record(database.folder / name, read);
  out.read_seconds = seconds_since(start);
  out.hash = record.content_hash;
  const std::vector<Doubt> doubts = doubts_about(record, preprocessing);
  refuse(record, doubts, "if it is an ECG, state the unit in its header");
  for (const Doubt& doubt : doubts) read.on_warning("record " + name + ": " + doubt.text);

  const auto prepare_start = Clock::now();
  RecordRows labelled = label_rows(record, index, preprocessing, classes);
  out.left_out = labelled.left_out;
  if (only) labelled.rows = *only;
  out.windows.records.resize(index + 1);
  out.windows.records[index] = {name, database.subject_of(name)};
  if (only_labels) {
    out.windows.rows = std::move(labelled.rows);
  } else {
    append_beats(out.windows, record, labelled.rows, labelled.neighbours, preprocessing);
  }
  out.windows.edge_windows = labelled.edge_windows;
  out.prepare_seconds = seconds_since(prepare_start);
  return out;
}

void append(Dataset& all, LoadedRecord&& part, std::size_t index) {
  all.windows.length_samples = part.windows.length_samples;
  all.windows.leads = part.windows.leads;
  all.windows.image_size = part.windows.image_size;
  all.windows.context_size = part.windows.context_size;
  all.windows.pixels.insert(all.windows.pixels.end(), part.windows.pixels.begin(), part.windows.pixels.end());
  all.windows.values.insert(all.windows.values.end(), part.windows.values.begin(), part.windows.values.end());
  all.windows.context.insert(all.windows.context.end(), part.windows.context.begin(), part.windows.context.end());
  all.windows.rows.insert(all.windows.rows.end(), part.windows.rows.begin(), part.windows.rows.end());
  all.windows.records.push_back(part.windows.records[index]);
  all.windows.edge_windows += part.windows.edge_windows;
  all.annotations_left_out += part.left_out;
  all.read_seconds += part.read_seconds;
  if (!part.windows.rows.empty()) {
    all.prepare_seconds_per_beat.push_back(part.prepare_seconds / static_cast<double>(part.windows.rows.size()));
  }
}

}  // namespace

Dataset load_records(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  if (preprocessing.class_map == kOwnClasses) {
    throw Error(ErrorKind::usage, "classes",
                "'" + std::string(kOwnClasses) + "' takes the classes of images or windows that have their names; " +
                    database.folder.string() + " holds records");
  }
  const ClassMap& classes = find_class_map(preprocessing.class_map);
  const std::vector<std::string>& names = options.only_records.empty() ? database.records : options.only_records;

  std::mutex callback_mutex;
  std::size_t done = 0;
  ReadOptions read;
  read.strict = options.strict;
  read.on_warning = [&](const std::string& text) {
    const std::lock_guard lock(callback_mutex);
    if (options.on_warning) options.on_warning(text);
  };

  std::vector<std::vector<BeatRow>> wanted(names.size());
  if (options.only_beats) {
    for (const BeatRow& row : *options.only_beats) wanted.at(row.record).push_back(row);
  }
  std::vector<std::optional<LoadedRecord>> parts(names.size());
  for_each_index(names.size(), options.threads, [&](std::size_t i) {
    parts[i] = load_record(database, names[i], static_cast<std::uint32_t>(i), preprocessing, classes, read,
                           options.only_labels, options.only_beats ? &wanted[i] : nullptr);
    const std::lock_guard lock(callback_mutex);
    if (options.on_progress) options.on_progress(++done, names.size());
  });

  Dataset all;
  all.name = database.name;
  all.class_names = classes.class_names();
  std::size_t values = 0, pixels = 0, rows = 0;
  for (const auto& part : parts) {
    values += part->windows.values.size();
    pixels += part->windows.pixels.size();
    rows += part->windows.rows.size();
  }
  all.windows.values.reserve(values);
  all.windows.pixels.reserve(pixels);
  all.windows.rows.reserve(rows);
  std::string hashes;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    hashes += names[i] + " " + parts[i]->hash + "\n";
    append(all, std::move(*parts[i]), i);
    parts[i].reset();
  }
  all.hash = content_hash(hashes);
  if (all.windows.rows.empty()) {
    throw Error(ErrorKind::unsupported, database.folder.string(),
                "has no annotated beat of a class of " + classes.name + "; are the annotation files there?");
  }
  return all;
}

}  // namespace beatbench
