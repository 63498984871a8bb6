// SPDX-License-Identifier: MIT
//
// WorkerPool: a few threads of our own for TLS. libuv's pool has four threads for everything, and
// an RSA signature takes milliseconds: a burst of handshakes there would hold up dns and fs.
#ifndef KQUIC_ADDON_WORKER_POOL_H
#define KQUIC_ADDON_WORKER_POOL_H

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kquic {

class WorkerPool {
 public:
  // One for the process: all environments share it. Its destructor, at exit() or when the addon is
  // unloaded, joins the threads.
  static WorkerPool& Get();

  // Runs it here where the system has no thread for it.
  void Run(std::function<void()> job);

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

 private:
  WorkerPool() = default;
  ~WorkerPool();
  void Work();
  void AddThread();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;  // under mutex_
  std::vector<std::thread> threads_;        // under mutex_
  size_t idle_ = 0;                         // under mutex_
  bool stop_ = false;                       // under mutex_
};

}  // namespace kquic

#endif  // KQUIC_ADDON_WORKER_POOL_H
