#pragma once

#include "beatbench/core/listener.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/data/dataset.h"

namespace beatbench {

/// load_database, which tells the listener how far it is and what the data set holds. `options`: all but the callbacks.
Dataset load_and_tell(const Database& database, const Preprocessing& preprocessing, LoadOptions options,
                      const Listener& listener);

}  // namespace beatbench
