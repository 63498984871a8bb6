// SPDX-License-Identifier: MIT
//
// Handshake: a TlsSession whose steps run in the worker pool. A handshake that waits for its peer
// occupies no thread: TypeScript polls the socket and calls advance() again.
//
// TypeScript: new Handshake(fd, credentials, options); advance((status) => void), result(),
// keylog(), identify(credentials), and sessionData() of a client that is done. `status` is
// TlsSession::Status. Between advance() and the callback the descriptor must stay open, and
// advance() must not be called again.
#ifndef KQUIC_ADDON_HANDSHAKE_H
#define KQUIC_ADDON_HANDSHAKE_H

#include <napi.h>

#include <condition_variable>
#include <memory>
#include <mutex>

#include "census.h"
#include "tls_session.h"

namespace kquic {

class Completions;

class Handshake : public Napi::ObjectWrap<Handshake>, Counted<Kind::kHandshake> {
 public:
  static void Define(Napi::Env env, Napi::Object exports);
  explicit Handshake(const Napi::CallbackInfo& info);
  ~Handshake() override;

  // On the environment's own thread, after a step.
  void Finish();

 private:
  // Shared with the job: the object may go away at the end of its environment.
  struct State {
    explicit State(std::unique_ptr<TlsSession> tls) : session(std::move(tls)) {}
    std::unique_ptr<TlsSession> session;
    std::mutex mutex;
    std::condition_variable idle;
    bool running = false;                             // under mutex
    TlsSession::Status status = TlsSession::kFailed;  // under mutex
  };

  void Advance(const Napi::CallbackInfo& info);
  void Identify(const Napi::CallbackInfo& info);
  Napi::Value Result(const Napi::CallbackInfo& info);
  Napi::Value SessionData(const Napi::CallbackInfo& info);
  Napi::Value Keylog(const Napi::CallbackInfo& info);
  static void WaitUntilIdle(void* state);

  Completions* completions_ = nullptr;
  std::shared_ptr<State> state_;
  Napi::FunctionReference callback_;
  std::unique_ptr<Napi::AsyncContext> context_;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_HANDSHAKE_H
