// SPDX-License-Identifier: MIT
//
// Descriptors: those that this environment has opened and that nobody owns yet. A worker thread may
// be terminated between any two lines of JavaScript, so also between socket() and new PollHandle().
#ifndef KQUIC_ADDON_DESCRIPTORS_H
#define KQUIC_ADDON_DESCRIPTORS_H

#include <unistd.h>

#include <algorithm>
#include <vector>

namespace kquic {

class Descriptors {
 public:
  Descriptors() = default;
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  // At the end of the environment.
  ~Descriptors() {
    for (int fd : loose_) close(fd);
  }

  // The result of a system call: a new descriptor, or negative. Returns it.
  int Opened(int fd) {
    if (fd >= 0) loose_.push_back(fd);
    return fd;
  }

  // Somebody closes it from now on. It need not be one of them.
  void Owned(int fd) { loose_.erase(std::remove(loose_.begin(), loose_.end(), fd), loose_.end()); }

 private:
  std::vector<int> loose_;  // seldom more than one
};

}  // namespace kquic

#endif  // KQUIC_ADDON_DESCRIPTORS_H
