#pragma once

#include <torch/types.h>

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace beatbench {

struct Batch {
  torch::Tensor inputs;  ///< undefined where they are made on the device, from rows and crops
  torch::Tensor targets;
  std::int64_t count = 0;        ///< of rows
  torch::Tensor weights = {};    ///< of each row in the loss; undefined: all alike
  bool counts = true;            ///< false: there is no shard of the batch for this process
  std::int64_t size_in_all = 0;  ///< rows of all processes' shards
  std::vector<std::uint32_t> rows = {};
  std::vector<int> crops = {};  ///< of each row, see DeviceImages::gather
};

/// Makes batches ahead of the training, in threads of its own. They come in the order of their numbers, whatever the
/// number of threads; `make` is called with each number once.
class BatchLoader {
 public:
  using Make = std::function<Batch(std::int64_t number)>;
  /// For the numbers [first, end). Without threads, batches are made when they are asked for.
  BatchLoader(Make make, std::int64_t first, std::int64_t end, int threads);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  /// The next batch. @throws what `make` threw for it.
  Batch next();

 private:
  struct Slot {
    Batch batch;
    std::exception_ptr failure;
  };

  void work();

  Make make_;
  std::int64_t to_make_, to_give_, end_;
  std::int64_t ahead_;  ///< how many batches may wait
  std::map<std::int64_t, Slot> ready_;
  bool stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::jthread> threads_;
};

}  // namespace beatbench
