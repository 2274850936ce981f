#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Reshape& op, Shapes inputs) {
  require(inputs.size() == 1 && !inputs[0].empty(), "takes one input");
  Shape y = {inputs[0][0]};
  y.insert(y.end(), op.dimensions.begin(), op.dimensions.end());
  require(element_count(op.dimensions) == element_count(std::span(inputs[0]).subspan(1)),
          "cannot make " + shape_text(y) + " of " + shape_text(inputs[0]));
  return y;
}

void run(const Reshape&, Inputs inputs, Tensor& y) { y.values = inputs[0]->values; }

}  // namespace beatbench::graph
