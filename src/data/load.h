#pragma once

#include <cstddef>
#include <functional>

#include "beatbench/data/dataset.h"

// One function for each form of data, behind load_database. Not a public header.
namespace beatbench {

Dataset load_records(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options);
Dataset load_recordings(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options);
Dataset load_images(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options);
Dataset load_windows(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options);

/// Calls work(i) for every i below count on several threads; the first exception ends the others and is thrown.
void for_each_index(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace beatbench
