#include "formats/torch_archive/debug_check.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>

#include "beatbench/core/error.h"

namespace beatbench::archive {
namespace {

using Kind = Value::Kind;

constexpr std::int64_t kMostTexts = 1'000'000;                   // of all sources: LibTorch copies their lists
constexpr std::int64_t kLongestSource = std::int64_t{16} << 20;  // of which an error message is made
constexpr std::int64_t kLastLine = std::numeric_limits<int>::max();

class DebugTable {
 public:
  DebugTable(const Values& texts, const std::string& where) : texts_(texts), where_(where) {
    for (const Value& text : texts) require(text.kind == Kind::text);
  }

  void check_record(const Value& record) {
    require(is_tuple(record, {Kind::integer, Kind::tuple, Kind::integer}));
    const Values& parts = elements_of(record);
    require(parts[0].integer >= 0 && is_tuple(parts[1], {Kind::tuple, Kind::integer, Kind::integer}));
    const Values& range = elements_of(parts[1]);
    const std::int64_t begin = range[1].integer, end = range[2].integer;
    // Where LibTorch knows no text, it writes the range from 0 to 1.
    require(begin >= 0 && begin <= end && end <= std::max<std::int64_t>(size_of(range[0]), 1));
  }

 private:
  // Of a source's text. Many records have the same source.
  std::int64_t size_of(const Value& source) {
    const auto known = sizes_.find(source.content.get());
    if (known != sizes_.end()) return known->second;
    require(is_tuple(source, {Kind::list, Kind::integer, Kind::integer}));
    const Values& parts = elements_of(source);
    require(is_index(parts[1]) && parts[2].integer >= 0 && parts[2].integer <= kLastLine);
    std::int64_t size = 0;
    for (const Value& text : elements_of(parts[0])) {
      require(is_index(text) && ++text_count_ <= kMostTexts);
      size += static_cast<std::int64_t>(text_of(texts_[static_cast<std::size_t>(text.integer)]).size());
      require(size <= kLongestSource);
    }
    return sizes_[source.content.get()] = size;
  }

  bool is_index(const Value& value) const {
    return value.kind == Kind::integer && value.integer >= 0 &&
           value.integer < static_cast<std::int64_t>(texts_.size());
  }

  static bool is_tuple(const Value& value, std::initializer_list<Kind> kinds) {
    return value.kind == Kind::tuple && are(elements_of(value), kinds);
  }

  void require(bool is_so) const {
    if (!is_so) throw Error(ErrorKind::data, where_, "is no table of sources as LibTorch writes it");
  }

  const Values& texts_;
  const std::string& where_;
  std::map<const Value::Content*, std::int64_t> sizes_;
  std::int64_t text_count_ = 0;
};

}  // namespace

void check_debug_table(const Value& value, const std::string& where) {
  const bool fits = value.kind == Kind::tuple && are(elements_of(value), {Kind::text, Kind::tuple, Kind::tuple}) &&
                    text_of(elements_of(value)[0]) == "FORMAT_WITH_STRING_TABLE";
  if (!fits) throw Error(ErrorKind::data, where, "is no table of sources as LibTorch writes it");
  DebugTable table(elements_of(elements_of(value)[1]), where);
  for (const Value& record : elements_of(elements_of(value)[2])) table.check_record(record);
}

}  // namespace beatbench::archive
