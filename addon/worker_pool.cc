// SPDX-License-Identifier: MIT
#include "worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace kquic {

WorkerPool& WorkerPool::Get() {
  static WorkerPool pool;
  return pool;
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    jobs_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Run(std::function<void()> job) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (jobs_.size() >= idle_) AddThread();
    if (!threads_.empty()) {
      jobs_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  // Better slowly than not at all.
  job();
}

void WorkerPool::AddThread() {
  if (threads_.size() >= std::clamp(std::thread::hardware_concurrency(), 1u, 4u)) return;
  try {
    threads_.emplace_back([this] { Work(); });
  } catch (const std::system_error&) {
    // The user or the container may have no more threads: those there are do it, or the caller.
  }
}

void WorkerPool::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    idle_++;
    wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    idle_--;
    if (stop_) return;
    std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    // Its captures die outside the lock too.
    job = nullptr;
    lock.lock();
  }
}

}  // namespace kquic
