#include "archive/pickle_check.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "archive/pickle_value.h"
#include "beatbench/core/error.h"

namespace beatbench::archive {
namespace {

constexpr std::size_t kMostValues = 1'000'000;  // as a bound on memory and time
constexpr std::uint64_t kMostWork = 2'000'000;  // values looked at again, by us or by LibTorch
constexpr int kDeepest = 64;                    // values within values, which are taken down by recursion
constexpr std::size_t kMostDimensions = 16;
constexpr std::size_t kLongestName = 512;
constexpr int kDeepestType = 16;
constexpr std::int64_t kMostElements = std::int64_t{1} << 28;  // of a tensor that repeats its storage's

struct ElementType {
  std::string_view storage;
  std::uint64_t bytes;
};
constexpr std::array kElementTypes = {
    ElementType{"torch FloatStorage", 4},  ElementType{"torch DoubleStorage", 8},
    ElementType{"torch HalfStorage", 2},   ElementType{"torch BFloat16Storage", 2},
    ElementType{"torch LongStorage", 8},   ElementType{"torch IntStorage", 4},
    ElementType{"torch ShortStorage", 2},  ElementType{"torch CharStorage", 1},
    ElementType{"torch ByteStorage", 1},   ElementType{"torch BoolStorage", 1},
    ElementType{"torch QInt8Storage", 1},  ElementType{"torch QUInt8Storage", 1},
    ElementType{"torch QInt32Storage", 4},
};

constexpr std::array<std::string_view, 9> kCallables = {
    "torch._utils _rebuild_tensor_v2",  "torch._utils _rebuild_qtensor",      "collections OrderedDict",
    "torch.jit._pickle build_intlist",  "torch.jit._pickle build_tensorlist", "torch.jit._pickle build_doublelist",
    "torch.jit._pickle build_boollist", "torch.jit._pickle restore_type_tag", "torch.serialization _get_layout",
};
constexpr std::array<std::string_view, 2> kConstants = {"torch per_tensor_affine", "torch per_channel_affine"};

// Packed weights of int8 layers, classes of LibTorch's own.
constexpr std::array<std::string_view, 2> kOwnClasses = {
    "__torch__.torch.classes.quantized Conv2dPackedParamsBase",
    "__torch__.torch.classes.quantized LinearPackedParamsBase",
};

const ElementType* element_type(std::string_view name) {
  const auto* found = std::ranges::find(kElementTypes, name, &ElementType::storage);
  return found == kElementTypes.end() ? nullptr : found;
}

using Kind = Value::Kind;
using Values = std::vector<Value>;

const std::string& text_of(const Value& value) { return value.content->text; }
const Values& elements_of(const Value& value) { return value.content->elements; }

class PickleMachine {
 public:
  PickleMachine(std::string_view pickle, const StorageSize& storage_size, const std::string& where)
      : pickle_(pickle), storage_size_(storage_size), where_(where) {}

  PickleUse run() {
    while (true) {
      opcode_at_ = at_;
      const auto opcode = static_cast<unsigned char>(bytes(1)[0]);
      if (opcode == '.') break;
      if (++values_ > kMostValues) fail("has more than " + std::to_string(kMostValues) + " steps");
      step(opcode);
    }
    if (at_ != pickle_.size()) fail("goes on behind its end");
    if (stack_.size() != 1) fail("leaves " + std::to_string(stack_.size()) + " values; allowed: 1");
    return std::move(use_);
  }

 private:
  void step(unsigned char opcode) {
    switch (opcode) {
      case 0x80:  // PROTO
        if (bytes(1)[0] != 2) fail("has another protocol than 2");
        return;
      case 'c':
        return push_global();
      case 'q':
        return remember(static_cast<unsigned char>(bytes(1)[0]));
      case 'r':
        return remember(number(4));
      case 'h':
        return recall(static_cast<unsigned char>(bytes(1)[0]));
      case 'j':
        return recall(number(4));
      case '(':
        return push({.kind = Kind::mark});
      case 'N':
        return push({});
      case 0x88:  // NEWTRUE
      case 0x89:  // NEWFALSE
        return push({.kind = Kind::boolean});
      case ']':
        return push_holder(Kind::list, {});
      case '}':
        return push_holder(Kind::dict, {});
      case ')':
        return push_holder(Kind::tuple, {});
      case 'G':  // BINFLOAT
        bytes(8);
        return push({.kind = Kind::number});
      case 'K':
        return push_integer(static_cast<unsigned char>(bytes(1)[0]));
      case 'M':
        return push_integer(static_cast<std::int64_t>(number(2)));
      case 'J':
        return push_integer(static_cast<std::int32_t>(number(4)));
      case 0x8a:
        return push_long();
      case 'X':
        return push_text(number(4));
      case 'U':
        return push_text(number(1));
      case 't':
        return push_holder(Kind::tuple, pop_to_mark());
      case 0x85:
        return push_holder(Kind::tuple, pop(1));
      case 0x86:
        return push_holder(Kind::tuple, pop(2));
      case 0x87:
        return push_holder(Kind::tuple, pop(3));
      case 'l':
        return push_holder(Kind::list, pop_to_mark());
      case 'a':  // APPEND
        return add_to(Kind::list, pop(1));
      case 'e':  // APPENDS
        return add_to(Kind::list, pop_to_mark());
      case 's':  // SETITEM
        return add_to(Kind::dict, pop(2));
      case 'u':  // SETITEMS
        return add_to(Kind::dict, pop_to_mark());
      case 0x81:
        return new_object();
      case 'b':
        return build_object();
      case 'Q':
        return load_storage();
      case 'R':
        return call();
      default:
        fail("has opcode " + std::to_string(opcode) + ", which a saved module does not need");
    }
  }

  void push_global() {
    const std::string module = line(), name = line();
    std::string whole = module + " " + name;
    Kind kind = Kind::class_name;
    if (element_type(whole)) {
      kind = Kind::element_type;
    } else if (std::ranges::find(kCallables, whole) != kCallables.end()) {
      kind = Kind::callable;
    } else if (std::ranges::find(kConstants, whole) != kConstants.end()) {
      kind = Kind::constant;
    } else if (std::ranges::find(kOwnClasses, whole) != kOwnClasses.end()) {
      whole = module + "." + name;
    } else if ((module == "__torch__" || module.starts_with("__torch__.")) &&
               !module.starts_with("__torch__.torch.classes")) {
      whole = module + "." + name;
      use_.classes.insert(whole);
    } else {
      fail("refers to '" + whole + "', which a saved module does not need");
    }
    push({.kind = kind, .content = content({.text = std::move(whole)})});
  }

  void new_object() {
    const Values parts = pop(2);
    if (parts[0].kind != Kind::class_name || parts[1].kind != Kind::tuple) fail("makes an object of no class");
    push({.kind = Kind::unbuilt, .content = parts[0].content});
  }

  // Only an object takes a state: LibTorch does the same for it as for a call.
  void build_object() {
    const Value state = pop(1).front();
    if (stack_.empty() || stack_.back().kind != Kind::unbuilt) fail("gives a state to what is no object");
    const std::string& name = text_of(stack_.back());
    const bool is_own = name.starts_with("__torch__.torch.classes.");
    if (state.kind != (is_own ? Kind::tuple : Kind::dict)) fail("gives an object of " + name + " no state");
    work(state.content->weight);
    Value object{.kind = Kind::object, .content = content({.text = name})};
    hold(*object.content, state);
    stack_.back() = std::move(object);
  }

  // ("storage", element type, key, "cpu", number of elements)
  void load_storage() {
    const Value id = pop(1).front();
    if (id.kind != Kind::tuple ||
        !are(elements_of(id), {Kind::text, Kind::element_type, Kind::text, Kind::text, Kind::integer})) {
      fail("refers to a storage in another way than LibTorch does");
    }
    const Values& parts = elements_of(id);
    const std::string& key = text_of(parts[2]);
    const std::int64_t count = parts[4].integer;
    const ElementType& type = *element_type(text_of(parts[1]));
    if (text_of(parts[0]) != "storage" || text_of(parts[3]) != "cpu") fail("refers to what is no storage");
    const std::optional<std::uint64_t> bytes = key.size() > kLongestName ? std::nullopt : storage_size_(key);
    if (!bytes) fail("refers to storage '" + key + "', which is not there");
    if (count < 0 || static_cast<std::uint64_t>(count) > *bytes / type.bytes) {
      fail("takes storage '" + key + "' for " + std::to_string(count) + " elements; it holds " +
           std::to_string(*bytes / type.bytes));
    }
    push({.kind = Kind::storage, .integer = count, .content = id.content});
  }

  void call() {
    const Values parts = pop(2);
    if (parts[0].kind != Kind::callable || parts[1].kind != Kind::tuple) fail("calls what is not to be called");
    const std::string_view name = text_of(parts[0]);
    const Values& arguments = elements_of(parts[1]);
    if (name.starts_with("torch._utils ")) return push_tensor(arguments, name.ends_with("qtensor"));
    if (name.ends_with(" OrderedDict")) return push({});  // of a tensor's hooks: LibTorch takes it for nothing
    if (name.ends_with(" _get_layout")) return push({.kind = Kind::constant});
    if (name.ends_with(" restore_type_tag")) return push_tagged(arguments);
    const Kind kind = name.ends_with("build_tensorlist")   ? Kind::tensor
                      : name.ends_with("build_doublelist") ? Kind::number
                      : name.ends_with("build_boollist")   ? Kind::boolean
                                                           : Kind::integer;
    push_list_of(kind, arguments);
  }

  // (list or dict, text of its type)
  void push_tagged(const Values& arguments) {
    const bool fits = are(arguments, {Kind::list, Kind::text}) || are(arguments, {Kind::dict, Kind::text});
    if (!fits || !is_type(text_of(arguments[1]))) fail("gives a type to what has none");
    push(arguments[0]);
  }

  void push_list_of(Kind kind, const Values& arguments) {
    if (!are(arguments, {Kind::list})) fail("makes a list of no list");
    work(arguments[0].content->weight);
    if (!std::ranges::all_of(elements_of(arguments[0]), [&](const Value& v) { return v.kind == kind; })) {
      fail("has a list of other values than it says");
    }
    push(arguments[0]);
  }

  // What LibTorch parses by recursion.
  static bool is_type(std::string_view text) {
    int depth = 0, deepest = 0;
    for (const char c : text) {
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      deepest = std::max(deepest, depth);
      const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            std::string_view("_.,[] ").find(c) != std::string_view::npos;
      if (!is_plain || depth < 0) return false;
    }
    return !text.empty() && text.size() <= kLongestName && depth == 0 && deepest <= kDeepestType;
  }

  // (storage, offset, sizes, strides, requires gradient, hooks); of a quantised one its scales before the last two
  void push_tensor(const Values& arguments, bool is_quantised) {
    const auto all_integers = [](const Value& tuple) {
      return tuple.kind == Kind::tuple && elements_of(tuple).size() <= kMostDimensions &&
             std::ranges::all_of(elements_of(tuple), [](const Value& v) { return v.kind == Kind::integer; });
    };
    if (arguments.size() < 6 || arguments[0].kind != Kind::storage || arguments[1].kind != Kind::integer ||
        !all_integers(arguments[2]) || !all_integers(arguments[3]) ||
        elements_of(arguments[2]).size() != elements_of(arguments[3]).size() ||
        is_quantised != text_of(elements_of(arguments[0])[1]).starts_with("torch Q")) {
      fail("makes a tensor in another way than LibTorch does");
    }
    const Values &sizes = elements_of(arguments[2]), &strides = elements_of(arguments[3]);
    if (is_quantised) check_scales(arguments[4], sizes);
    push({.kind = Kind::tensor, .integer = check_tensor(arguments[0], arguments[1].integer, sizes, strides)});
  }

  // Returns how many elements the tensor has.
  std::int64_t check_tensor(const Value& storage, std::int64_t offset, const Values& sizes, const Values& strides) {
    const std::int64_t available = storage.integer;
    const auto refuse = [&] {
      fail("has a tensor that reaches beyond storage '" + text_of(elements_of(storage)[2]) + "' of " +
           std::to_string(available) + " elements");
    };
    std::int64_t last = offset, elements = 1;
    if (last < 0) refuse();
    const std::int64_t most = std::max(available, kMostElements);
    const bool is_empty = std::ranges::any_of(sizes, [](const Value& size) { return size.integer == 0; });
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::int64_t size = sizes[i].integer, stride = strides[i].integer;
      if (size < 0 || stride < 0 || (size > 0 && elements > most / size)) refuse();
      elements *= std::max<std::int64_t>(size, 1);
      if (size < 2 || stride == 0) {
        if (size > available && stride == 0 && size > 1) refuse();  // a value repeated without end
        continue;
      }
      if (last > available || size - 1 > (available - last) / stride) refuse();
      last += (size - 1) * stride;
    }
    if (is_empty ? last > available : last >= available) refuse();
    return is_empty ? 0 : elements;
  }

  // (scheme, scale, zero point), or one of each for every channel along an axis: (scheme, scales, zero points, axis)
  void check_scales(const Value& scales, const Values& sizes) const {
    if (scales.kind != Kind::tuple) fail("has a quantised tensor without scales");
    const Values& parts = elements_of(scales);
    if (are(parts, {Kind::constant, Kind::number, Kind::integer})) return;
    const bool fits = are(parts, {Kind::constant, Kind::tensor, Kind::tensor, Kind::integer}) &&
                      parts[3].integer >= 0 && parts[3].integer < static_cast<std::int64_t>(sizes.size()) &&
                      parts[1].integer == sizes[static_cast<std::size_t>(parts[3].integer)].integer &&
                      parts[2].integer == parts[1].integer;
    if (!fits) fail("has a quantised tensor whose scales do not fit it");
  }

  static bool are(const Values& values, std::initializer_list<Kind> kinds) {
    return std::ranges::equal(values, kinds, {}, &Value::kind);
  }

  void push_long() {
    const std::size_t count = number(1);
    if (count > 8) fail("has a whole number of " + std::to_string(count) + " bytes; allowed: 8");
    const std::string_view digits = bytes(count);
    std::uint64_t value = count > 0 && (digits.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
    push_integer(static_cast<std::int64_t>(value));
  }

  void push_text(std::size_t size) {
    push({.kind = Kind::text, .content = content({.text = std::string(bytes(size))})});
  }
  void push_integer(std::int64_t value) { push({.kind = Kind::integer, .integer = value}); }
  void push_holder(Kind kind, Values elements) {
    push({.kind = kind, .content = content({})});
    if (!elements.empty()) add_to(kind, std::move(elements));
  }
  void push(Value value) { stack_.push_back(std::move(value)); }

  static std::shared_ptr<Value::Content> content(Value::Content of) {
    return std::make_shared<Value::Content>(std::move(of));
  }

  // Nothing is added to what another value holds already, or a value could hold itself.
  void add_to(Kind kind, Values values) {
    require_stack(1);
    if (stack_.back().kind != kind) fail("adds to what is no list or dict");
    if (kind == Kind::dict) check_keys(values);
    Value::Content& to = *stack_.back().content;
    for (const Value& value : values) hold(to, value);
    if (to.is_held) fail("adds to a value after its use");
    if (to.elements.empty()) to.elements.swap(values);
    std::ranges::move(values, std::back_inserter(to.elements));
  }

  // LibTorch takes keys and values by twos.
  void check_keys(const Values& values) const {
    if (values.size() % 2 != 0) fail("has a dict with a key without a value");
    for (std::size_t i = 0; i < values.size(); i += 2) {
      const bool is_text = values[i].kind == Kind::text && text_of(values[i]).size() <= kLongestName;
      if (!is_text && values[i].kind != Kind::integer) fail("has a dict whose key is neither short text nor a number");
    }
  }

  void hold(Value::Content& holder, const Value& value) const {
    if (value.content == nullptr) {
      ++holder.weight;
      return;
    }
    value.content->is_held = true;
    holder.weight += value.content->weight;
    holder.depth = std::max(holder.depth, value.content->depth + 1);
    if (holder.depth > kDeepest) fail("has values nested more than " + std::to_string(kDeepest) + " deep");
    if (holder.weight > kMostValues) fail("has a value that holds more than " + std::to_string(kMostValues));
  }

  void work(std::uint64_t weight) {
    work_ += weight;
    if (work_ > kMostWork) fail("uses its values too often");
  }

  Values pop(std::size_t count) {
    require_stack(count);
    Values values(std::make_move_iterator(stack_.end() - static_cast<std::ptrdiff_t>(count)),
                  std::make_move_iterator(stack_.end()));
    stack_.resize(stack_.size() - count);
    const auto is_none = [](const Value& v) { return v.kind == Kind::mark || v.kind == Kind::unbuilt; };
    if (std::ranges::any_of(values, is_none)) fail("is damaged");
    return values;
  }

  Values pop_to_mark() {
    const auto mark = std::find_if(stack_.rbegin(), stack_.rend(), [](const Value& v) { return v.kind == Kind::mark; });
    if (mark == stack_.rend()) fail("is damaged");
    Values values = pop(static_cast<std::size_t>(mark - stack_.rbegin()));
    stack_.pop_back();
    return values;
  }

  void require_stack(std::size_t count) const {
    if (stack_.size() < count || (count > 0 && stack_.back().kind == Kind::mark)) fail("is damaged");
  }

  // Only the next free place: LibTorch makes the memo as large as the number says.
  void remember(std::size_t place) {
    require_stack(1);
    if (stack_.back().kind == Kind::unbuilt) fail("remembers an object without its state");
    if (place > memo_.size()) fail("remembers a value at place " + std::to_string(place));
    if (place == memo_.size()) memo_.emplace_back();
    memo_[place] = stack_.back();
  }

  void recall(std::size_t place) {
    if (place >= memo_.size()) fail("recalls what it never remembered");
    push(memo_[place]);
  }

  std::string_view bytes(std::size_t count) {
    if (count > pickle_.size() - at_) fail("ends too early");
    at_ += count;
    return pickle_.substr(at_ - count, count);
  }

  std::size_t number(std::size_t count) {
    const std::string_view digits = bytes(count);
    std::size_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
    return value;
  }

  std::string line() {
    const std::size_t end = pickle_.find('\n', at_);
    if (end == std::string_view::npos) fail("ends too early");
    const std::string_view text = pickle_.substr(at_, end - at_);
    at_ = end + 1;
    const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7F; };
    if (text.size() > kLongestName || !std::ranges::all_of(text, is_plain)) fail("refers to a name that is none");
    return std::string(text);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::data, where_, "byte " + std::to_string(opcode_at_) + ": the pickle " + what);
  }

  std::string_view pickle_;
  const StorageSize& storage_size_;
  const std::string& where_;
  std::size_t at_ = 0, opcode_at_ = 0, values_ = 0;
  std::uint64_t work_ = 0;
  Values stack_, memo_;
  PickleUse use_;
};

}  // namespace

PickleUse check_pickle(std::string_view pickle, const StorageSize& storage_size, const std::string& where) {
  return PickleMachine(pickle, storage_size, where).run();
}

}  // namespace beatbench::archive
