#pragma once

#include <functional>

#include "beatbench/core/error.h"

namespace beatbench {

/// Given what is odd in a file that can be used all the same, as the Error(data) that it is where nothing may be odd.
/// What the caller does with it, warn or throw, is its choice; where there is no such function, the Error is thrown.
using OnOddity = std::function<void(const Error&)>;

}  // namespace beatbench
