#include "torchscript/quantize.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_set>

#include "torchscript/graph_patterns.h"

namespace beatbench {
namespace {

using torch::jit::NamedValue;
using torch::jit::Node;
using torch::jit::Value;

constexpr std::int64_t kWeightLimit = 127;  // symmetric: -128 is not used

Ints permutation_to_channels_last() { return {0, 2, 3, 1}; }
Ints permutation_from_channels_last() { return {0, 3, 1, 2}; }

c10::IValue call_operator(const char* name, torch::jit::Stack stack) {
  c10::Dispatcher::singleton().findSchemaOrThrow(name, "").callBoxed(&stack);
  return stack.at(0);
}

// One scale for each output channel, the first dimension.
torch::Tensor quantized_weight(const torch::Tensor& weight) {
  const torch::Tensor largest = weight.reshape({weight.size(0), -1}).abs().amax(1).clamp_min(1e-12);
  return torch::quantize_per_channel(weight.contiguous(), (largest / kWeightLimit).to(torch::kDouble),
                                     torch::zeros({weight.size(0)}, torch::kLong), 0, torch::kQInt8);
}

// A value of the float graph in the int8 graph: in float, in 8 bits, or in both, each made when first asked for.
struct Form {
  Value* plain = nullptr;
  Value* quantized = nullptr;
  bool lifted = false;  // the quantised form of [N, C, L] is [N, C, 1, L]
};

class GraphQuantizer {
 public:
  GraphQuantizer(torch::jit::Graph& from, const Statistics& statistics, int bits, const ErrorPowers& powers,
                 torch::jit::Module& module)
      : from_(from),
        statistics_(statistics),
        bits_(bits),
        powers_(powers),
        module_(module),
        to_(std::make_shared<torch::jit::Graph>()) {}

  std::shared_ptr<torch::jit::Graph> run() {
    self_ = to_->addInput("self");
    self_->setType(module_.type());
    forms_[from_.inputs().at(1)].plain = to_->addInput("batch");
    for (Node* node : from_.nodes()) {
      if (done_.contains(node) || quantize(node)) continue;
      clone(node);
    }
    for (Value* output : from_.outputs()) to_->registerOutput(plain(output));
    torch::jit::EliminateDeadCode(to_);
    to_->lint();
    return to_;
  }

 private:
  bool quantize(Node* node) {
    if (is_kind(node, "aten::dropout") && is_number(node->input(2), 0)) return same(node);
    if (is_kind(node, "aten::matmul")) return defer_product(node);
    if (is_kind(node, "aten::constant_pad_nd")) return defer_padding(node);
    if (is_kind(node, "aten::flatten")) return defer_flatten(node);
    if (is_kind(node, "aten::relu")) return relu(node);
    if (is_kind(node, "aten::elu")) return elu(node);
    if (is_kind(node, "aten::batch_norm")) return batch_norm(node);
    if (is_max_pool(node)) return max_pool(node);
    return convolution(node) || linear(node) || add(node);
  }

  Value* emit(const char* name, at::ArrayRef<NamedValue> inputs) {
    return to_->insert(c10::Symbol::fromQualString(name), inputs);
  }

  void clone(Node* node) {
    Node* copy = to_->insertNode(to_->createClone(node, [this](Value* value) { return plain(value); }));
    for (std::size_t i = 0; i < node->outputs().size(); ++i) forms_[node->output(i)].plain = copy->output(i);
  }

  Value* origin(Value* value) const {
    const auto found = same_.find(value);
    return found == same_.end() ? value : origin(found->second);
  }

  Ints sizes_of(const Value* value) const {
    const auto found = pooled_.find(value);
    return statistics_.at(found == pooled_.end() ? value : found->second).sizes;
  }
  std::size_t rank(Value* value) const {
    const auto found = statistics_.find(value);
    return found == statistics_.end() ? 0 : found->second.sizes.size();
  }

  // Logits keep their whole range: clipped ones would tie.
  Affine affine(Value* value) const {
    const bool is_output = std::find(from_.outputs().begin(), from_.outputs().end(), value) != from_.outputs().end();
    return least_error_affine(statistics_.at(value), bits_, is_output ? kWholeRange : powers_.images);
  }

  Value* plain(Value* value) {
    value = origin(value);
    if (!forms_.contains(value)) clone(value->node());  // one that was deferred in vain
    Form& form = forms_.at(value);
    if (form.plain) return form.plain;
    form.plain = emit("aten::dequantize", {form.quantized});
    if (form.lifted) form.plain = emit("aten::squeeze", {form.plain, 2});
    return form.plain;
  }

  // `as_image`: [N, C, H, W], a signal lifted to height 1.
  Value* quantized(Value* value, bool as_image) {
    value = origin(value);
    if (!forms_.contains(value)) clone(value->node());
    Form& form = forms_.at(value);
    if (!form.quantized) {
      const Affine to = affine(value);
      form.lifted = as_image && rank(value) == 3;
      Value* source = form.lifted ? emit("aten::unsqueeze", {form.plain, 2}) : form.plain;
      form.quantized = emit("aten::quantize_per_tensor",
                            {source, to.scale, to.zero_point, static_cast<std::int64_t>(at::ScalarType::QUInt8)});
    }
    if (form.lifted == (as_image && rank(value) == 3)) return form.quantized;
    return form.lifted ? emit("aten::squeeze", {form.quantized, 2}) : emit("aten::unsqueeze", {form.quantized, 2});
  }

  // The quantised form of a value that has one as an image.
  const Form* image(Value* value) const {
    const auto found = forms_.find(origin(value));
    if (found == forms_.end() || !found->second.quantized) return nullptr;
    return found->second.lifted || rank(origin(value)) == 4 ? &found->second : nullptr;
  }

  void put(Value* value, Value* result, bool lifted) { forms_[value] = {nullptr, result, lifted}; }

  // The value that an operator really yields: that of the ReLU that alone follows it, if there is one.
  Value* through_relu(Node* node, bool& with_relu) {
    Node* user = only_user(node->output());
    with_relu = user && is_kind(user, "aten::relu");
    if (!with_relu) return node->output();
    done_.insert(user);
    return user->output();
  }

  Value* packed(const char* name, torch::jit::Stack arguments) {
    const c10::IValue weights = call_operator(name, std::move(arguments));
    const std::string attribute = "packed" + std::to_string(packed_++);
    module_.register_attribute(attribute, weights.type(), weights);
    return to_->insertGetAttr(self_, attribute);
  }

  bool same(Node* node) {
    same_[node->output()] = node->input(0);
    return true;
  }

  bool defer_product(Node* node) const {
    const Node* user = only_user(node->output());
    return user && linear_of(user);
  }

  bool defer_padding(Node* node) const {
    const auto pads = constant_ints(node->input(1));
    if (!pads || !is_number(node->input(2), 0) || node->output()->uses().empty()) return false;
    for (const auto& use : node->output()->uses()) {
      auto conv = use.offset == 0 ? convolution_of(use.user) : std::nullopt;
      if (!conv || !absorb_padding(*conv, *pads)) return false;
    }
    return true;
  }

  bool defer_flatten(Node* node) const {
    const Node* user = only_user(node->output());
    return image(node->input(0)) && user && linear_of(user) && is_number(node->input(1), 1) &&
           is_number(node->input(2), -1);
  }

  bool convolution(Node* node) {
    auto conv = convolution_of(node);
    if (!conv) return false;
    Value* input = node->input(0);
    if (!forms_.contains(origin(input))) {  // a deferred padding
      absorb_padding(*conv, *constant_ints(input->node()->input(1)));
      input = input->node()->input(0);
    }
    bool with_relu = false;
    Value* result = through_relu(node, with_relu);
    const Affine to = affine(result);
    Value* weights = packed("quantized::conv2d_prepack", {quantized_weight(conv->weight), conv->bias, conv->stride,
                                                          conv->padding, conv->dilation, conv->groups});
    put(result,
        emit(with_relu ? "quantized::conv2d_relu" : "quantized::conv2d",
             {quantized(input, true), weights, to.scale, to.zero_point}),
        rank(result) == 3);
    return true;
  }

  // The result is float32: a batch norm behind a dense layer may amplify some units by hundreds, and 8 bits for all of
  // them hold no such unit. LibTorch's operator for this finds the range of its input by itself, in each batch anew;
  // two more inputs, which have weight 0 and hold the ends of the range seen in calibration, fix it.
  bool linear(Node* node) {
    auto layer = linear_of(node);
    if (!layer) return false;
    Value *source = nullptr, *input = nullptr;
    if (forms_.contains(origin(layer->input))) {
      source = origin(layer->input);
      input = plain(source);
    } else {  // a deferred flatten: the weights take the order that the image has in memory, and nothing is moved
      source = origin(layer->input->node()->input(0));
      Ints sizes = sizes_of(source);
      if (sizes.size() == 3) sizes.insert(sizes.begin() + 2, 1);
      sizes[0] = layer->weight.size(0);
      layer->weight = layer->weight.reshape(sizes).permute(permutation_to_channels_last()).flatten(1);
      Value* rows = emit("aten::permute", {image(source)->quantized, permutation_to_channels_last()});
      input = emit("aten::dequantize", {emit("aten::flatten", {rows, 1, -1})});
    }
    const Affine range = least_error_affine(statistics_.at(source), bits_, powers_.vectors);
    const double low = -range.scale * static_cast<double>(range.zero_point);
    const double high = low + range.scale * ((1 << bits_) - 1);
    input = emit("aten::clamp", {input, low, high});
    for (const double end : {low, high}) input = emit("aten::constant_pad_nd", {input, Ints{0, 1}, end});
    Value* weights = packed("quantized::linear_prepack",
                            {quantized_weight(torch::constant_pad_nd(layer->weight, {0, 2})), layer->bias});
    forms_[node->output()].plain = emit("quantized::linear_dynamic", {input, weights, bits_ < 8});
    return true;
  }

  bool relu(Node* node) {
    const Form* source = image(node->input(0));
    if (!source) return false;
    put(node->output(), emit("aten::relu", {source->quantized}), source->lifted);
    return true;
  }

  // The operator writes its result in row order and is six times slower where its input lies otherwise.
  bool elu(Node* node) {
    const Form* source = image(node->input(0));
    if (!source) return false;
    const Affine to = affine(node->output());
    Value* rows = emit("aten::permute", {pooled_before(node, *source), permutation_to_channels_last()});
    Value* result = emit("quantized::elu", {rows, to.scale, to.zero_point, plain(node->input(1)), plain(node->input(2)),
                                            plain(node->input(3))});
    put(node->output(), emit("aten::permute", {result, permutation_from_channels_last()}), source->lifted);
    return true;
  }

  // Where ELU, a batch norm without negative weights and max-pooling follow each other, as in cnn2d, the pooling goes
  // first: all three rise or stay, so each result is the same to the bit, and the first two have a quarter to do.
  Value* pooled_before(Node* elu, const Form& source) {
    Node* norm = only_user(elu->output());
    if (!norm || !is_kind(norm, "aten::batch_norm") || !is_number(norm->input(5), 0)) return source.quantized;
    const auto weight = constant_tensor(norm->input(1));
    Node* pool = only_user(norm->output());
    if (!weight || weight->min().item<double>() < 0 || !pool || !is_max_pool(pool)) return source.quantized;
    Value* result = emit_max_pool(pool, source);
    if (!result) return source.quantized;
    done_.insert(pool);
    same_[pool->output()] = norm->output();
    pooled_[norm->output()] = pool->output();
    return result;
  }

  bool batch_norm(Node* node) {
    const Form* source = image(node->input(0));
    if (!source || !is_number(node->input(5), 0)) return false;  // training
    bool with_relu = false;
    Value* result = through_relu(node, with_relu);
    const Affine to = affine(result);
    put(result,
        emit(with_relu ? "quantized::batch_norm2d_relu" : "quantized::batch_norm2d",
             {source->quantized, plain(node->input(1)), plain(node->input(2)), plain(node->input(3)),
              plain(node->input(4)), plain(node->input(7)), to.scale, to.zero_point}),
        source->lifted);
    return true;
  }

  bool add(Node* node) {
    if (!is_kind(node, "aten::add") || node->inputs().size() != 3 || !is_number(node->input(2), 1)) return false;
    const Form *a = image(node->input(0)), *b = image(node->input(1));
    if (!a || !b || a->lifted != b->lifted) return false;
    if (sizes_of(origin(node->input(0))) != sizes_of(origin(node->input(1)))) return false;
    bool with_relu = false;
    Value* result = through_relu(node, with_relu);
    const Affine to = affine(result);
    put(result,
        emit(with_relu ? "quantized::add_relu" : "quantized::add",
             {a->quantized, b->quantized, to.scale, to.zero_point}),
        a->lifted);
    return true;
  }

  static bool is_max_pool(const Node* node) {
    return is_kind(node, "aten::max_pool1d") || is_kind(node, "aten::max_pool2d");
  }

  bool max_pool(Node* node) {
    const Form* source = image(node->input(0));
    Value* result = source ? emit_max_pool(node, *source) : nullptr;
    if (!result) return false;
    put(node->output(), result, source->lifted);
    return true;
  }

  // nullptr where a size is computed.
  Value* emit_max_pool(Node* node, const Form& source) {
    std::vector<Ints> sizes;  // kernel, stride, padding, dilation
    for (std::size_t i = 1; i <= 4; ++i) {
      auto size = constant_ints(node->input(i));
      if (!size) return nullptr;
      if (i == 2 && size->empty()) {
        size = sizes[0];  // no stride: that of the kernel, which the quantised operator does not know
      } else if (source.lifted) {
        size->insert(size->begin(), i == 3 ? 0 : 1);
      } else if (size->size() == 1) {
        size->push_back(size->front());
      }
      sizes.push_back(*size);
    }
    return emit("aten::max_pool2d", {source.quantized, sizes[0], sizes[1], sizes[2], sizes[3], plain(node->input(5))});
  }

  torch::jit::Graph& from_;
  const Statistics& statistics_;
  int bits_;
  ErrorPowers powers_;
  torch::jit::Module& module_;
  std::shared_ptr<torch::jit::Graph> to_;
  Value* self_ = nullptr;
  std::unordered_map<const Value*, Form> forms_;
  std::unordered_map<const Value*, Value*> same_;
  std::unordered_map<const Value*, const Value*> pooled_;  // values that are pooled already, with the pooling's
  std::unordered_set<const Node*> done_;
  int packed_ = 0;
};

}  // namespace

torch::jit::Module quantize_module(const torch::jit::Module& frozen, const Statistics& statistics, int activation_bits,
                                   const ErrorPowers& powers) {
  const torch::NoGradGuard no_grad;
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  torch::jit::Module module(c10::QualifiedName(frozen.type()->name()->qualifiedName() + "_int8"), unit);
  const auto graph =
      GraphQuantizer(*frozen.get_method("forward").graph(), statistics, activation_bits, powers, module).run();
  module.type()->addMethod(unit->create_function(c10::QualifiedName(*module.type()->name(), "forward"), graph, false));
  module.eval();
  return module;
}

}  // namespace beatbench
