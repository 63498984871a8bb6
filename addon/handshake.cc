// SPDX-License-Identifier: MIT
#include "handshake.h"

#include <arpa/inet.h>

#include <string>
#include <utility>
#include <vector>

#include "callback.h"
#include "environment.h"
#include "worker_pool.h"

namespace kquic {
namespace {

bool Flag(const Napi::Object& options, const char* name) {
  return options.Get(name).ToBoolean().Value();
}

std::string Text(const Napi::Object& options, const char* name) {
  Napi::Value value = options.Get(name);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

std::vector<uint8_t> Bytes(const Napi::Value& value) {
  if (!value.IsTypedArray()) return {};
  auto bytes = value.As<Napi::Uint8Array>();
  return std::vector<uint8_t>(bytes.Data(), bytes.Data() + bytes.ByteLength());
}

// The 4 or 16 bytes of an address; empty for a host name.
std::string BinaryAddress(const std::string& text) {
  char bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return std::string(bytes, 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) return std::string(bytes, 16);
  return std::string();
}

TlsOptions ReadOptions(const Napi::Object& from) {
  TlsOptions options;
  options.server = Flag(from, "server");
  Napi::Array alpn = from.Get("alpn").As<Napi::Array>();
  for (uint32_t i = 0; i < alpn.Length(); i++)
    options.alpn.push_back(alpn.Get(i).ToString().Utf8Value());
  std::string name = Text(from, "servername");
  std::string address = BinaryAddress(name);
  // RFC 6066, 3: an address is no server name.
  options.verify_ip = !address.empty();
  options.verify_name = options.verify_ip ? address : name;
  if (!options.verify_ip) options.servername = name;
  options.request_cert = Flag(from, "requestCert");
  options.reject_unauthorized = Flag(from, "rejectUnauthorized");
  options.keylog = Flag(from, "keylog");
  options.early_data = Flag(from, "earlyData");
  options.session = Bytes(from.Get("session"));
  Napi::Array keys = from.Get("psk").As<Napi::Array>();
  for (uint32_t i = 0; i < keys.Length(); i++) {
    Napi::Array pair = keys.Get(i).As<Napi::Array>();
    options.psk.push_back({Bytes(pair.Get(0u)), Bytes(pair.Get(1u))});
  }
  options.asks_identity = Flag(from, "asksIdentity");
  return options;
}

}  // namespace

void Handshake::Define(Napi::Env env, Napi::Object exports) {
  exports.Set("Handshake", DefineClass(env, "Handshake",
                                       {
                                           InstanceMethod<&Handshake::Advance>("advance"),
                                           InstanceMethod<&Handshake::Identify>("identify"),
                                           InstanceMethod<&Handshake::Result>("result"),
                                           InstanceMethod<&Handshake::SessionData>("sessionData"),
                                           InstanceMethod<&Handshake::Keylog>("keylog"),
                                       }));
}

Handshake::Handshake(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Handshake>(info) {
  Napi::Env env = info.Env();
  if (info.Length() < 3 || !info[0].IsNumber() || !info[2].IsObject())
    throw Napi::TypeError::New(env, "Handshake(fd, credentials, options)");
  completions_ = &Environment::Of(env).completions;
  int fd = info[0].As<Napi::Number>().Int32Value();
  CredentialsPointer credentials;
  if (info[1].IsObject()) credentials = Credentials::Unwrap(info[1].As<Napi::Object>())->pointer();
  TlsOptions options = ReadOptions(info[2].As<Napi::Object>());
  state_ = std::make_shared<State>(
      std::make_unique<TlsSession>(fd, std::move(credentials), std::move(options)));
  context_ = std::make_unique<Napi::AsyncContext>(env, "kquic.Handshake");
}

Handshake::~Handshake() = default;

void Handshake::Advance(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->running) return;
    state_->running = true;
  }
  // Together with this object until the step is over, and no longer: what it refers to refers to
  // us.
  callback_ = Napi::Persistent(info[0].As<Napi::Function>());
  Ref();
  completions_->Begin(env);
  // The environment must not close the descriptor, nor free what Post() uses, under a running step.
  napi_add_env_cleanup_hook(env, WaitUntilIdle, state_.get());

  WorkerPool::Get().Run([this, state = state_, completions = completions_] {
    TlsSession::Status status = state->session->Advance();
    completions->Post(this);
    std::lock_guard<std::mutex> lock(state->mutex);
    state->status = status;
    state->running = false;
    state->idle.notify_all();
  });
}

void Handshake::Identify(const Napi::CallbackInfo& info) {
  Credentials* credentials = Credentials::Unwrap(info[0].As<Napi::Object>());
  state_->session->SetIdentity(credentials->pointer());
}

void Handshake::WaitUntilIdle(void* data) {
  auto* state = static_cast<State*>(data);
  std::unique_lock<std::mutex> lock(state->mutex);
  state->idle.wait(lock, [state] { return !state->running; });
}

void Handshake::Finish() {
  Napi::Env env = Env();
  Napi::HandleScope scope(env);
  // Posted a moment before the job was over.
  WaitUntilIdle(state_.get());
  napi_remove_env_cleanup_hook(env, WaitUntilIdle, state_.get());
  completions_->End(env);
  Unref();
  Napi::FunctionReference callback = std::move(callback_);
  CallBack(env, callback, *context_, {Napi::Number::New(env, state_->status)});
}

Napi::Value Handshake::Result(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const TlsResult& result = state_->session->result();
  Napi::Object object = Napi::Object::New(env);
  object.Set("alpn", result.alpn);
  object.Set("cipher", result.cipher);
  object.Set("servername", result.servername);
  object.Set("authorized", result.authorized);
  object.Set("resumed", result.resumed);
  object.Set("earlyData", result.early_data);
  object.Set("error", result.error);
  object.Set("errno", result.error_number);
  object.Set("verification", result.verification);
  object.Set("alert", result.alert);
  const std::vector<uint8_t>& der = result.peer_certificate;
  object.Set("peerCertificate",
             der.empty()
                 ? env.Undefined()
                 : Napi::Buffer<uint8_t>::Copy(env, der.data(), der.size()).As<Napi::Value>());
  return object;
}

Napi::Value Handshake::SessionData(const Napi::CallbackInfo& info) {
  std::vector<uint8_t> data = state_->session->SessionData();
  return Napi::Buffer<uint8_t>::Copy(info.Env(), data.data(), data.size());
}

Napi::Value Handshake::Keylog(const Napi::CallbackInfo& info) {
  std::vector<std::string> lines = state_->session->TakeKeylog();
  Napi::Array array = Napi::Array::New(info.Env(), lines.size());
  for (size_t i = 0; i < lines.size(); i++) array.Set(static_cast<uint32_t>(i), lines[i]);
  return array;
}

}  // namespace kquic
