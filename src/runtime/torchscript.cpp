#include <torch/script.h>

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "beatbench/core/error.h"
#include "beatbench/runtime/environment.h"
#include "caffe2/serialize/inline_container.h"
#include "runtime/engines.h"

namespace beatbench::engines {
namespace {

// TorchScript files and checkpoints are both archives of LibTorch; only the former carry the description as an entry.
bool archive_has(const std::filesystem::path& file, const std::string& entry) {
  try {
    caffe2::serialize::PyTorchStreamReader reader(file.string());
    return reader.hasRecord(entry);
  } catch (const std::exception&) {
    return false;
  }
}

const std::string kDescriptionRecord = "extra/" + std::string(kDescriptionEntry);

class TorchScriptEngine final : public Engine {
 public:
  explicit TorchScriptEngine(const std::filesystem::path& file) {
    std::unordered_map<std::string, std::string> extra{{kDescriptionEntry, ""}};
    if (precision_of_file(file) != "float32") use_best_quantized_engine();
    try {
      module_ = torch::jit::load(file.string(), torch::kCPU, extra);
      module_.eval();
      description_ = nlohmann::json::parse(extra[kDescriptionEntry]).get<ModelDescription>();
      // oneDNN's int8 operators keep what they made for the shape that they see first, and make all anew for every
      // other: a single window should not pay for that.
      if (description_.precision != "float32") {
        run_batch(std::vector<float>(static_cast<std::size_t>(description_.shape.input_size())), 1);
      }
    } catch (const nlohmann::json::exception& error) {
      throw Error(ErrorKind::data, file.string(), "has a damaged description: " + std::string(error.what()));
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      throw Error(ErrorKind::data, file.string(), "cannot be loaded: " + error_text(error));
    }
    // Frozen weights are constants of the graph and no parameters any more.
    const auto model = make_model(description_.model, description_.shape, description_.options);
    parameters_ = parameter_count(*model);
  }

 private:
  std::vector<float> run_batch(std::span<const float> batch, int count) override {
    const c10::InferenceMode inference;
    const torch::Tensor in = torch::from_blob(const_cast<float*>(batch.data()), description_.shape.dimensions(count));
    const torch::Tensor out = module_.forward({in}).toTensor().contiguous();
    return {out.data_ptr<float>(), out.data_ptr<float>() + out.numel()};
  }

  torch::jit::Module module_;
};

}  // namespace

bool is_torchscript(const std::filesystem::path& file) { return archive_has(file, kDescriptionRecord); }

std::unique_ptr<Engine> open_torchscript(const std::filesystem::path& file) {
  return std::make_unique<TorchScriptEngine>(file);
}

}  // namespace beatbench::engines

namespace beatbench {

std::string precision_of_file(const std::filesystem::path& file) {
  try {
    caffe2::serialize::PyTorchStreamReader reader(file.string());
    const auto [bytes, size] = reader.getRecord(engines::kDescriptionRecord);
    const auto* text = static_cast<const char*>(bytes.get());
    return nlohmann::json::parse(text, text + size).value("precision", "float32");
  } catch (const std::exception&) {  // a checkpoint, or no model
    return "float32";
  }
}

}  // namespace beatbench
