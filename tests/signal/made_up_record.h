#pragma once

#include <cmath>
#include <cstdint>

#include "beatbench/core/preprocessing.h"
#include "beatbench/core/record.h"

namespace beatbench::tests {

/// A record of 2000 samples at 360 Hz with the leads V5 and MLII: peaks on a slow wave, with an offset.
inline Record made_up_record() {
  Record record;
  record.id = record.subject = "made-up";
  record.sampling_rate_hz = 360;
  record.leads.resize(2);
  record.leads[0].name = "V5";
  record.leads[1].name = "MLII";
  for (Lead& lead : record.leads) {
    const double height = lead.name == "V5" ? 90 : 250;
    lead.baseline = 1024;
    for (int i = 0; i < 2000; ++i) {
      const double from_peak = (i % 300) - 150;
      const double value = 1100 + 40 * std::sin(i * 0.011) + height * std::exp(-from_peak * from_peak / 30);
      lead.samples.push_back(static_cast<std::int32_t>(std::lround(value)));
    }
  }
  return record;
}

/// Windows as they were recorded: no filter, no scaling, 360 Hz.
inline Preprocessing plain() {
  Preprocessing preprocessing;
  preprocessing.filter.order = 0;
  preprocessing.scaling = "none";
  return preprocessing;
}

}  // namespace beatbench::tests
