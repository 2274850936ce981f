#include "beatbench/data/dataset.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "beatbench/core/error.h"
#include "beatbench/core/random.h"
#include "beatbench/signal/features.h"
#include "data/load.h"

namespace beatbench {

namespace {

Dataset load_form(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  const auto refuse = [&](const char* why) { throw Error(ErrorKind::unsupported, database.folder.string(), why); };
  const bool is_prepared = database.form == DataForm::images || database.form == DataForm::windows;
  if (preprocessing.of_recordings()) {
    if (is_prepared) refuse("holds beats that are prepared already; this model takes whole recordings");
    return load_recordings(database, preprocessing, options);
  }
  if (database.form == DataForm::recordings || database.form == DataForm::tracings)
    refuse("states what whole recordings are, not their beats; a model of recordings can be trained on it");
  if (database.form == DataForm::images) return load_images(database, preprocessing, options);
  if (database.form == DataForm::windows) return load_windows(database, preprocessing, options);
  return load_records(database, preprocessing, options);
}

}  // namespace

Dataset load_database(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  validate(preprocessing);
  feature_count(preprocessing);
  Dataset dataset = load_form(database, preprocessing, options);
  dataset.source_hash = database.prepared ? database.prepared->dataset_hash : dataset.hash;
  constexpr std::size_t kMostClasses = 64;
  if (dataset.class_names.size() > kMostClasses) {
    throw Error(ErrorKind::unsupported, database.folder.string(),
                "has " + std::to_string(dataset.class_names.size()) + " classes; at most 64 can be told apart");
  }
  if (dataset.class_names.size() < 2 && !preprocessing.multi_label) {
    throw Error(ErrorKind::data, database.folder.string(),
                "has a single class of beats, '" + dataset.class_names.front() + "'; at least two are needed");
  }
  return dataset;
}

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

BeatSet select_beats(const BeatSet& set, std::span<const std::uint32_t> rows) {
  BeatSet out;
  out.shape = set.shape;
  out.records = set.records;
  out.read_input = set.read_input;
  out.rows.reserve(rows.size());
  out.pixels.reserve(set.pixels.empty() ? 0 : rows.size() * set.shape.stored_size());
  out.values.reserve(set.values.empty() ? 0 : rows.size() * set.shape.stored_size());
  for (const std::uint32_t row : rows) {
    out.rows.push_back(set.rows.at(row));
    out.edge_windows += out.rows.back().crosses_edge ? 1 : 0;
    if (!set.pixels.empty()) out.pixels.insert(out.pixels.end(), set.image(row).begin(), set.image(row).end());
    if (!set.values.empty()) out.values.insert(out.values.end(), set.window(row).begin(), set.window(row).end());
    out.features.insert(out.features.end(), set.features_of(row).begin(), set.features_of(row).end());
  }
  return out;
}

void join_beats(BeatSet& set, const BeatSet& more, const std::string& prefix, bool subjects_are_comparable) {
  if (set.shape != more.shape) {
    throw Error(ErrorKind::usage, "data", "inputs of two sizes cannot be joined");
  }
  if (set.read_input) {  // a name says whose reader it is for
    set.read_input = [ours = set.read_input, theirs = more.read_input, prefix](const std::string& record,
                                                                               std::int64_t sample, float* out) {
      if (record.starts_with(prefix))
        theirs(record.substr(prefix.size()), sample, out);
      else
        ours(record, sample, out);
    };
  }
  const auto records = static_cast<std::uint32_t>(set.records.size());
  for (RecordName name : more.records) {
    name.id = prefix + name.id;
    if (!subjects_are_comparable) name.subject = prefix + name.subject;
    set.records.push_back(std::move(name));
  }
  for (BeatRow row : more.rows) {
    row.record += records;
    set.rows.push_back(row);
  }
  set.edge_windows += more.edge_windows;
  set.values.insert(set.values.end(), more.values.begin(), more.values.end());
  set.pixels.insert(set.pixels.end(), more.pixels.begin(), more.pixels.end());
  set.features.insert(set.features.end(), more.features.begin(), more.features.end());
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
