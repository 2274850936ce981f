#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/label_map.h"
#include "beatbench/core/text.h"
#include "beatbench/data/recording.h"
#include "beatbench/recordings/hdf5/tracings.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/prepare.h"
#include "data/load.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSinusRhythm = "426783006";

struct Recording {
  BeatRow row;
  std::string hash, signal_hash;
  std::string input_hash;  // of what a model gets, where inputs are asked for
  bool is_labelled = false;
  RecordingBlocks blocks;
  std::vector<std::size_t> seen;
  std::vector<Doubt> doubts;

  bool is_refused_for(DoubtKind kind) const {
    return std::ranges::any_of(doubts, [&](const Doubt& doubt) { return doubt.kind == kind && doubt.is_refusal; });
  }
};

// Empty where no lead ever changes, as where all electrodes are off.
std::string hash_of_signal(const Record& record) {
  std::string hashes;
  bool changes = false;
  for (const Lead& lead : record.leads) {
    const auto bytes = std::as_bytes(std::span(lead.samples));
    hashes += content_hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    changes = changes || std::ranges::any_of(lead.samples, [&](auto value) { return value != lead.samples.front(); });
  }
  return changes ? content_hash(hashes) : "";
}

Record read_one(const Database& database, const std::string& name, const ReadOptions& read,
                std::vector<Doubt>* doubts = nullptr) {
  if (database.form != DataForm::tracings) return read_record(database.folder / name, read);
  const std::size_t slash = name.rfind('/');  // see read_tracing
  fs::path file = database.folder;
  if (fs::is_directory(file)) {
    file /= name.substr(0, slash) + ".hdf5";
    if (!fs::exists(file)) file.replace_extension(".h5");
  }
  TracingOptions options;
  if (doubts) options.on_warning = [&](const std::string& text) { doubts->push_back({DoubtKind::lead_names, text}); };
  return read_tracing(file, std::stoul(name.substr(slash + 1)), options);
}

std::string hash_of_input(std::span<const float> input) {
  const auto bytes = std::as_bytes(input);
  return content_hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// Reads a recording once, so that what is wrong with it is said before any training begins.
Recording look_at(const Database& database, const std::string& name, const Preprocessing& preprocessing,
                  const LabelMap& labels, const ReadOptions& read, const LoadOptions& options) {
  Recording out;
  const Record record = read_one(database, name, read, &out.doubts);
  for (const std::string& lead : preprocessing.leads) find_lead(record, {&lead, 1});
  if (record.length_samples() == 0) throw Error(ErrorKind::data, "record " + name, "has no samples");
  const auto listed = database.statements.find(name);
  const std::vector<std::string> statements =
      listed == database.statements.end() ? statements_in(record.comments) : listed->second;
  std::ranges::copy(doubts_about(record, preprocessing), std::back_inserter(out.doubts));
  out.hash = record.content_hash;
  out.signal_hash = hash_of_signal(record);
  if (!options.only_labels) out.input_hash = hash_of_input(prepare_recording(record, preprocessing));
  if (options.seen) {
    out.blocks = blocks_of(record);
    out.seen = options.seen->find_in(record);
  }
  for (const std::string& code : statements) out.hash += "," + code;
  out.is_labelled = !statements.empty();
  out.row.classes = labels.classes_of(statements);
  for (std::size_t c = labels.classes.size(); c-- > 0;) {
    if (out.row.is_of(c)) out.row.label = static_cast<std::int16_t>(c);
  }
  return out;
}

// One line for each kind of doubt, however many recordings raise it.
void warn_of_doubts(const std::vector<std::string>& names, const std::vector<std::optional<Recording>>& found,
                    const ReadOptions& read) {
  struct Doubted {
    std::size_t count = 0, first = 0;
    std::string text;
  };
  std::map<DoubtKind, Doubted> by_kind;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::set<DoubtKind> counted;
    for (const Doubt& doubt : found[i]->doubts) {
      Doubted& all = by_kind[doubt.kind];
      if (all.count == 0) {
        all.first = i;
        all.text = doubt.text;
      }
      if (counted.insert(doubt.kind).second) ++all.count;
    }
  }
  for (const auto& [kind, all] : by_kind) {
    read.on_warning("of " + std::to_string(names.size()) + " recordings " + std::to_string(all.count) +
                    (kind == DoubtKind::no_signal ? " are left out" : " are in doubt") + ", the first " +
                    names[all.first] + ": " + all.text);
  }
}

// A few recordings may be full of artefacts; where most are impossible, it is the unit.
void refuse_wrong_unit(const Database& database, const std::vector<std::optional<Recording>>& found) {
  const auto is_refused = [](const auto& recording) { return recording->is_refused_for(DoubtKind::unit); };
  const auto count = std::ranges::count_if(found, is_refused);
  if (static_cast<std::size_t>(count) * 2 <= found.size()) return;
  const Recording& first = **std::ranges::find_if(found, is_refused);
  const auto doubt = std::ranges::find_if(first.doubts, [](const Doubt& d) { return d.kind == DoubtKind::unit; });
  const bool tracings = database.form == DataForm::tracings;
  throw Error(ErrorKind::data, database.folder.string(),
              "of " + std::to_string(count) + " of " + std::to_string(found.size()) + " recordings, " + doubt->text +
                  "; state the unit in " +
                  (tracings ? "the attribute 'units' of the data set 'tracings'" : "their headers"));
}

}  // namespace

std::vector<std::string> statements_in(const std::vector<std::string>& comments) {
  std::vector<std::string> codes;
  for (const std::string& comment : comments) {
    const std::string_view text = trimmed(comment);
    if (!lower_case(text.substr(0, 3)).starts_with("dx:")) continue;
    std::vector<std::string_view> cells;
    split_cells(text.substr(3), ',', cells);
    for (const std::string_view cell : cells) {
      if (!cell.empty()) codes.emplace_back(cell);
    }
  }
  if (codes.size() == 1 && codes.front() == kSinusRhythm) codes.emplace_back("NORM");
  return codes;
}

bool is_recording_folder(const std::filesystem::path& folder) {
  try {
    const fs::path first = folder / read_record_list(folder).front();
    if (fs::exists(first.string() + ".atr")) return false;
    ReadOptions header;
    header.annotator.reset();
    header.signals = false;
    return !statements_in(read_record(first, header).comments).empty();
  } catch (const Error&) {  // what is wrong with it is said where it is read
    return false;
  }
}

Dataset load_recordings(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  const LabelMap& labels = require_label_map(preprocessing.class_map);
  const std::vector<std::string>& names = options.only_records.empty() ? database.records : options.only_records;
  std::mutex callback_mutex;
  std::size_t done = 0;
  ReadOptions read;
  read.annotator.reset();
  read.strict = options.strict;
  read.on_warning = [&](const std::string& text) {
    const std::lock_guard lock(callback_mutex);
    if (options.on_warning) options.on_warning(text);
  };
  std::vector<std::optional<Recording>> found(names.size());
  for_each_index(names.size(), options.threads, [&](std::size_t i) {
    found[i] = look_at(database, names[i], preprocessing, labels, read, options);
    const std::lock_guard lock(callback_mutex);
    if (options.on_progress) options.on_progress(++done, names.size());
  });

  refuse_wrong_unit(database, found);
  warn_of_doubts(names, found, read);

  Dataset all;
  all.name = database.name;
  all.class_names = labels.class_names();
  BeatSet& set = all.windows;
  set.shape.length_samples = preprocessing.length_samples();
  set.shape.leads = static_cast<int>(preprocessing.leads.size());
  std::string hashes;
  for (std::size_t i = 0; i < names.size(); ++i) {
    hashes += names[i] + " " + found[i]->hash + "\n";
    set.records.push_back({names[i], database.subject_of(names[i]), found[i]->signal_hash, std::move(found[i]->blocks),
                           std::move(found[i]->seen)});
    found[i]->row.record = static_cast<std::uint32_t>(i);
    if (found[i]->is_refused_for(DoubtKind::no_signal)) continue;
    if (found[i]->is_labelled)
      set.rows.push_back(found[i]->row);
    else
      ++all.annotations_left_out;
  }
  all.hash = content_hash(hashes);
  if (options.only_beats) set.rows = *options.only_beats;
  if (set.rows.empty()) {
    throw Error(ErrorKind::unsupported, database.folder.string(),
                "has no recording with statements about it (#Dx in its header), which this model needs");
  }
  if (!options.only_labels) {
    Database place;  // without the long lists
    place.folder = database.folder;
    place.form = database.form;
    std::map<std::string, std::string> hashes_of;
    for (std::size_t i = 0; i < names.size(); ++i) hashes_of[names[i]] = found[i]->input_hash;
    const auto input_hashes = std::make_shared<const std::map<std::string, std::string>>(std::move(hashes_of));
    set.read_input = [place, preprocessing, input_hashes](const std::string& record, std::int64_t, float* out) {
      ReadOptions plain;
      plain.annotator.reset();
      plain.leads = preprocessing.leads;
      const std::vector<float> input = prepare_recording(read_one(place, record, plain), preprocessing);
      if (hash_of_input(input) != input_hashes->at(record)) {
        throw Error(ErrorKind::data, "record " + record, "has changed since it was first read");
      }
      std::ranges::copy(input, out);
    };
  }
  return all;
}

}  // namespace beatbench
