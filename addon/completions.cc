// SPDX-License-Identifier: MIT
#include "completions.h"

#include "handshake.h"

namespace kquic {

Completions::Completions(Napi::Env env) {
  napi_status status = napi_create_threadsafe_function(
      env, nullptr, nullptr, Napi::String::New(env, "kquic.Completions"), 0, 1, nullptr, nullptr,
      nullptr,
      [](napi_env live, napi_value, void*, void* data) {
        if (live != nullptr) static_cast<Handshake*>(data)->Finish();
      },
      &function_);
  if (status != napi_ok) throw Napi::Error::New(env);
  napi_unref_threadsafe_function(env, function_);
}

void Completions::Begin(Napi::Env env) {
  if (jobs_++ == 0) napi_ref_threadsafe_function(env, function_);
}

void Completions::End(Napi::Env env) {
  if (--jobs_ == 0) napi_unref_threadsafe_function(env, function_);
}

void Completions::Post(Handshake* handshake) {
  napi_call_threadsafe_function(function_, handshake, napi_tsfn_nonblocking);
}

}  // namespace kquic
