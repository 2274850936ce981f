#pragma once

#include <string>

namespace beatbench::cli {

/// What --version prints: version, commit, build type, compiler and libraries; as JSON for --version --json. Those that
/// are opened when they are first needed are not opened for it: their versions are those that this was built with.
std::string version_text(const std::string& program);
std::string version_json();

}  // namespace beatbench::cli
