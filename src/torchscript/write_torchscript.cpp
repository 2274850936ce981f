#include <nlohmann/json.hpp>
#include <sstream>

#include "formats/torch_archive/checksum.h"
#include "torchscript/trace.h"
#include "torchscript/writers.h"

namespace beatbench::formats {

std::string write_torchscript(const Checkpoint& checkpoint, const BeatSet& /*calibration*/) {
  const torch::jit::Module module = trace_and_freeze(checkpoint);
  std::ostringstream bytes;
  module.save(bytes, {{kDescriptionEntry, nlohmann::json(checkpoint.description).dump(2)}});
  return with_checksum(bytes.str());
}

}  // namespace beatbench::formats
