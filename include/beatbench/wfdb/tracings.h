#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

/// The HDF5 files in which Ribeiro et al. publish 12-lead recordings
/// (doi:10.5281/zenodo.3765780, 10.5281/zenodo.4916206): a data set `tracings` of floating-point numbers [recordings,
/// samples, 12], the leads I, II, III, AVR, AVL, AVF, V1 to V6, at 400 Hz, in units of 0.1 mV, short recordings filled
/// up with zeros at both ends. Safe to call from several threads at once.

/// How many recordings a file holds. @throws Error(io) if it cannot be opened, Error(data) if it is no such file.
std::size_t count_tracings(const std::filesystem::path& file);

/// The numbers of its recordings' examinations, from a data set `exam_id` [recordings]; empty where it has none.
/// @throws Error likewise.
std::vector<std::int64_t> exam_ids(const std::filesystem::path& file);

/// Whether a file's name is that of an HDF5 file: .hdf5 or .h5.
bool is_tracings_file(const std::filesystem::path& file);

/// Recording number `row`, from 0, without what it was filled up with. Samples are rounded to 1 nV. `id` and `subject`
/// are the file's name without extension, "/" and the row's number; `content_hash` covers the samples.
/// @throws Error likewise, and Error(usage) for a row that is not there.
Record read_tracing(const std::filesystem::path& file, std::size_t row);

}  // namespace beatbench
