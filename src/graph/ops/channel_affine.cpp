#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const ChannelAffine&, Shapes inputs) {
  require(inputs.size() == 3, "takes an input, a scale and a shift");
  require(inputs[0].size() >= 2, "takes [N, C, ...], not " + shape_text(inputs[0]));
  for (const Shape& numbers : inputs.subspan(1))
    require(numbers == Shape{inputs[0][1]},
            "has " + shape_text(numbers) + " numbers for an input " + shape_text(inputs[0]));
  return inputs[0];
}

void run(const ChannelAffine&, Inputs inputs, Tensor& y) {
  const std::vector<float>&x = inputs[0]->floats(), &scale = inputs[1]->floats(), &shift = inputs[2]->floats();
  const Extents around = extents_around(y.shape, 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i / around.inner % around.size;
    y.floats()[i] = x[i] * scale[c] + shift[c];
  }
}

}  // namespace beatbench::graph
