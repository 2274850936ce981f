#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/data/recording.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/signal/realign.h"
#include "data/load.h"

namespace beatbench {
namespace {

using Clock = std::chrono::steady_clock;

// Rows count as of record 0, the only one of `windows`.
struct LoadedRecord {
  BeatSet windows;
  std::string hash;
  std::size_t left_out = 0;
};

// The rows of a record, and every beat and flutter wave of it, which images reach to.
struct RecordRows {
  std::vector<BeatRow> rows;
  std::vector<std::int64_t> neighbours;
  std::size_t left_out = 0, edge_windows = 0;

  // Counts a window that crosses an edge. Returns false where the edge policy leaves it out.
  bool add(BeatRow row, const Record& record, const Preprocessing& preprocessing) {
    row.crosses_edge = preprocessing.input == "window" &&
                       beatbench::crosses_edge(row.sample, static_cast<std::int64_t>(record.length_samples()),
                                               record.sampling_rate_hz, preprocessing);
    edge_windows += row.crosses_edge ? 1 : 0;
    if (row.crosses_edge && preprocessing.edge == "skip") return false;
    rows.push_back(row);
    return true;
  }
};

// `only`: the rows asked for, or nullptr for all beats of a class.
RecordRows rows_of(const Record& record, const Preprocessing& preprocessing, const ClassMap& classes,
                   const std::vector<BeatRow>* only) {
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
    } else if (!only) {
      out.add({0, annotation.sample, annotation.code, static_cast<std::int16_t>(*label)}, record, preprocessing);
    }
  }
  if (!only) return out;
  for (BeatRow row : *only) {
    row.record = 0;
    out.add(row, record, preprocessing);
  }
  return out;
}

// What a load of records asks of each of them.
struct RecordLoad {
  const Database& database;
  const Preprocessing& preprocessing;
  const ClassMap& classes;
  const LoadOptions& options;
  ReadOptions read;
};

// `only`: the rows asked for, or nullptr for all beats of a class.
LoadedRecord load_record(const RecordLoad& load, const std::string& name, const std::vector<BeatRow>* only) {
  LoadedRecord out;
  Record record = read_record(load.database.folder / name, load.read);
  out.hash = record.content_hash;
  const std::vector<Doubt> doubts = doubts_about(record, load.preprocessing);
  refuse(record, doubts, "if it is an ECG, state the unit in its header");
  for (const Doubt& doubt : doubts) load.read.on_warning("record " + name + ": " + doubt.text);

  if (load.database.realign_marks) realign_beats(record);
  RecordRows rows = rows_of(record, load.preprocessing, load.classes, only);
  out.left_out = rows.left_out;
  out.windows.records = {{name, load.database.subject_of(name)}};
  if (load.options.only_labels) {
    out.windows.rows = std::move(rows.rows);
  } else {
    append_beats(out.windows, record, rows.rows, rows.neighbours, load.preprocessing);
  }
  out.windows.edge_windows = rows.edge_windows;
  if (load.options.seen) {
    out.windows.records.front().blocks = blocks_of(record);
    out.windows.records.front().seen = load.options.seen->find_in(record);
  }
  return out;
}

void append(Dataset& all, LoadedRecord&& part) {
  all.windows.shape = part.windows.shape;
  all.windows.pixels.insert(all.windows.pixels.end(), part.windows.pixels.begin(), part.windows.pixels.end());
  all.windows.values.insert(all.windows.values.end(), part.windows.values.begin(), part.windows.values.end());
  all.windows.features.insert(all.windows.features.end(), part.windows.features.begin(), part.windows.features.end());
  for (BeatRow& row : part.windows.rows) row.record = static_cast<std::uint32_t>(all.windows.records.size());
  all.windows.rows.insert(all.windows.rows.end(), part.windows.rows.begin(), part.windows.rows.end());
  all.windows.records.push_back(std::move(part.windows.records.front()));
  all.windows.edge_windows += part.windows.edge_windows;
  all.annotations_left_out += part.left_out;
}

}  // namespace

std::vector<double> time_preparation(const Database& database, const Preprocessing& preprocessing, std::size_t most) {
  std::vector<double> seconds_per_beat;
  if (database.form != DataForm::records || preprocessing.class_map == kOwnClasses) return seconds_per_beat;
  const Preprocessing here = preprocessing_for(database, preprocessing);
  const ClassMap& classes = require_class_map(here.class_map);
  const std::size_t count = std::min(most, database.records.size());
  for (std::size_t i = 0; i < count; ++i) {
    Record record = read_record(database.folder / database.records[i * database.records.size() / count]);
    if (database.realign_marks) realign_beats(record);
    const RecordRows rows = rows_of(record, here, classes, nullptr);
    if (rows.rows.empty()) continue;
    for (const bool counts : {false, true}) {  // once to warm up
      BeatSet beats;
      const auto start = Clock::now();
      append_beats(beats, record, rows.rows, rows.neighbours, here);
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      if (counts) seconds_per_beat.push_back(seconds / static_cast<double>(rows.rows.size()));
    }
  }
  return seconds_per_beat;
}

Dataset load_records(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  if (preprocessing.class_map == kOwnClasses) {
    throw Error(ErrorKind::usage, "classes",
                "'" + std::string(kOwnClasses) + "' takes the classes of images or windows that have their names; " +
                    database.folder.string() + " holds records");
  }
  const Preprocessing here = preprocessing_for(database, preprocessing);
  const ClassMap& classes = require_class_map(here.class_map);
  const std::vector<std::string>& names = options.only_records.empty() ? database.records : options.only_records;

  std::mutex callback_mutex;
  std::size_t done = 0;
  RecordLoad load{database, here, classes, options, {}};
  load.read.strict = options.strict;
  load.read.on_warning = [&](const std::string& text) {
    const std::lock_guard lock(callback_mutex);
    if (options.on_warning) options.on_warning(text);
  };

  std::vector<std::vector<BeatRow>> wanted(names.size());
  if (options.only_beats) {
    for (const BeatRow& row : *options.only_beats) wanted.at(row.record).push_back(row);
  }
  std::vector<std::optional<LoadedRecord>> parts(names.size());
  for_each_index(names.size(), options.threads, [&](std::size_t i) {
    parts[i] = load_record(load, names[i], options.only_beats ? &wanted[i] : nullptr);
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
    append(all, std::move(*parts[i]));
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
