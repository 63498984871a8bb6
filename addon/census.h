// SPDX-License-Identifier: MIT
//
// How many objects of each kind live in this process, so that tests can see what was not given
// back.
#ifndef KQUIC_ADDON_CENSUS_H
#define KQUIC_ADDON_CENSUS_H

#include <atomic>

namespace kquic {

// In the order of lib/native.ts.
enum class Kind { kWatcher, kHandshake, kTlsSession, kCredentials, kCount };

inline std::atomic<int> census[static_cast<int>(Kind::kCount)];

// A base class: whatever has it is counted.
template <Kind kind>
class Counted {
 public:
  Counted() { census[static_cast<int>(kind)]++; }
  ~Counted() { census[static_cast<int>(kind)]--; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_CENSUS_H
