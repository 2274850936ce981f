#include "recordings/wfdb/annotation_definitions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/annotation_escapes.h"

namespace beatbench::wfdb {
namespace {

using Code = std::uint8_t;

// Names of codes besides those of annotation_codes(), by symbol. "Fusion" and "VEB" (ventricular ectopic, or escape)
// are not among them: they name two codes each.
constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kNames = {
    {{"normal sinus", "N"},
     {"lbbb", "L"},
     {"rbbb", "R"},
     {"bbb", "B"},
     {"pvc", "V"},
     {"pvb", "V"},
     {"vpc", "V"},
     {"vpb", "V"},
     {"ventricular extrasystole", "V"},
     {"ventricular ectopic", "V"},
     {"pac", "A"},
     {"apc", "A"},
     {"apb", "A"},
     {"atrial extrasystole", "A"},
     {"pjc", "J"},
     {"junctional premature", "J"},
     {"nodal premature", "J"},
     {"svpb", "S"},
     {"supraventricular premature", "S"},
     {"supraventricular ectopic", "S"},
     {"supraventricular extrasystole", "S"},
     {"junctional escape", "j"},
     {"nodal escape", "j"},
     {"r on t pvc", "r"}}};

// The words of a name that tell it from others, in the order of the alphabet: "Premature ventricular contraction" and
// "ventricular premature beat" are one.
std::string key_of(std::string_view name) {
  static const std::set<std::string, std::less<>> fillers = {
      "beat", "beats", "contraction", "contractions", "complex", "complexes", "qrs", "of", "and", "or", "the"};
  std::vector<std::string> words(1);
  for (const char c : lower_case(name)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  std::erase_if(words, [](const std::string& word) { return word.empty() || fillers.contains(word); });
  std::ranges::sort(words);
  return joined(words, " ");
}

std::optional<Code> code_of_key(const std::string& key) {
  static const std::map<std::string, Code> codes = [] {
    std::map<std::string, Code> out;
    for (const AnnotationCode& row : annotation_codes()) out.emplace(key_of(row.description), row.code);
    for (const auto& [text, symbol] : kNames) out.emplace(key_of(text), code_of(symbol).value());
    return out;
  }();
  const auto found = codes.find(key);
  return found == codes.end() ? std::nullopt : std::optional(found->second);
}

// What stands in brackets may be left out, unless it names another code: "ventricular premature beat (PVC)".
std::optional<Code> code_named(std::string_view name) {
  const std::size_t open = name.find('('), close = name.rfind(')');
  const std::optional<Code> whole = code_of_key(key_of(name));
  if (whole || open == name.npos || close == name.npos || close < open) return whole;
  const auto outside = code_of_key(key_of(std::string(name.substr(0, open)) + " " + std::string(name.substr(close))));
  const auto inside = code_of_key(key_of(name.substr(open, close - open)));
  return inside && inside != outside ? std::nullopt : outside;
}

std::optional<Code> code_by_symbol(const std::string& symbol) {
  const std::optional<Code> code = code_of(symbol);
  return !code && symbol.size() > 1 ? code_named(symbol) : code;
}

// "n normal", where n is a symbol of its own: the writer's symbols are not WFDB's.
bool differs_in_case_alone(const std::string& symbol, Code code) {
  return symbol != symbol_of(code) && lower_case(symbol) == lower_case(symbol_of(code).value_or(""));
}

// The standard code that a definition means; nullopt where that cannot be told.
std::optional<Code> meaning_of(const AnnotationDefinition& definition, bool symbols_are_standard) {
  const std::optional<Code> by_symbol = code_by_symbol(definition.symbol);
  const std::optional<Code> by_description = code_named(definition.description);
  if (!by_description) return symbols_are_standard ? by_symbol : std::nullopt;
  if (!by_symbol || *by_symbol == *by_description) return by_description;
  return differs_in_case_alone(definition.symbol, *by_description) ? by_description : std::nullopt;
}

struct DefinedCode {
  std::string text;  // as the file has it
  std::optional<Code> meaning;
  std::size_t count = 0;  // of annotations
};

std::map<Code, DefinedCode> defined_codes(std::span<const Annotation> annotations,
                                          std::span<const AnnotationDefinition> definitions) {
  const bool symbols_are_standard = std::ranges::none_of(definitions, [](const AnnotationDefinition& definition) {
    const auto code = code_named(definition.description);
    return code && differs_in_case_alone(definition.symbol, *code);
  });
  std::map<Code, DefinedCode> codes;
  for (const AnnotationDefinition& definition : definitions) {
    const std::string text = definition.symbol + (definition.description.empty() ? "" : " " + definition.description);
    codes[definition.code] = {text, meaning_of(definition, symbols_are_standard)};  // the last one holds
  }
  for (const Annotation& annotation : annotations) {
    if (const auto found = codes.find(annotation.code); found != codes.end()) ++found->second.count;
  }
  std::erase_if(codes, [](const auto& entry) { return entry.second.count == 0; });
  return codes;
}

std::string text_of(Code code, const DefinedCode& defined) {
  return std::to_string(code) + " is " + quote(defined.text) + " (" + std::to_string(defined.count) +
         "): " + (defined.meaning ? std::string(symbol_of(*defined.meaning).value_or("?")) : "not understood");
}

}  // namespace

void apply_definitions(std::vector<Annotation>& annotations, std::span<const AnnotationDefinition> definitions,
                       const std::string& where, const OnOddity& on_oddity) {
  if (definitions.empty()) return;
  const std::map<Code, DefinedCode> codes = defined_codes(annotations, definitions);
  bool is_mistakable = false, is_usual = true;
  std::string table;
  for (const auto& [code, defined] : codes) {
    is_mistakable = is_mistakable || (!defined.meaning && symbol_of(code));
    is_usual = is_usual && defined.meaning == code;
    add_word(table, text_of(code, defined), "; ");
  }
  if (is_mistakable) {
    throw Error(ErrorKind::unsupported, where,
                "gives codes of WFDB a meaning of its own that is not understood (" + table +
                    "); allowed: the symbols of WFDB, or descriptions such as normal, pvc, lbbb, atrial premature");
  }
  if (is_usual) return;
  tell(on_oddity, {ErrorKind::data, where, "defines codes of its own, which are read as it has them: " + table});
  for (Annotation& annotation : annotations) {
    const auto found = codes.find(annotation.code);
    if (found != codes.end() && found->second.meaning) annotation.code = *found->second.meaning;
  }
}

}  // namespace beatbench::wfdb
