#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

/// For what a test needs and a machine may lack. Without it the test fails if BEATBENCH_REQUIRE_DATA is 1, as in CI,
/// and is reported as skipped, with what is missing, otherwise.
#define BEATBENCH_NEED(is_there, what)                                       \
  if (!(is_there)) {                                                         \
    const char* required = std::getenv("BEATBENCH_REQUIRE_DATA");            \
    if (required != nullptr && std::string_view(required) == "1") {          \
      FAIL() << "BEATBENCH_REQUIRE_DATA=1, but this is missing: " << (what); \
    }                                                                        \
    GTEST_SKIP() << "needs " << (what);                                      \
  }                                                                          \
  static_assert(true)
