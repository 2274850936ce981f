#include "formats/torch_archive/code_bounds.h"

#include <algorithm>

#include "beatbench/core/error.h"

namespace beatbench::archive {
namespace {

constexpr std::int64_t kMostOperations = 300'000;  // an unrolled LSTM included
constexpr int kDeepest = 100;

class Bounds {
 public:
  Bounds(std::map<std::string, Class>& classes, const std::string& where) : classes_(classes), where_(where) {}

  const Method& count(Class& about, std::string_view name, int depth = 0) {
    const auto found = about.methods.find(name);
    const std::string whole = about.name + "." + std::string(name);
    if (found == about.methods.end()) fail("calls " + whole + ", which is not there");
    Method& method = found->second;
    if (method.is_counted) return method;
    if (depth > kDeepest) fail(whole + " calls itself");
    for (const Method::Call& call : method.calls) {
      const Method& called = count(*call.of, call.method, depth + 1);
      method.operations += called.operations;
      method.height = std::max(method.height, called.height + 1);
      if (method.height > kDeepest) fail(whole + " calls methods nested too deeply");
      if (method.operations > kMostOperations) break;
    }
    if (method.operations > kMostOperations) {
      fail("has more than " + std::to_string(kMostOperations) + " operations in one run of the network");
    }
    method.is_counted = true;
    return method;
  }

  int height_of(Class& about, int depth = 0) {
    if (about.height > 0) return about.height;
    if (depth > kDeepest) fail(about.name + " holds itself");
    int height = 1;
    for (const auto& [attribute, type] : about.attributes) height = std::max(height, 1 + height_of(type, depth + 1));
    if (height > kDeepest) fail(about.name + " holds classes nested too deeply");
    return about.height = height;
  }

 private:
  int height_of(const Type& type, int depth) {
    int height = 0;
    for (const Type& part : type.parts) height = std::max(height, height_of(part, depth));
    if (!type.name.starts_with("__torch__.") || type.name.starts_with("__torch__.torch.classes.")) return height;
    const auto found = classes_.find(type.name);
    if (found == classes_.end()) fail("uses " + type.name + ", which is not there");
    return std::max(height, height_of(found->second, depth));
  }

  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::data, where_, what); }

  std::map<std::string, Class>& classes_;
  const std::string& where_;
};

}  // namespace

void check_bounds(std::map<std::string, Class>& classes, const std::string& where) {
  Bounds bounds(classes, where);
  for (auto& [name, about] : classes) {
    bounds.height_of(about);
    for (const auto& [method, content] : about.methods) bounds.count(about, method);
  }
}

}  // namespace beatbench::archive
