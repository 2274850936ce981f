#pragma once

#include <torch/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "beatbench/runtime/process_group.h"
#include "models/model.h"

namespace beatbench {

/// What the training loop asks of its process group. Everything is done by all of them in the same order. One that is
/// lost ends each call with an Error(io) that says so.
class TrainingProcessGroup : public ProcessGroup {
 public:
  /// The sum over all processes, in place.
  virtual void sum(torch::Tensor& values) = 0;
  /// The text that the first of them has.
  virtual std::string share(const std::string& text) = 0;
  /// From here on backward passes average the gradients of these weights.
  virtual void average_gradients(const std::vector<torch::Tensor>& weights) = 0;
  /// A backward pass under this average.
  virtual void backward(const torch::Tensor& loss) = 0;

 protected:
  using ProcessGroup::ProcessGroup;
};

/// Running means and variances become their averages over the processes.
void average_buffers(TrainingProcessGroup& group, BeatModel& model);

/// Whether this build has c10d; without, a process can only train alone.
bool has_c10d();

/// Meets the others. nullptr for a process that is alone.
/// @throws Error(unsupported) where this build lacks c10d; Error(io) if the others do not come within `timeout`.
std::shared_ptr<ProcessGroup> join_process_group(const LaunchEnvironment& place, std::chrono::seconds timeout);

}  // namespace beatbench
