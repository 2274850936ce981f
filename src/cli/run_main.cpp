#include "cli/run_main.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/core/listener.h"
#include "beatbench/core/memory.h"
#include "beatbench/core/text.h"
#include "cli/version.h"

namespace beatbench::cli {
namespace {

// Errors of libraries may have several lines; all of them stand in the one that is written.
std::string in_one_line(const std::string& text) {
  std::string line;
  for (const std::string_view part : split_lines(text)) {
    const std::string_view words = trimmed(part);
    if (!words.empty()) add_word(line, words, " | ");
  }
  return line;
}

int fail(const char* program, const std::string& text, int status) {
  std::fprintf(stderr, "%s: error: %s\n", program, in_one_line(text).c_str());
  return status;
}

std::string flags_of(const CLI::App& app) {
  std::string flags;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    for (const std::string& name : option->get_lnames()) flags += (flags.empty() ? "--" : ", --") + name;
  }
  return flags;
}

}  // namespace

std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv) {
  app.set_version_flag("--version", "", "print version, commit, compiler and libraries (with --json as JSON) and exit");
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion&) {
    const bool as_json = std::ranges::any_of(std::span(argv, static_cast<std::size_t>(argc)),
                                             [](const char* word) { return std::string_view(word) == "--json"; });
    std::printf("%s", as_json ? version_json().c_str() : version_text(app.get_name()).c_str());
    return kSuccess;
  } catch (const CLI::ExtrasError& error) {
    const auto subcommands = app.get_subcommands();  // those on this command line
    throw Error(ErrorKind::usage, "",
                error.what() + ("; valid: " + flags_of(subcommands.empty() ? app : *subcommands.front())));
  }
}

int run_main(const char* program, const std::function<int()>& command) {
  keep_freed_memory();
  try {
    const int status = command();
    if (std::fflush(stdout) != 0) return fail(program, "cannot write to standard output", kFailure);
    return status;
  } catch (const Error& error) {
    return fail(program, error.what(), error.kind() == ErrorKind::usage ? kUsage : kFailure);
  } catch (const Interrupted&) {
    return fail(program, "interrupted", kInterrupted);
  } catch (const CLI::ParseError& error) {
    return fail(program, error.what(), kUsage);
  } catch (const std::bad_alloc&) {
    return fail(program, "out of memory", kFailure);
  } catch (const std::exception& error) {
    return fail(program, error.what(), kFailure);
  } catch (...) {
    return fail(program, "unknown error", kFailure);
  }
}

}  // namespace beatbench::cli
