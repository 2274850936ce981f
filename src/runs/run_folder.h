#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/files.h"
#include "beatbench/report/run_report.h"

namespace beatbench {

/// The names of the classes in a set, bit c being class c: "V"; of several "AF+RBBB"; "none".
std::string names_in(std::uint64_t set, const std::vector<std::string>& class_names);

/// The files of a run folder, each written atomically.
void write_log_csv(const std::filesystem::path& folder, std::span<const EpochRow> history);
void write_report(const std::filesystem::path& folder, const RunReport& report);

/// What a model said of the test beats, or of the recordings of the test.
struct TestedBeats {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint64_t> reference, predicted;  ///< bit c is set where a row is of class c
  std::vector<float> probabilities;                 ///< [rows, classes]
};

/// curves, confusion, thresholds and mistakes, each as .svg and .png. Returns a warning where pictures cannot be drawn
/// on this machine, else "".
std::string write_pictures(const std::filesystem::path& folder, const RunReport& report, const BeatSet& beats,
                           const TestedBeats& tested);

/// runs/MODEL-1, or the first number that is free.
std::filesystem::path next_run_folder(const std::string& model);

/// @throws Error(usage) if the folder is there already.
void refuse_existing(const std::filesystem::path& folder);

/// A run folder that is being written: nobody else can write it at the same time.
/// @throws Error(usage) where another process is writing it.
FileLock lock_run_folder(const std::filesystem::path& folder);

/// A new run folder, locked, that is removed again unless a training state in it, or in a folder in it, is worth
/// keeping.
/// @throws Error(usage) if it exists already.
class FreshRunFolder {
 public:
  explicit FreshRunFolder(std::filesystem::path folder);
  ~FreshRunFolder();
  FreshRunFolder(const FreshRunFolder&) = delete;
  FreshRunFolder& operator=(const FreshRunFolder&) = delete;

 private:
  std::filesystem::path folder_;
  CreatedDirectory made_;
  FileLock lock_;
};

}  // namespace beatbench
