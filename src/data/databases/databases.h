#pragma once

#include <filesystem>

#include "beatbench/data/database.h"

namespace beatbench::databases {

Database describe_mitdb(const std::filesystem::path& folder);
Database describe_svdb(const std::filesystem::path& folder);
Database describe_nstdb(const std::filesystem::path& folder);
Database describe_simdb(const std::filesystem::path& folder);
Database describe_ptbxl(const std::filesystem::path& folder);
Database describe_ptbxl_100hz(const std::filesystem::path& folder);
Database describe_simdb12(const std::filesystem::path& folder);

/// Labels stand in NAME.csv beside NAME.hdf5, or in the only .csv there: a column for each statement (1 or True), and
/// `patient_id` where patients are known. Rows go with recordings by `exam_id` where both have it, else by their order.
Database describe_tracings(const std::filesystem::path& path);
Database describe_folder(const std::filesystem::path& folder);

/// Images or windows, with what they say of themselves.
Database describe_prepared(const std::filesystem::path& path, DataForm form);

}  // namespace beatbench::databases
