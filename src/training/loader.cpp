#include "training/loader.h"

namespace beatbench {

BatchLoader::BatchLoader(Make make, std::int64_t first, std::int64_t end, int threads)
    : make_(std::move(make)), to_make_(first), to_give_(first), end_(end), ahead_(threads + 1) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

BatchLoader::~BatchLoader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void BatchLoader::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || to_make_ == end_ || to_make_ < to_give_ + ahead_; });
    if (stopping_ || to_make_ == end_) return;
    const std::int64_t number = to_make_++;
    lock.unlock();
    Slot slot;
    try {
      slot.batch = make_(number);
    } catch (...) {
      slot.failure = std::current_exception();
    }
    lock.lock();
    ready_[number] = std::move(slot);
    changed_.notify_all();
  }
}

Batch BatchLoader::next() {
  if (threads_.empty()) return make_(to_give_++);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ready_.contains(to_give_); });
  Slot slot = std::move(ready_.at(to_give_));
  ready_.erase(to_give_++);
  lock.unlock();
  changed_.notify_all();
  if (slot.failure) std::rethrow_exception(slot.failure);
  return std::move(slot.batch);
}

}  // namespace beatbench
