#include "beatbench/data/dataset.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/random.h"
#include "beatbench/signal/beat_image.h"
#include "beatbench/wfdb/record_io.h"

namespace beatbench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct RecordWindows {
  BeatSet windows;
  std::string hash;
  std::size_t left_out = 0;
  double read_seconds = 0, prepare_seconds = 0;
};

RecordWindows load_record(const Database& database, const std::string& name, std::uint32_t index,
                          const Preprocessing& preprocessing, const ClassMap& classes, const ReadOptions& read) {
  RecordWindows out;
  const auto start = Clock::now();
  const Record record = read_record(database.folder / name, read);
  out.read_seconds = seconds_since(start);
  out.hash = record.content_hash;

  const auto prepare_start = Clock::now();
  std::vector<BeatRow> rows;
  std::vector<std::int64_t> neighbours;
  for (const Annotation& annotation : record.annotations) {
    const auto label = classes.label_of(annotation.code);
    if (label || is_beat(annotation.code) || annotation.code == codes::flutter_wave) {
      neighbours.push_back(annotation.sample);
    }
    if (!label) {
      ++out.left_out;
      continue;
    }
    rows.push_back({index, annotation.sample, annotation.code, static_cast<std::int16_t>(*label)});
  }
  out.windows.records.resize(index + 1);
  out.windows.records[index] = {name, database.subject_of(name)};
  const PreparedLead lead = prepare_lead(record, preprocessing);
  if (preprocessing.input == "image")
    append_images(out.windows, lead, rows, neighbours, preprocessing);
  else
    append_windows(out.windows, lead, rows, preprocessing);
  out.prepare_seconds = seconds_since(prepare_start);
  return out;
}

// Calls work(i) for every i below count on several threads; the first exception ends the others and is thrown.
void for_each_index(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto worker = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    for (int i = 1; i < threads; ++i) pool.emplace_back(worker);
    worker();
  }
  if (failure) std::rethrow_exception(failure);
}

void append(Dataset& all, RecordWindows&& part, std::size_t index) {
  all.windows.length_samples = part.windows.length_samples;
  all.windows.image_size = part.windows.image_size;
  all.windows.pixels.insert(all.windows.pixels.end(), part.windows.pixels.begin(), part.windows.pixels.end());
  all.windows.values.insert(all.windows.values.end(), part.windows.values.begin(), part.windows.values.end());
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

Dataset load_database(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  validate(preprocessing);
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

  std::vector<std::optional<RecordWindows>> parts(names.size());
  for_each_index(names.size(), options.threads, [&](std::size_t i) {
    parts[i] = load_record(database, names[i], static_cast<std::uint32_t>(i), preprocessing, classes, read);
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
    throw Error(ErrorKind::data, database.folder.string(),
                "has no annotated beat of a class of " + classes.name + "; are the annotation files there?");
  }
  return all;
}

BeatSet select_beats(const BeatSet& set, std::span<const std::uint32_t> rows) {
  BeatSet out;
  out.length_samples = set.length_samples;
  out.image_size = set.image_size;
  out.records = set.records;
  out.edge_windows = set.edge_windows;
  out.rows.reserve(rows.size());
  (set.image_size > 0 ? out.pixels.reserve(rows.size() * set.input_size())
                      : out.values.reserve(rows.size() * set.input_size()));
  for (const std::uint32_t row : rows) {
    out.rows.push_back(set.rows.at(row));
    if (set.image_size > 0)
      out.pixels.insert(out.pixels.end(), set.image(row).begin(), set.image(row).end());
    else
      out.values.insert(out.values.end(), set.window(row).begin(), set.window(row).end());
  }
  return out;
}

std::vector<std::uint32_t> draw_stratified(const BeatSet& set, std::size_t count, std::uint64_t seed) {
  std::map<int, std::vector<std::uint32_t>> by_class;
  for (std::uint32_t i = 0; i < set.size(); ++i) by_class[set.rows[i].label].push_back(i);
  const double part = static_cast<double>(count) / static_cast<double>(set.size());
  std::map<int, std::size_t> take;
  std::size_t taken = 0;
  for (const auto& [label, rows] : by_class) {
    const auto share = static_cast<std::size_t>(static_cast<double>(rows.size()) * part);
    taken += take[label] = std::clamp<std::size_t>(share, 1, rows.size());
  }
  for (; taken > count; --taken) {  // the one of each rare class comes out of the largest
    auto& largest = std::ranges::max_element(take, {}, [](const auto& entry) { return entry.second; })->second;
    if (largest <= 1) break;
    --largest;
  }
  std::vector<std::uint32_t> chosen;
  for (auto& [label, rows] : by_class) {
    shuffle(rows, derive_seed(seed, static_cast<std::uint64_t>(label) + 1));
    chosen.insert(chosen.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(take[label]));
  }
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace beatbench
