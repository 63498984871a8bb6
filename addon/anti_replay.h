// SPDX-License-Identifier: MIT
//
// AntiReplay: which ClientHellos with early data this process has seen (RFC 8446, 8.2). One for the
// process: all listeners of all its threads share it. GnuTLS refuses early data with tickets that
// are older than it, so what was seen before a restart cannot come back either.
#ifndef KQUIC_ADDON_ANTI_REPLAY_H
#define KQUIC_ADDON_ANTI_REPLAY_H

#include <gnutls/gnutls.h>

#include <ctime>
#include <mutex>
#include <string>
#include <unordered_map>

namespace kquic {

class AntiReplay {
 public:
  static AntiReplay& Get();

  // For gnutls_anti_replay_enable(); null if there was no memory: then no early data is accepted.
  gnutls_anti_replay_t context() const { return context_; }

  AntiReplay(const AntiReplay&) = delete;
  AntiReplay& operator=(const AntiReplay&) = delete;

 private:
  AntiReplay();
  ~AntiReplay();
  bool Add(const gnutls_datum_t& key, time_t expires);
  static int OnHello(void* self, time_t expires, const gnutls_datum_t* key,
                     const gnutls_datum_t* data);

  gnutls_anti_replay_t context_ = nullptr;
  std::mutex mutex_;
  std::unordered_map<std::string, time_t> seen_;  // under mutex_: binder, when it may be forgotten
};

}  // namespace kquic

#endif  // KQUIC_ADDON_ANTI_REPLAY_H
