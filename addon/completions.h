// SPDX-License-Identifier: MIT
//
// Completions: how worker threads report to the environment that waits for them. One for each
// environment. The event loop stays alive while a job is under way.
#ifndef KQUIC_ADDON_COMPLETIONS_H
#define KQUIC_ADDON_COMPLETIONS_H

#include <napi.h>

namespace kquic {

class Handshake;

class Completions {
 public:
  explicit Completions(Napi::Env env);

  // On the environment's thread, before and after a job.
  void Begin(Napi::Env env);
  void End(Napi::Env env);

  // From any thread, between the two: has handshake->Finish() called. Lost if the environment ends.
  void Post(Handshake* handshake);

 private:
  napi_threadsafe_function function_ = nullptr;
  unsigned jobs_ = 0;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_COMPLETIONS_H
