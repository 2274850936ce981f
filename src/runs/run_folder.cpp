#include "runs/run_folder.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <sstream>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/plots.h"

namespace beatbench {

namespace fs = std::filesystem;

std::string names_in(std::uint64_t set, const std::vector<std::string>& class_names) {
  std::string text;
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    if ((set >> c & 1U) != 0) text += (text.empty() ? "" : "+") + class_names[c];
  }
  return text.empty() ? "none" : text;
}

void write_log_csv(const std::filesystem::path& folder, std::span<const EpochRow> history) {
  std::ostringstream text;
  text.precision(9);
  const auto cell = [&](const std::optional<double>& value) {
    text << ',';
    if (value) text << *value;
  };
  text << "epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,validation_macro_f1,"
          "seconds\n";
  for (const EpochRow& row : history) {
    text << row.epoch << ',' << row.learning_rate;
    cell(row.train_loss);
    cell(row.train_accuracy);
    cell(row.validation_loss);
    cell(row.validation_accuracy);
    cell(row.validation_macro_f1);
    cell(row.seconds);
    text << '\n';
  }
  write_file_atomically(folder / "log.csv", text.view());
}

void write_report(const std::filesystem::path& folder, const RunReport& report) {
  write_file_atomically(folder / "report.json", report_text(to_json(report)));
}

namespace {

constexpr std::size_t kMisclassificationsShown = 24;

// How sure the model was of the class that it had most wrong: found though it is not there, or missed.
double certainty_of_misclassification(const TestedBeats& tested, std::size_t i, std::size_t classes) {
  double most = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const bool found = (tested.predicted[i] >> c & 1U) != 0;
    if (found == ((tested.reference[i] >> c & 1U) != 0)) continue;
    const auto probability = static_cast<double>(tested.probabilities[i * classes + c]);
    most = std::max(most, found ? probability : 1 - probability);
  }
  return most;
}

// Those that the model was surest of.
std::vector<Misclassification> surest_misclassifications(const TestedBeats& tested, const BeatSet& beats,
                                                         const Preprocessing& preprocessing) {
  const std::vector<std::string>& class_names = preprocessing.class_names;
  std::vector<Misclassification> mistakes;
  for (std::size_t i = 0; i < tested.rows.size(); ++i) {
    if (tested.reference[i] == tested.predicted[i]) continue;
    const BeatRow& row = beats.rows[tested.rows[i]];
    double probability = certainty_of_misclassification(tested, i, class_names.size());
    if (!preprocessing.multi_label) {  // of the class that it was put into
      const auto predicted = static_cast<std::size_t>(std::countr_zero(tested.predicted[i]));
      probability = static_cast<double>(tested.probabilities[i * class_names.size() + predicted]);
    }
    mistakes.push_back({tested.rows[i], beats.records[row.record].id, row.sample,
                        names_in(tested.reference[i], class_names), names_in(tested.predicted[i], class_names),
                        probability});
  }
  std::ranges::stable_sort(mistakes, std::greater(), &Misclassification::probability);
  if (mistakes.size() > kMisclassificationsShown) mistakes.resize(kMisclassificationsShown);
  return mistakes;
}

}  // namespace

std::string write_pictures(const std::filesystem::path& folder, const RunReport& report, const BeatSet& beats,
                           const TestedBeats& tested) {
  const std::vector<std::string>& class_names = report.preprocessing.class_names;
  const std::string title = report.model + " on " + report.provenance.dataset + ", " + report.preprocessing.class_map +
                            ", " + report.provenance.protocol;
  const auto ranked = rank_by_class(tested.probabilities, tested.reference, class_names.size());
  std::vector<ClassThresholds> thresholds;
  for (std::size_t c = 0; c < class_names.size(); ++c)
    thresholds.push_back({class_names[c], threshold_curve(ranked[c])});
  const auto mistakes = surest_misclassifications(tested, beats, report.preprocessing);
  try {
    for (const auto& [format, ending] : {std::pair{PlotFormat::svg, ".svg"}, {PlotFormat::png, ".png"}}) {
      const auto write = [&, end = ending](const std::string& name, const std::string& picture) {
        write_file_atomically(folder / (name + end), picture);
      };
      write("curves", plot_curves(report.training.history, report.training.best_epoch, title, format));
      write("confusion", plot_confusion(report.test.metrics, title + ", test", format));
      write("thresholds", plot_thresholds(thresholds, title + ", test", format));
      write("mistakes", plot_misclassifications(beats, mistakes, title + ": the surest mistakes of the test", format));
    }
    return "";
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) throw;
    return std::string("no pictures: ") + error.what();
  }
}

std::filesystem::path next_run_folder(const std::string& model) {
  for (int number = 1;; ++number) {
    const std::filesystem::path folder = std::filesystem::path("runs") / (model + "-" + std::to_string(number));
    if (!std::filesystem::exists(folder)) return folder;
  }
}

namespace {

bool holds_state(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    if (entry.path().filename() == "last.pt") return true;
  }
  return false;
}

// What a training leaves that was killed before it had written its config.json, or an empty folder.
bool is_unbegun(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return false;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool is_empty_folder = name == "checkpoints" && fs::is_empty(entry.path(), ignored);
    if (name != "train.log" && !is_empty_folder && !is_temporary_name(name)) return false;
  }
  return true;
}

}  // namespace

void refuse_existing(const fs::path& folder) {
  if (fs::exists(folder) && !is_unbegun(folder))
    throw Error(ErrorKind::usage, folder.string(), "already exists; choose another --out, or --resume it");
}

FileLock lock_run_folder(const fs::path& folder) {
  auto lock = FileLock::try_lock(folder);
  if (!lock) throw Error(ErrorKind::usage, folder.string(), "is being written by another training");
  return std::move(*lock);
}

FreshRunFolder::FreshRunFolder(fs::path folder) : folder_(std::move(folder)), made_(folder_) {
  if (!made_.is_new()) refuse_existing(folder_);
  try {
    lock_ = lock_run_folder(folder_);
  } catch (...) {
    made_.keep();  // another training is at it
    throw;
  }
}

FreshRunFolder::~FreshRunFolder() {
  if (holds_state(folder_)) return;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) fs::remove_all(entry.path(), ignored);
  if (made_.is_new()) fs::remove_all(folder_, ignored);  // an empty folder of the user's own stays
}

}  // namespace beatbench
