#include "cli/run_folder.h"

#include <sstream>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/figures_json.h"
#include "beatbench/report/plots.h"

namespace beatbench::cli {

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

std::string write_pictures(const std::filesystem::path& folder, const RunReport& report) {
  const std::string title = report.model + " on " + report.provenance.dataset + ", " + report.preprocessing.class_map +
                            ", " + report.provenance.protocol;
  try {
    write_file_atomically(folder / "curves.svg",
                          plot_curves(report.training.history, report.training.best_epoch, title));
    write_file_atomically(folder / "confusion.svg", plot_confusion(report.test_figures, title + ", test"));
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

}  // namespace beatbench::cli
