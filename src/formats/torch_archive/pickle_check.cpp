#include "formats/torch_archive/pickle_check.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "beatbench/core/error.h"
#include "formats/torch_archive/code_lexer.h"
#include "formats/torch_archive/tensor_check.h"

namespace beatbench::archive {
namespace {

constexpr std::uint64_t kMostHeld = 1'000'000;  // by one value
constexpr int kDeepest = 64;                    // values within values, which are taken down by recursion
constexpr int kDeepestType = 16;

constexpr std::array<std::string_view, 5> kCallables = {
    "torch._utils _rebuild_tensor_v2",    "torch._utils _rebuild_qtensor",   "collections OrderedDict",
    "torch.jit._pickle restore_type_tag", "torch.serialization _get_layout",
};
constexpr std::array<std::string_view, 2> kConstants = {"torch per_tensor_affine", "torch per_channel_affine"};

struct ListCallable {
  std::string_view name, type;
};
constexpr std::array kListCallables = {
    ListCallable{"torch.jit._pickle build_intlist", "List[int]"},
    ListCallable{"torch.jit._pickle build_tensorlist", "List[Tensor]"},
    ListCallable{"torch.jit._pickle build_doublelist", "List[float]"},
    ListCallable{"torch.jit._pickle build_boollist", "List[bool]"},
};

// Packed weights of int8 layers, classes of LibTorch's own.
constexpr std::array<std::string_view, 2> kOwnClasses = {
    "__torch__.torch.classes.quantized Conv2dPackedParamsBase",
    "__torch__.torch.classes.quantized LinearPackedParamsBase",
};

using Kind = Value::Kind;

// How LibTorch keeps the weights of a layer: (weight, bias) or ("2", [numbers, weight], [bias]), the numbers of a
// convolution in two dimensions being 11. It takes the parts without counting them.
bool is_packed(const Value& state, bool is_linear) {
  if (state.kind != Kind::tuple) return false;
  const Values& parts = elements_of(state);
  if (is_linear) return are(parts, {Kind::tensor, Kind::tensor}) || are(parts, {Kind::tensor, Kind::none});
  return are(parts, {Kind::text, Kind::list, Kind::list}) && text_of(parts[0]) == "2" &&
         are(elements_of(parts[1]), {Kind::tensor, Kind::tensor}) && elements_of(parts[1])[0].integer == 11 &&
         (are(elements_of(parts[2]), {Kind::tensor}) || are(elements_of(parts[2]), {Kind::none}));
}

bool is_callable(std::string_view name) {
  return std::ranges::find(kCallables, name) != kCallables.end() ||
         std::ranges::find(kListCallables, name, &ListCallable::name) != kListCallables.end();
}

class PickleMachine {
 public:
  PickleMachine(std::string_view pickle, const StorageSize& storage_size, PickleShare& share, const std::string& where)
      : pickle_(pickle), storage_size_(storage_size), share_(share), where_(where) {}

  Value run() {
    while (true) {
      opcode_at_ = at_;
      const auto opcode = static_cast<unsigned char>(bytes(1)[0]);
      if (opcode == '.') break;
      if (share_.steps_left == 0) fail("and those before it have too many values");
      --share_.steps_left;
      step(opcode);
    }
    if (at_ != pickle_.size()) fail("goes on behind its end");
    if (stack_.size() != 1) fail("leaves " + std::to_string(stack_.size()) + " values; allowed: 1");
    return std::move(stack_.front());
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
    if (is_element_type(whole)) {
      kind = Kind::element_type;
    } else if (is_callable(whole)) {
      kind = Kind::callable;
    } else if (std::ranges::find(kConstants, whole) != kConstants.end()) {
      kind = Kind::constant;
    } else if (std::ranges::find(kOwnClasses, whole) != kOwnClasses.end()) {
      whole = module + "." + name;
    } else if ((module == "__torch__" || module.starts_with("__torch__.")) &&
               !module.starts_with("__torch__.torch.classes")) {
      whole = module + "." + name;
      if (!share_.classes.contains(whole)) fail("refers to class " + whole + ", whose code is not there");
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
    if (is_own ? !is_packed(state, name.ends_with(".LinearPackedParamsBase")) : state.kind != Kind::dict)
      fail("gives an object of " + name + " no state");
    work(state.content->weight);
    if (!is_own) check_state(name, elements_of(state));
    Value object{.kind = Kind::object, .content = content({.text = name})};
    hold(*object.content, state);
    stack_.back() = std::move(object);
  }

  // LibTorch reads an attribute as the type that its class declares, whatever it is.
  void check_state(const std::string& name, const Values& state) const {
    const Attributes& declared = share_.classes.at(name);
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < state.size(); i += 2) {
      if (state[i].kind != Kind::text) fail("gives an object of " + name + " what is no attribute");
      const std::string& attribute = text_of(state[i]);
      const auto found = declared.find(attribute);
      if (found == declared.end()) fail("gives an object of " + name + " attribute '" + attribute + "'");
      if (!seen.insert(attribute).second) fail("gives an object of " + name + " attribute '" + attribute + "' twice");
      if (!is_of(state[i + 1], found->second)) {
        fail("gives attribute '" + attribute + "' of " + name + " another type than its class declares");
      }
    }
    if (seen.size() != declared.size()) fail("lacks attributes of " + name);
  }

  void load_storage() {
    const Value id = pop(1).front();
    const Checked checked = check_storage(id, storage_size_);
    if (!checked.fault.empty()) fail(checked.fault);
    push({.kind = Kind::storage, .integer = checked.elements, .content = id.content});
  }

  void call() {
    const Values parts = pop(2);
    if (parts[0].kind != Kind::callable || parts[1].kind != Kind::tuple) fail("calls what is not to be called");
    const std::string_view name = text_of(parts[0]);
    const Values& arguments = elements_of(parts[1]);
    if (name.starts_with("torch._utils ")) return push_tensor(arguments, name.ends_with("_rebuild_qtensor"));
    if (name.ends_with(" OrderedDict")) return push({});  // of a tensor's hooks: LibTorch takes it for nothing
    if (name.ends_with(" _get_layout")) return push({.kind = Kind::constant});
    if (name.ends_with(" restore_type_tag")) return push_tagged(arguments);
    const auto* list = std::ranges::find(kListCallables, name, &ListCallable::name);
    push_typed(arguments, std::string(list->type));
  }

  void push_tensor(const Values& arguments, bool is_quantised) {
    const Checked checked = check_tensor(arguments, is_quantised);
    if (!checked.fault.empty()) fail(checked.fault);
    push({.kind = Kind::tensor, .integer = checked.elements});
  }

  // (list or dict, text of its type)
  void push_tagged(const Values& arguments) {
    const bool fits = are(arguments, {Kind::list, Kind::text}) || are(arguments, {Kind::dict, Kind::text});
    if (!fits || !is_type(text_of(arguments[1]))) fail("gives a type to what has none");
    push_typed({arguments[0]}, text_of(arguments[1]));
  }

  // LibTorch writes the type into the list or dict.
  void push_typed(const Values& arguments, const std::string& name) {
    if (!are(arguments, {Kind::list}) && !are(arguments, {Kind::dict})) fail("makes a list of no list");
    work(arguments[0].content->weight);
    if (!is_of(arguments[0], type_of(name))) fail("has a list or dict of other values than it says");
    push(arguments[0]);
  }

  const Type& type_of(const std::string& name) {
    const auto [found, is_new] = share_.tags.try_emplace(name);
    if (!is_new) return found->second;
    work(4 * name.size());  // each of its words takes more memory than a value
    const std::vector<Token> tokens = tokens_of(name, where_);
    std::size_t at = 0;
    const bool is_whole = read_type(tokens, at, found->second) && tokens[at].kind == Token::Kind::line_end;
    if (!is_whole) fail("gives a type to what has none");
    return found->second;
  }

  // What LibTorch parses by recursion.
  static bool is_type(std::string_view text) {
    int depth = 0, deepest = 0;
    for (const char c : text) {
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      deepest = std::max(deepest, depth);
      const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            std::string_view("_.,[] ()").find(c) != std::string_view::npos;
      if (!is_plain || depth < 0) return false;
    }
    return !text.empty() && text.size() <= kLongestName && depth == 0 && deepest <= kDeepestType;
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
    if (holder.weight > kMostHeld) fail("has a value that holds more than " + std::to_string(kMostHeld));
  }

  void work(std::uint64_t weight) {
    if (weight > share_.work_left) fail("uses its values too often");
    share_.work_left -= weight;
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

  // Names in it are the file's: no control characters for a terminal.
  [[noreturn]] void fail(std::string what) const {
    std::ranges::replace_if(
        what, [](char c) { return c < ' ' || c > '~'; }, '?');
    throw Error(ErrorKind::data, where_, "byte " + std::to_string(opcode_at_) + ": the pickle " + what);
  }

  std::string_view pickle_;
  const StorageSize& storage_size_;
  PickleShare& share_;
  const std::string& where_;
  std::size_t at_ = 0, opcode_at_ = 0;
  Values stack_, memo_;
};

}  // namespace

Value check_pickle(std::string_view pickle, const StorageSize& storage_size, PickleShare& share,
                   const std::string& where) {
  return PickleMachine(pickle, storage_size, share, where).run();
}

}  // namespace beatbench::archive
