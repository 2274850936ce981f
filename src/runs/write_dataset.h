#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "beatbench/core/listener.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/data/protocol.h"

namespace beatbench {

/// What `convert dataset` writes.
struct DatasetRequest {
  std::string name = "simdb";
  std::string format = "wfdb";
  std::string out;
  std::uint64_t seed = 1;
  std::optional<int> records;  ///< simulated ones; nullopt: as many as is usual
  std::optional<double> duration_s;
  Preprocessing preprocessing;
  std::string protocol = "random";
  std::string part;  ///< "": test for csv, all for png
  SplitOptions split;
  bool strict = false;
  int threads = 0;
};

struct WrittenDataset {
  std::filesystem::path out;
  std::string text;  ///< "4000 images of mitdb (all beats)"
};

/// Writes a simulated database as WFDB records, or a database's beats as images or as a label-first CSV.
/// @throws Error, Interrupted; nothing is left behind then.
WrittenDataset write_dataset(DatasetRequest request, const Listener& listener);

}  // namespace beatbench
