// SPDX-License-Identifier: MIT
#ifndef KQUIC_ADDON_CALLBACK_H
#define KQUIC_ADDON_CALLBACK_H

#include <napi.h>

#include <initializer_list>

namespace kquic {

// Calls JavaScript from the event loop. What it throws becomes an 'uncaughtException', as it does
// for Node's own handles.
inline void CallBack(Napi::Env env, const Napi::FunctionReference& callback,
                     const Napi::AsyncContext& context,
                     const std::initializer_list<napi_value>& args) {
  callback.MakeCallback(env.Global(), args, context);
  if (!env.IsExceptionPending()) return;
  napi_value error = nullptr;
  napi_get_and_clear_last_exception(env, &error);
  napi_fatal_exception(env, error);
}

}  // namespace kquic

#endif  // KQUIC_ADDON_CALLBACK_H
