#pragma once

#include <cstdint>
#include <string>
#include <vector>

// The parts of an archive of LibTorch as its writers make them, for what looks through them.
namespace beatbench::tests {

// Opcodes by the table of Python's pickletools.
inline const std::string kProto = "\x80\x02";

inline std::string text(const std::string& word) {
  return "X" + std::string(1, static_cast<char>(word.size())) + std::string(3, '\0') + word;
}
inline std::string integer(std::int32_t value) {
  std::string bytes = "J";
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(static_cast<std::uint32_t>(value) >> (8 * i));
  return bytes;
}
inline std::string tuple(const std::vector<std::int32_t>& values) {
  std::string bytes = "(";
  for (const std::int32_t value : values) bytes += integer(value);
  return bytes + "t";
}
inline std::string storage(const std::string& key, std::int32_t count,
                           const std::string& type = "torch\nFloatStorage\n") {
  return "(" + text("storage") + "c" + type + text(key) + text("cpu") + integer(count) + "tQ";
}
// As LibTorch's pickler writes a tensor.
inline std::string tensor(const std::string& stored, std::int32_t offset, const std::vector<std::int32_t>& sizes,
                          const std::vector<std::int32_t>& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + stored + integer(offset) + tuple(sizes) + tuple(strides) +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}

// A module of one matrix.
inline const std::string kModulePickle = kProto + "c__torch__.a\nNet\nq" + std::string(1, '\0') + ")\x81}(" +
                                         text("w") + tensor(storage("0", 16), 0, {4, 4}, {4, 1}) + text("training") +
                                         "\x89" + "ub.";

// As PyTorch 1.13 writes a traced module with a submodule.
inline const std::string kNet = R"(class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  training : bool
  _is_full_backward_hook : Optional[bool]
  eps : Final[float] = 1.0000000000000001e-05
  __annotations__ = []
  __annotations__["0"] = __torch__.nn.Linear
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    weight = self.weight
    _0 = getattr(self, "0")
    _1 = int(ops.prim.NumToTensor(torch.size(x, 0)))
    hx = torch.zeros([1, _1, 16], dtype=6, layout=None, device=torch.device("cpu"), pin_memory=False)
    y, _2, _3 = torch.lstm(x, [hx, hx], [weight, weight], True, 1, 0., False, False, True)
    a, b, = torch.split(torch.slice(y, 0, 0, 9223372036854775807), 8)
    return (_0).forward(torch.add(a, CONSTANTS.c0, alpha=-1), )
)";
inline const std::string kLinear = R"(class Linear(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  def forward(self: __torch__.nn.Linear,
    input: Tensor) -> Tensor:
    weight = self.weight
    return torch.linear(input, weight, annotate(Optional[Tensor], None))
)";

}  // namespace beatbench::tests
