#pragma once

#include <map>
#include <string>

#include "formats/torch_archive/type.h"

namespace beatbench::archive {

/// The source of a TorchScript archive: qualified module -> text, "__torch__.torch.nn.modules.linear" -> the entry
/// code/__torch__/torch/nn/modules/linear.py.
using CodeFiles = std::map<std::string, std::string>;

/// Reads the code of a TorchScript archive as LibTorch's own parser would and refuses whatever a traced network does
/// not need. What is left can neither write a file nor wait nor go on without end: classes of modules with attributes
/// and methods; in a method assignments to local names and one `return`; in an expression numbers, text, lists, tuples,
/// local names, attributes, tensor operators from a list, and methods of submodules. There are no branches, no loops
/// (an LSTM is one operator), no recursion, no default arguments (which LibTorch runs while it loads) and no
/// `__setstate__`.
/// @throws Error(data) at `where` with the module, the line and what is not allowed.
/// @returns its classes, by qualified name, with the attributes they declare.
Classes check_code(const CodeFiles& files, const std::string& where);

}  // namespace beatbench::archive
