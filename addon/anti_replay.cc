// SPDX-License-Identifier: MIT
#include "anti_replay.h"

namespace kquic {
namespace {

// About 10 MB. When so many came within the window, further ones get no early data, only a
// handshake.
constexpr size_t kMaxSeen = 65536;

}  // namespace

AntiReplay& AntiReplay::Get() {
  static AntiReplay instance;
  return instance;
}

AntiReplay::AntiReplay() {
  if (gnutls_anti_replay_init(&context_) < 0) {
    context_ = nullptr;
    return;
  }
  gnutls_anti_replay_set_ptr(context_, this);
  gnutls_anti_replay_set_add_function(context_, OnHello);
}

AntiReplay::~AntiReplay() {
  if (context_ != nullptr) gnutls_anti_replay_deinit(context_);
}

bool AntiReplay::Add(const gnutls_datum_t& key, time_t expires) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (seen_.size() >= kMaxSeen) {
    time_t now = time(nullptr);
    for (auto it = seen_.begin(); it != seen_.end();)
      it = it->second < now ? seen_.erase(it) : std::next(it);
  }
  if (seen_.size() >= kMaxSeen) return false;
  std::string binder(reinterpret_cast<char*>(key.data), key.size);
  return seen_.emplace(std::move(binder), expires).second;
}

// From the thread that runs the handshake.
int AntiReplay::OnHello(void* self, time_t expires, const gnutls_datum_t* key,
                        const gnutls_datum_t*) {
  return static_cast<AntiReplay*>(self)->Add(*key, expires) ? 0 : GNUTLS_E_DB_ENTRY_EXISTS;
}

}  // namespace kquic
