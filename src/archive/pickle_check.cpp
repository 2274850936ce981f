#include "archive/pickle_check.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include "beatbench/core/error.h"

namespace beatbench::archive {
namespace {

constexpr std::size_t kMostValues = 20'000'000;  // of one pickle, as a bound on memory and time

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

struct Value {
  enum class Kind { other, integer, text, tuple, callable, element_type, storage, class_name, mark };
  Kind kind = Kind::other;
  std::int64_t integer = 0;                                 // also: elements of a storage
  std::shared_ptr<const std::string> text = {};             // also: name of a callable, an element type or a class
  std::shared_ptr<const std::vector<Value>> elements = {};  // of a tuple
};
using Kind = Value::Kind;

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
      case 'N':   // NONE
      case 0x88:  // NEWTRUE
      case 0x89:  // NEWFALSE
      case ']':   // EMPTY_LIST
      case '}':   // EMPTY_DICT
        return push({});
      case ')':
        return push_tuple({});
      case 'G':  // BINFLOAT
        bytes(8);
        return push({});
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
        return push_tuple(pop_to_mark());
      case 0x85:
        return push_tuple(pop(1));
      case 0x86:
        return push_tuple(pop(2));
      case 0x87:
        return push_tuple(pop(3));
      case 'l':  // LIST
        pop_to_mark();
        return push({});
      case 'a':  // APPEND
        pop(1);
        return require_stack(1);
      case 'e':  // APPENDS
      case 'u':  // SETITEMS
        pop_to_mark();
        return require_stack(1);
      case 's':  // SETITEM
        pop(2);
        return require_stack(1);
      case 0x81:
        return new_object();
      case 'b':  // BUILD: the object under its state
        pop(1);
        return require_stack(1);
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
    Value value{.text = std::make_shared<const std::string>(whole)};
    if (element_type(whole)) {
      value.kind = Kind::element_type;
    } else if (std::ranges::find(kCallables, whole) != kCallables.end()) {
      value.kind = Kind::callable;
    } else if (std::ranges::find(kConstants, whole) != kConstants.end()) {
      value.kind = Kind::other;
    } else if (std::ranges::find(kOwnClasses, whole) != kOwnClasses.end()) {
      value.kind = Kind::class_name;
    } else if ((module == "__torch__" || module.starts_with("__torch__.")) &&
               !module.starts_with("__torch__.torch.classes")) {
      value.kind = Kind::class_name;
      use_.classes.insert(module + "." + name);
    } else {
      fail("refers to '" + whole + "', which a saved module does not need");
    }
    push(std::move(value));
  }

  void new_object() {
    const std::vector<Value> parts = pop(2);
    if (parts[0].kind != Kind::class_name || parts[1].kind != Kind::tuple) fail("makes an object of no class");
    push({});
  }

  // ("storage", element type, key, "cpu", number of elements)
  void load_storage() {
    const Value id = pop(1).front();
    const auto is = [&](std::size_t i, Kind kind) { return (*id.elements)[i].kind == kind; };
    if (id.kind != Kind::tuple || id.elements->size() != 5 || !is(0, Kind::text) || !is(1, Kind::element_type) ||
        !is(2, Kind::text) || !is(3, Kind::text) || !is(4, Kind::integer)) {
      fail("refers to a storage in another way than LibTorch does");
    }
    const std::string& key = *(*id.elements)[2].text;
    const std::int64_t count = (*id.elements)[4].integer;
    const ElementType& type = *element_type(*(*id.elements)[1].text);
    if (*(*id.elements)[0].text != "storage" || *(*id.elements)[3].text != "cpu") fail("refers to what is no storage");
    const std::optional<std::uint64_t> bytes = storage_size_(key);
    if (!bytes) fail("refers to storage '" + key + "', which is not there");
    if (count < 0 || static_cast<std::uint64_t>(count) > *bytes / type.bytes) {
      fail("takes storage '" + key + "' for " + std::to_string(count) + " elements; it holds " +
           std::to_string(*bytes / type.bytes));
    }
    push({.kind = Kind::storage, .integer = count, .text = (*id.elements)[2].text});
  }

  void call() {
    const std::vector<Value> parts = pop(2);
    if (parts[0].kind != Kind::callable || parts[1].kind != Kind::tuple) fail("calls what is not to be called");
    const std::string& name = *parts[0].text;
    if (name.starts_with("torch._utils ")) check_tensor(*parts[1].elements);
    push({});
  }

  // (storage, offset, sizes, strides, ...)
  void check_tensor(const std::vector<Value>& arguments) {
    const auto all_integers = [](const Value& tuple) {
      return tuple.kind == Kind::tuple &&
             std::ranges::all_of(*tuple.elements, [](const Value& v) { return v.kind == Kind::integer; });
    };
    if (arguments.size() < 6 || arguments[0].kind != Kind::storage || arguments[1].kind != Kind::integer ||
        !all_integers(arguments[2]) || !all_integers(arguments[3]) ||
        arguments[2].elements->size() != arguments[3].elements->size()) {
      fail("makes a tensor in another way than LibTorch does");
    }
    const std::int64_t available = arguments[0].integer;
    const auto refuse = [&] {
      fail("has a tensor that reaches beyond storage '" + *arguments[0].text + "' of " + std::to_string(available) +
           " elements");
    };
    std::int64_t last = arguments[1].integer;
    if (last < 0) refuse();
    bool is_empty = false;
    for (std::size_t i = 0; i < arguments[2].elements->size(); ++i) {
      const std::int64_t size = (*arguments[2].elements)[i].integer, stride = (*arguments[3].elements)[i].integer;
      if (size < 0 || stride < 0) refuse();
      is_empty = is_empty || size == 0;
      if (size < 2 || stride == 0) {
        if (size > available && stride == 0 && size > 1) refuse();  // a value repeated without end
        continue;
      }
      if (last > available || size - 1 > (available - last) / stride) refuse();
      last += (size - 1) * stride;
    }
    if (is_empty ? last > available : last >= available) refuse();
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
    push({.kind = Kind::text, .text = std::make_shared<const std::string>(bytes(size))});
  }
  void push_integer(std::int64_t value) { push({.kind = Kind::integer, .integer = value}); }
  void push_tuple(std::vector<Value> elements) {
    push({.kind = Kind::tuple, .elements = std::make_shared<const std::vector<Value>>(std::move(elements))});
  }
  void push(Value value) { stack_.push_back(std::move(value)); }

  std::vector<Value> pop(std::size_t count) {
    require_stack(count);
    std::vector<Value> values(std::make_move_iterator(stack_.end() - static_cast<std::ptrdiff_t>(count)),
                              std::make_move_iterator(stack_.end()));
    stack_.resize(stack_.size() - count);
    if (std::ranges::any_of(values, [](const Value& v) { return v.kind == Kind::mark; })) fail("is damaged");
    return values;
  }

  std::vector<Value> pop_to_mark() {
    const auto mark = std::find_if(stack_.rbegin(), stack_.rend(), [](const Value& v) { return v.kind == Kind::mark; });
    if (mark == stack_.rend()) fail("is damaged");
    std::vector<Value> values = pop(static_cast<std::size_t>(mark - stack_.rbegin()));
    stack_.pop_back();
    return values;
  }

  void require_stack(std::size_t count) const {
    if (stack_.size() < count || (count > 0 && stack_.back().kind == Kind::mark)) fail("is damaged");
  }

  // Only the next free place: LibTorch makes the memo as large as the number says.
  void remember(std::size_t place) {
    require_stack(1);
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
    if (!std::ranges::all_of(text, is_plain)) fail("refers to a name that is none");
    return std::string(text);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::data, where_, "byte " + std::to_string(opcode_at_) + ": the pickle " + what);
  }

  std::string_view pickle_;
  const StorageSize& storage_size_;
  const std::string& where_;
  std::size_t at_ = 0, opcode_at_ = 0, values_ = 0;
  std::vector<Value> stack_, memo_;
  PickleUse use_;
};

}  // namespace

PickleUse check_pickle(std::string_view pickle, const StorageSize& storage_size, const std::string& where) {
  return PickleMachine(pickle, storage_size, where).run();
}

}  // namespace beatbench::archive
