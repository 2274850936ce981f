#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "beatbench/training/peers.h"
#include "models/model.h"

namespace beatbench {

/// What the training loop asks of its peers. Everything is done by all of them in the same order. A peer that is lost
/// ends each call with an Error(io) that says so.
class PeerGroup : public Peers {
 public:
  /// The sum over all peers, in place.
  virtual void sum(torch::Tensor& values) = 0;
  /// The text that the first of them has.
  virtual std::string share(const std::string& text) = 0;
  /// From here on backward passes average the gradients of these weights.
  virtual void average_gradients(const std::vector<torch::Tensor>& weights) = 0;
  /// A backward pass under this average.
  virtual void backward(const torch::Tensor& loss) = 0;

 protected:
  using Peers::Peers;
};

/// Running means and variances become their averages over the peers.
void average_buffers(PeerGroup& peers, BeatModel& model);

}  // namespace beatbench
