#include "beatbench/models/checkpoint.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/formats/torch_archive/check.h"
#include "beatbench/runtime/model_file.h"
#include "formats/torch_archive/checksum.h"
#include "models/checkpoint_io.h"

namespace beatbench {
namespace {

ModelDescription description_from(torch::serialize::InputArchive& archive, const std::string& where) {
  c10::IValue text;
  if (!archive.try_read("description", text) || !text.isString()) {
    throw Error(ErrorKind::data, where, "is no checkpoint of beatbench (it has no description)");
  }
  return parse_description(text.toStringRef(), where);
}

// LibTorch's writer calls back from C code, which no exception may cross, and ends the program when a part is refused:
// after a failure it goes on, but nothing more is written.
void save_in_parts(torch::serialize::OutputArchive& archive, const std::function<void(std::string_view)>& put) {
  std::exception_ptr failure;
  archive.save_to([&](const void* data, std::size_t size) {
    try {
      if (!failure) put({static_cast<const char*>(data), size});
    } catch (...) {
      failure = std::current_exception();
    }
    return size;
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const ModelDescription& description, const BeatModel& model,
                     const std::function<void(torch::serialize::OutputArchive&)>& more) {
  torch::serialize::OutputArchive archive;
  archive.write("description", c10::IValue(nlohmann::json(description).dump()));
  torch::serialize::OutputArchive weights(archive.compilation_unit());
  model.save(weights);
  archive.write("weights", weights);
  if (more) more(archive);
  write_file_atomically(path, [&](const auto& put) {
    ChecksummedArchive file(put);
    save_in_parts(archive, [&](std::string_view part) { file.write(part); });
    file.finish();
  });
}

Checkpoint load_checkpoint(const std::filesystem::path& path,
                           const std::function<void(torch::serialize::InputArchive&)>& more) {
  const std::filesystem::path file = checkpoint_path(path);
  check_archive(file, Trust::by_looking);
  std::ifstream bytes(file, std::ios::binary);
  if (!bytes) throw Error(ErrorKind::io, file.string(), std::string("cannot open: ") + std::strerror(errno));
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(bytes, torch::Device(torch::kCPU));
    Checkpoint checkpoint;
    checkpoint.description = description_from(archive, file.string());
    const ModelDescription& description = checkpoint.description;
    checkpoint.model = make_model(description.model, description.shape, description.options);
    torch::serialize::InputArchive weights;
    archive.read("weights", weights);
    checkpoint.model->load(weights);
    lay_channels_last(*checkpoint.model);
    checkpoint.description.parameters = parameter_count(*checkpoint.model);
    checkpoint.model->eval();
    if (more) more(archive);
    return checkpoint;
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::data, file.string(),
                "cannot be read as a checkpoint: " + std::string(error.what_without_backtrace()));
  }
}

Checkpoint load_checkpoint(const std::filesystem::path& path) { return load_checkpoint(path, {}); }

}  // namespace beatbench
