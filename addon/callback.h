// SPDX-License-Identifier: MIT
#ifndef KQUIC_ADDON_CALLBACK_H
#define KQUIC_ADDON_CALLBACK_H

#include <napi.h>

#include <initializer_list>

namespace kquic {

// Calls JavaScript from the event loop. What it throws becomes an 'uncaughtException', as it does
// for Node's own handles. In an environment that is ending (worker.terminate()) nothing is called.
inline void CallBack(Napi::Env env, const Napi::FunctionReference& callback,
                     const Napi::AsyncContext& context,
                     const std::initializer_list<napi_value>& args) {
  // Napi::FunctionReference would abort the process where JavaScript cannot run any more.
  napi_status status = napi_make_callback(env, context, env.Global(), callback.Value(), args.size(),
                                          args.begin(), nullptr);
  if (status != napi_pending_exception) return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok && error != nullptr)
    napi_fatal_exception(env, error);
}

}  // namespace kquic

#endif  // KQUIC_ADDON_CALLBACK_H
