#pragma once

#include <initializer_list>
#include <string>
#include <utility>

namespace beatbench {

/// A library that is opened while the program runs, and stays open.
class SharedLibrary {
 public:
  explicit SharedLibrary(void* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  /// @throws Error(unsupported) if the library has no such symbol.
  void* symbol(const char* name) const;
  /// The same of a variable. Where the program is linked with that library as well, it has the variable.
  const void* variable(const char* name) const;

 private:
  void* handle_;
  std::string name_;
};

/// Opens one of the libraries that belong to the programs: from the program's own folder, from ../lib/beatbench beside
/// that, or from where the system keeps its libraries.
/// @throws Error(unsupported) naming it, and why it cannot be opened.
SharedLibrary open_own_library(const std::string& file_name);

/// Opens the first of several versions of a library of the system, or throws with `what_for` in the text.
SharedLibrary open_system_library(std::initializer_list<const char*> file_names, const std::string& what_for);

}  // namespace beatbench
