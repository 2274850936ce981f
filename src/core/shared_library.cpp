#include "core/shared_library.h"

#include <dlfcn.h>

#include <filesystem>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

std::string reason() {
  const char* text = ::dlerror();
  return text != nullptr ? text : "unknown reason";
}

void* open(const std::filesystem::path& file) { return ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL); }

}  // namespace

void* SharedLibrary::symbol(const char* name) const {
  if (void* found = ::dlsym(handle_, name)) return found;
  throw Error(ErrorKind::unsupported, name_, "lacks '" + std::string(name) + "': it is of another version");
}

const void* SharedLibrary::variable(const char* name) const {
  const void* of_program = ::dlsym(RTLD_DEFAULT, name);
  return of_program != nullptr ? of_program : symbol(name);
}

SharedLibrary open_own_library(const std::string& file_name) {
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const auto& folder : {program, program.parent_path() / "lib" / "beatbench"}) {
    const std::filesystem::path file = folder / file_name;
    if (!std::filesystem::exists(file, ignored)) continue;
    if (void* handle = open(file)) return SharedLibrary(handle, file.string());
    throw Error(ErrorKind::unsupported, file.string(), "cannot be opened: " + reason());
  }
  if (void* handle = open(file_name)) return SharedLibrary(handle, file_name);
  throw Error(ErrorKind::unsupported, file_name, "is neither beside the program nor installed: " + reason());
}

SharedLibrary open_system_library(std::initializer_list<const char*> file_names, const std::string& what_for) {
  std::string text;
  for (const char* name : file_names) {
    if (void* handle = open(name)) return SharedLibrary(handle, name);
    if (text.empty()) text = reason();
  }
  throw Error(ErrorKind::unsupported, what_for, "needs a library that is not installed: " + text);
}

}  // namespace beatbench
