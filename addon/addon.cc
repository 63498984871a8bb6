// SPDX-License-Identifier: MIT
//
// The module: what lib/native.ts types. Many copies may live in one process, one per environment.
#include <gnutls/gnutls.h>
#include <napi.h>

#include "anti_replay.h"
#include "census.h"
#include "credentials.h"
#include "environment.h"
#include "handshake.h"
#include "message.h"
#include "poll_handle.h"
#include "send_file.h"
#include "socket_options.h"
#include "syscalls.h"

namespace {

// census(): how many objects of each kind live in this process
Napi::Value Census(const Napi::CallbackInfo& info) {
  Napi::Array counts = Napi::Array::New(info.Env());
  uint32_t i = 0;
  for (const auto& count : kquic::census) counts.Set(i++, count.load());
  return counts;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // Before the worker pool, whose threads use it: it is there until they are joined.
  kquic::AntiReplay::Get();
  env.SetInstanceData(new kquic::Environment(env));
  kquic::DefineSyscalls(env, exports);
  kquic::DefineSocketOptions(env, exports);
  kquic::DefineMessages(env, exports);
  kquic::DefineSendFile(env, exports);
  kquic::PollHandle::Define(env, exports);
  kquic::Credentials::Define(env, exports);
  kquic::Handshake::Define(env, exports);
  exports.Set("tlsErrorText", Napi::Function::New(
                                  env,
                                  [](const Napi::CallbackInfo& info) -> Napi::Value {
                                    int error = info[0].ToNumber().Int32Value();
                                    return Napi::String::New(info.Env(), gnutls_strerror(error));
                                  },
                                  "tlsErrorText"));
  exports.Set("census", Napi::Function::New<Census>(env, "census"));
  exports.Set("tlsVersion", Napi::String::New(env, gnutls_check_version(nullptr)));
  return exports;
}

}  // namespace

NODE_API_MODULE(kquic, Init)
