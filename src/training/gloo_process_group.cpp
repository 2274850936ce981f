#include <cstdlib>

#include "beatbench/core/error.h"
#include "models/libtorch_versions.h"
#include "training/process_group.h"

#ifdef BEATBENCH_C10D
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

namespace beatbench {
void average_buffers(TrainingProcessGroup& group, BeatModel& model) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> buffers, flat;
  for (const torch::Tensor& buffer : model.buffers()) {
    if (!buffer.is_floating_point()) continue;
    buffers.push_back(buffer);
    flat.push_back(buffer.reshape({-1}).cpu());
  }
  if (buffers.empty()) return;
  torch::Tensor sum = torch::cat(flat);
  group.sum(sum);
  sum /= group.count();
  std::int64_t from = 0;
  for (torch::Tensor& buffer : buffers) {
    buffer.copy_(sum.narrow(0, from, buffer.numel()).view(buffer.sizes()));
    from += buffer.numel();
  }
}

#ifndef BEATBENCH_C10D

bool has_c10d() { return false; }

std::shared_ptr<ProcessGroup> join_process_group(const LaunchEnvironment& place, std::chrono::seconds) {
  if (place.count == 1) return nullptr;
  throw Error(
      ErrorKind::unsupported, place.started_by,
      "started " + std::to_string(place.count) +
          " processes, but this build cannot train in several (that needs LibTorch with c10d and Gloo's headers, "
          "Debian's libgloo-dev); start one");
}

#else

namespace {

class GlooProcessGroup final : public TrainingProcessGroup {
 public:
  GlooProcessGroup(const LaunchEnvironment& place, std::chrono::seconds timeout) : TrainingProcessGroup(place) {
    c10d::TCPStoreOptions where;
    where.port = static_cast<std::uint16_t>(place.port);
    where.isServer = place.rank == 0 && !place.store_exists;
    if (!place.store_exists) where.numWorkers = static_cast<std::size_t>(place.count);
    where.waitWorkers = !place.store_exists;
    where.timeout = timeout;
    libtorch::use_own_sockets(where);
    guarded("were not all met", [&] {
      auto store = c10::make_intrusive<c10d::TCPStore>(place.master, where);
      auto options = c10d::ProcessGroupGloo::Options::create();
      options->timeout = kSilence;
      options->threads = 2;
      options->devices.push_back(device_for(place));
      const char* restarts = std::getenv("TORCHELASTIC_RESTART_COUNT");  // torchrun's store outlives its processes
      const std::string prefix = std::string("beatbench-") + (restarts ? restarts : "0");
      group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>(prefix, store),
                                                           place.rank, place.count, options);
    });
  }

  void sum(torch::Tensor& values) override {
    guarded(kLost, [&] {
      std::vector<at::Tensor> tensors = {values};
      group_->allreduce(tensors)->wait();
    });
  }

  std::string share(const std::string& text) override {
    std::string out = text;
    guarded(kLost, [&] {
      std::vector<at::Tensor> size = {torch::full({1}, static_cast<std::int64_t>(text.size()), torch::kInt64)};
      group_->broadcast(size)->wait();
      out.resize(static_cast<std::size_t>(size[0].item<std::int64_t>()));
      if (out.empty()) return;
      std::vector<at::Tensor> bytes = {
          torch::from_blob(out.data(), {static_cast<std::int64_t>(out.size())}, torch::kUInt8)};
      group_->broadcast(bytes)->wait();
    });
    return out;
  }

  void average_gradients(const std::vector<torch::Tensor>& weights) override {
    for (auto weight = weights.rbegin(); weight != weights.rend(); ++weight) {  // gradients come from the last layer on
      if (!weight->requires_grad()) continue;
      if (buckets_.empty() || buckets_.back().size >= kBucket) buckets_.emplace_back();
      Bucket& bucket = buckets_.back();
      const Place place{*weight, buckets_.size() - 1, bucket.size};
      bucket.size += weight->numel();
      bucket.places.push_back(place);
      weight->register_hook([this, place](const torch::Tensor& gradient) { take(place, gradient); });
    }
    for (Bucket& bucket : buckets_) bucket.sum = torch::zeros({bucket.size});
  }

  // Sends each bucket as soon as its gradients are there, while those of earlier layers are still worked out.
  void backward(const torch::Tensor& loss) override {
    guarded(kLost, [&] {
      next_ = 0;
      for (Bucket& bucket : buckets_) bucket.missing = bucket.places.size();
      loss.backward();
      const torch::NoGradGuard no_grad;
      for (Bucket& bucket : buckets_) {
        bucket.work->wait();
        for (const Place& place : bucket.places) {
          torch::Tensor gradient = place.weight.grad();
          gradient.copy_(bucket.sum.narrow(0, place.offset, gradient.numel()).view(gradient.sizes()) / count());
        }
      }
    });
  }

 private:
  // How long one may wait for another within a training; only a machine that hangs is silent for longer.
  static constexpr std::chrono::minutes kSilence{30};
  static constexpr const char* kLost = "were lost";

  static std::shared_ptr<gloo::transport::Device> device_for(const LaunchEnvironment& place) {
    if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME"))
      return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
    const bool on_one_machine = place.master == "127.0.0.1" || place.master == "localhost";
    return on_one_machine ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                          : c10d::ProcessGroupGloo::createDefaultDevice();
  }

  template <typename Work>
  void guarded(const char* what_happened, const Work& work) const {
    try {
      work();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      std::string why = error.what();
      why = why.substr(0, why.find('\n'));
      throw Error(ErrorKind::io, "process " + std::to_string(rank()) + " of " + std::to_string(count()),
                  std::string("the others ") + what_happened + " (" + why + "); the last saved state is whole");
    }
  }

  // A weight's gradient among others in one message.
  struct Place {
    torch::Tensor weight;
    std::size_t bucket;
    std::int64_t offset;
  };
  struct Bucket {
    std::vector<Place> places;
    std::int64_t size = 0;
    torch::Tensor sum;
    std::size_t missing = 0;
    c10::intrusive_ptr<c10d::Work> work;
  };
  static constexpr std::int64_t kBucket =
      25 * 1024 * 1024 / 4;  // numbers; what PyTorch's DistributedDataParallel takes

  void take(const Place& place, const torch::Tensor& gradient) {
    const torch::NoGradGuard no_grad;
    Bucket& own = buckets_[place.bucket];
    own.sum.narrow(0, place.offset, gradient.numel()).copy_(gradient.reshape({-1}));
    --own.missing;
    for (; next_ < buckets_.size() && buckets_[next_].missing == 0; ++next_) {  // in the same order everywhere
      std::vector<at::Tensor> tensors = {buckets_[next_].sum};
      buckets_[next_].work = group_->allreduce(tensors);
    }
  }

  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
  std::vector<Bucket> buckets_;
  std::size_t next_ = 0;  // bucket to send
};

}  // namespace

bool has_c10d() { return true; }

std::shared_ptr<ProcessGroup> join_process_group(const LaunchEnvironment& place, std::chrono::seconds timeout) {
  if (place.count == 1) return nullptr;
  return std::make_shared<GlooProcessGroup>(place, timeout);
}

#endif

}  // namespace beatbench
