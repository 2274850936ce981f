#include "beatbench/graph/operators.h"

namespace beatbench::graph {
namespace {

struct Names {
  std::string_view operator()(const Conv&) const { return "conv"; }
  std::string_view operator()(const Linear&) const { return "linear"; }
  std::string_view operator()(const ChannelAffine&) const { return "channel_affine"; }
  std::string_view operator()(const Activation& op) const {
    switch (op.function) {
      case Function::relu:
        return "relu";
      case Function::elu:
        return "elu";
      case Function::tanh:
        return "tanh";
      case Function::sigmoid:
        return "sigmoid";
      case Function::clamp:
        break;
    }
    return "clamp";
  }
  std::string_view operator()(const Pool& op) const {
    return op.kind == Pool::Kind::largest ? "max_pool" : "average_pool";
  }
  std::string_view operator()(const Arithmetic& op) const {
    return op.kind == Arithmetic::Kind::add ? "add" : "multiply";
  }
  std::string_view operator()(const Concat&) const { return "concat"; }
  std::string_view operator()(const Reshape&) const { return "reshape"; }
  std::string_view operator()(const Transpose&) const { return "transpose"; }
  std::string_view operator()(const Slice&) const { return "slice"; }
  std::string_view operator()(const Pad&) const { return "pad"; }
  std::string_view operator()(const Softmax&) const { return "softmax"; }
  std::string_view operator()(const Reduce& op) const { return op.kind == Reduce::Kind::sum ? "sum" : "mean"; }
  std::string_view operator()(const Lstm&) const { return "lstm"; }
};

}  // namespace

std::string_view name_of(const Operator& op) { return std::visit(Names{}, op); }

}  // namespace beatbench::graph
