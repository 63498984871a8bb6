// SPDX-License-Identifier: MIT
#include "poll_handle.h"

#include <unistd.h>

#include <cerrno>

#include "callback.h"
#include "environment.h"

namespace kquic {

void PollHandle::Define(Napi::Env env, Napi::Object exports) {
  exports.Set("PollHandle", DefineClass(env, "PollHandle",
                                        {
                                            InstanceMethod<&PollHandle::Start>("start"),
                                            InstanceMethod<&PollHandle::Stop>("stop"),
                                            InstanceMethod<&PollHandle::KeepAlive>("ref"),
                                            InstanceMethod<&PollHandle::LetGo>("unref"),
                                            InstanceMethod<&PollHandle::Close>("close"),
                                            InstanceMethod<&PollHandle::Release>("release"),
                                        }));
}

PollHandle::PollHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<PollHandle>(info) {
  Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsNumber() || !info[1].IsFunction())
    throw Napi::TypeError::New(env, "PollHandle(fd, callback)");
  callback_ = Napi::Persistent(info[1].As<Napi::Function>());
  context_ = std::make_unique<Napi::AsyncContext>(env, "kquic.PollHandle");
  uv_loop_t* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);

  auto watcher = std::make_unique<Watcher>();
  int fd = info[0].As<Napi::Number>().Int32Value();
  int error = uv_poll_init(loop, &watcher->poll, fd);
  if (error != 0) {
    Napi::Error exception = Napi::Error::New(env, uv_strerror(error));
    exception.Set("errno", Napi::Number::New(env, error));
    throw exception;
  }
  watcher->fd = fd;
  watcher->owner = this;
  watcher->poll.data = watcher.get();
  napi_add_async_cleanup_hook(
      env, [](napi_async_cleanup_hook_handle, void* data) { static_cast<Watcher*>(data)->Close(); },
      watcher.get(), &watcher->hook);
  watcher_ = watcher.release();
  Environment::Of(env).descriptors.Owned(fd);
  // Alive until close(): libuv calls back into this object.
  Ref();
}

PollHandle::~PollHandle() {
  if (watcher_ != nullptr) watcher_->owner = nullptr;
}

void PollHandle::Watcher::Close() {
  if (owner != nullptr) {
    owner->watcher_ = nullptr;
    owner = nullptr;
  }
  if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&poll))) return;
  // Leaves the epoll set before the descriptor goes away.
  uv_poll_stop(&poll);
  uv_close(reinterpret_cast<uv_handle_t*>(&poll), [](uv_handle_t* handle) {
    std::unique_ptr<Watcher> self(static_cast<Watcher*>(handle->data));
    napi_remove_async_cleanup_hook(self->hook);
  });
  if (fd >= 0) ::close(fd);
  fd = -1;
}

Napi::Value PollHandle::Start(const Napi::CallbackInfo& info) {
  if (watcher_ == nullptr) return Napi::Number::New(info.Env(), -EBADF);
  int events = info[0].As<Napi::Number>().Int32Value();
  return Napi::Number::New(
      info.Env(),
      uv_poll_start(&watcher_->poll, events, [](uv_poll_t* poll, int status, int events) {
        auto* watcher = static_cast<Watcher*>(poll->data);
        if (watcher->owner != nullptr) watcher->owner->Notify(status, events);
      }));
}

Napi::Value PollHandle::Stop(const Napi::CallbackInfo& info) {
  if (watcher_ == nullptr) return Napi::Number::New(info.Env(), -EBADF);
  return Napi::Number::New(info.Env(), uv_poll_stop(&watcher_->poll));
}

void PollHandle::KeepAlive(const Napi::CallbackInfo&) {
  if (watcher_ != nullptr) uv_ref(reinterpret_cast<uv_handle_t*>(&watcher_->poll));
}

void PollHandle::LetGo(const Napi::CallbackInfo&) {
  if (watcher_ != nullptr) uv_unref(reinterpret_cast<uv_handle_t*>(&watcher_->poll));
}

void PollHandle::Close(const Napi::CallbackInfo&) {
  if (watcher_ == nullptr) return;
  watcher_->Close();
  // What it refers to refers to this object: neither would ever be collected.
  callback_.Reset();
  Unref();
}

void PollHandle::Release(const Napi::CallbackInfo& info) {
  if (watcher_ == nullptr) return;
  watcher_->fd = -1;
  Close(info);
}

void PollHandle::Notify(int status, int events) {
  Napi::HandleScope scope(Env());
  CallBack(Env(), callback_, *context_,
           {Napi::Number::New(Env(), status), Napi::Number::New(Env(), events)});
}

}  // namespace kquic
