#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

/// The HDF5 files in which Ribeiro et al. publish 12-lead recordings
/// (doi:10.5281/zenodo.3765780, 10.5281/zenodo.4916206): a data set `tracings` of floating-point numbers [recordings,
/// samples, 12], the leads I, II, III, AVR, AVL, AVF, V1 to V6, at 400 Hz, short recordings filled up with zeros at
/// both ends. The numbers are taken to be mV, as the preparation of CODE-15% for the PhysioNet Challenge 2025 takes
/// them, unless an attribute `units` of the data set says another unit ("uV", "1e-4V", "0.1 mV"). A unit that is taken
/// and not said is Lead::unit_is_assumed. Safe to call from several threads at once.
///
/// No file says the order of its leads. Where the augmented ones stand in another order, as aVL, aVF, aVR in the
/// published test set, they are moved to their places, see correct_assumed_order.

/// How many recordings a file holds. @throws Error(io) if it cannot be opened, Error(data) if it is no such file, and
/// if it claims more recordings than it stores.
std::size_t count_tracings(const std::filesystem::path& file);

/// The numbers of its recordings' examinations, from a data set `exam_id` [recordings]; empty where it has none.
/// @throws Error likewise.
std::vector<std::int64_t> exam_ids(const std::filesystem::path& file);

/// Whether a file's name is that of an HDF5 file: .hdf5 or .h5.
bool is_tracings_file(const std::filesystem::path& file);

struct TracingOptions {
  std::function<void(const std::string&)> on_warning = nullptr;  ///< one line each, without the recording's name
};

/// Recording number `row`, from 0, without what it was filled up with. Samples are rounded to 1 nV, those of a
/// recording beyond 2 V to a step that is ten times larger or more. One that was never written is all zeros. `id` and
/// `subject` are the file's name without extension, "/" and the row's number; `content_hash` covers the samples.
/// @throws Error likewise, Error(usage) for a row that is not there, and Error(data) naming the row for samples that
/// are no numbers or above 1e9.
Record read_tracing(const std::filesystem::path& file, std::size_t row, const TracingOptions& options = {});

}  // namespace beatbench
