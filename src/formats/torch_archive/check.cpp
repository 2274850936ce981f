#include "beatbench/formats/torch_archive/check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>

#include "beatbench/core/error.h"
#include "formats/torch_archive/checksum.h"
#include "formats/torch_archive/code_check.h"
#include "formats/torch_archive/debug_check.h"
#include "formats/torch_archive/pickle_check.h"
#include "formats/torch_archive/zip_file.h"

namespace beatbench {
namespace {

using namespace archive;

// In all entries of a kind together: their checks take many times the memory.
constexpr std::uint64_t kMostCode = std::uint64_t{4} << 20, kMostPickles = std::uint64_t{16} << 20;
constexpr std::uint64_t kMostText = std::uint64_t{16} << 20;

using Entries = std::map<std::string, ZipEntry>;

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// An archive's entries without the folder that holds them all.
Entries entries_below_top(const ZipFile& zip) {
  Entries entries;
  std::string top;
  for (const ZipEntry& entry : zip.entries()) {
    const std::size_t slash = entry.name.find('/');
    const std::string folder = entry.name.substr(0, slash);
    if (slash == std::string::npos || folder.empty() || (!top.empty() && folder != top)) {
      throw Error(ErrorKind::data, zip.path(), "entry '" + entry.name + "' is not below the folder of the others");
    }
    top = folder;
    entries[entry.name.substr(slash + 1)] = entry;
  }
  return entries;
}

// Each of them stands in NAME.pkl, and its tensors in NAME/NUMBER. LibTorch 2 keeps the inputs that a network was
// traced with, and reads them when it opens the file.
constexpr std::array<std::string_view, 3> kPickles = {"data", "constants", "traced_inputs"};
constexpr std::string_view kTracedInputs = "traced_inputs/";

bool is_tensor(std::string_view name) {
  return std::ranges::any_of(kPickles, [&](std::string_view pickle) {
    return name.starts_with(pickle) && name.substr(pickle.size()).starts_with('/') &&
           is_number(name.substr(pickle.size() + 1));
  });
}

bool is_pickle(std::string_view name) {
  return name.ends_with(".pkl") && std::ranges::find(kPickles, name.substr(0, name.size() - 4)) != kPickles.end();
}

enum class Part { pickle, code, version, other, unknown };

// The entries that such files have. An older form of them ("model.json") is read by other code of LibTorch.
Part part_of(std::string_view name) {
  if (is_pickle(name)) return Part::pickle;
  if (name.starts_with("code/")) {
    const std::size_t end = name.find('.');
    if (end == std::string_view::npos) return Part::unknown;  // no other dot: it would stand for a slash in a module
    const std::string_view kind = name.substr(end);
    return kind == ".py" ? Part::code : kind == ".py.debug_pkl" ? Part::pickle : Part::unknown;
  }
  if (name == "version" || name == ".data/version") return Part::version;
  const bool is_mark = name == "byteorder" || name == ".data/serialization_id" || name == ".format_version" ||
                       name == ".storage_alignment";
  return is_tensor(name) || is_mark || name.starts_with("extra/") ? Part::other : Part::unknown;
}

void check_parts(const ZipFile& zip, const Entries& entries) {
  std::map<Part, std::uint64_t> sizes;
  for (const auto& [name, entry] : entries) {
    const Part part = part_of(name);
    if (part == Part::unknown) {
      throw Error(ErrorKind::data, zip.path(), "holds '" + name + "', which models of LibTorch do not have");
    }
    sizes[part] += part == Part::code || part == Part::pickle ? entry.size : 0;
    if (sizes[Part::code] > kMostCode) throw Error(ErrorKind::data, zip.path(), "holds more than 4 MiB of code");
    if (sizes[Part::pickle] > kMostPickles) throw Error(ErrorKind::data, zip.path(), "has pickles of more than 16 MiB");
  }
  if (!entries.contains("data.pkl")) throw Error(ErrorKind::data, zip.path(), "is no model of LibTorch");
}

void check_one_pickle(ZipFile& zip, const Entries& entries, const std::string& name, PickleShare& share) {
  const std::string folder = is_pickle(name) ? name.substr(0, name.size() - 4) + "/" : "";
  const StorageSize size_of = [&](const std::string& key) -> std::optional<std::uint64_t> {
    const auto found = entries.find(folder + key);
    if (folder.empty() || found == entries.end()) return std::nullopt;
    // LibTorch 2.6 writes of traced inputs that they were there, without their numbers; nothing reads them.
    const bool is_left_out = folder == kTracedInputs && found->second.size == 0;
    return is_left_out ? std::numeric_limits<std::uint64_t>::max() : found->second.size;
  };
  const std::string where = zip.path() + ": " + name;
  const Value value = check_pickle(zip.content(entries.at(name), kMostPickles), size_of, share, where);
  if (folder.empty()) check_debug_table(value, where);
}

// Networks with operators whose meaning has changed since (GELU) name the entry otherwise.
void check_version(ZipFile& zip, const Entries& entries) {
  if (entries.contains("version") && entries.contains(".data/version")) {
    throw Error(ErrorKind::data, zip.path(), "says its version twice");
  }
  for (const auto& [name, entry] : entries) {
    if (part_of(name) != Part::version) continue;
    const std::string version = zip.content(entry, 4);
    const std::string_view digits = std::string_view(version).substr(0, version.find('\n'));
    if (!is_number(digits) || digits.size() > 3 || version.size() > digits.size() + 1) {
      throw Error(ErrorKind::data, zip.path(), "has a version that is no small number");
    }
  }
}

// code/__torch__/torch/nn.py -> __torch__.torch.nn
std::string module_of(std::string_view name) {
  std::string module(name.substr(5, name.size() - 5 - 3));
  std::ranges::replace(module, '/', '.');
  return module;
}

}  // namespace

void check_archive(const std::filesystem::path& file, Trust trust) {
  verify_checksum(file);
  ZipFile zip(file);
  if (trust == Trust::given) return;
  const Entries entries = entries_below_top(zip);
  check_parts(zip, entries);
  check_version(zip, entries);
  CodeFiles code;
  for (const auto& [name, entry] : entries) {
    if (part_of(name) == Part::code) code[module_of(name)] = zip.content(entry, kMostCode);
  }
  const Classes classes = check_code(code, zip.path() + " is no plain traced network");
  PickleShare share(classes);
  for (const auto& [name, entry] : entries) {
    if (part_of(name) == Part::pickle) check_one_pickle(zip, entries, name, share);
  }
}

std::optional<std::string> archive_entry(const std::filesystem::path& file, const std::string& name) {
  try {
    ZipFile zip(file, ZipFile::Check::structure);
    for (const ZipEntry& entry : zip.entries()) {
      if (entry.name.ends_with("/" + name)) return zip.content(entry, kMostText);
    }
  } catch (const Error&) {  // no archive, or a damaged one: check_archive says so
  }
  return std::nullopt;
}

}  // namespace beatbench
