// SPDX-License-Identifier: MIT
//
// PollHandle: a descriptor and its uv_poll_t on the loop of this environment. It owns the
// descriptor: close() and the end of the environment (worker exit included) close it.
//
// TypeScript: new PollHandle(fd, (status, events) => void); start(events), stop(), ref(), unref(),
// close(), release(). `status` is 0 or -errno: libuv stops a handle at POLLERR and reports EBADF.
// release() is close() without closing the descriptor. If the constructor throws, the descriptor is
// still the caller's; the error has libuv's number as `errno`.
#ifndef KQUIC_ADDON_POLL_HANDLE_H
#define KQUIC_ADDON_POLL_HANDLE_H

#include <napi.h>
#include <uv.h>

#include <memory>

#include "census.h"

namespace kquic {

class PollHandle : public Napi::ObjectWrap<PollHandle> {
 public:
  static void Define(Napi::Env env, Napi::Object exports);
  explicit PollHandle(const Napi::CallbackInfo& info);
  ~PollHandle() override;

 private:
  // What libuv keeps a pointer to; outlives the object until uv_close() has called back.
  struct Watcher : Counted<Kind::kWatcher> {
    uv_poll_t poll;
    int fd = -1;
    PollHandle* owner = nullptr;
    napi_async_cleanup_hook_handle hook = nullptr;

    void Close();
  };

  Napi::Value Start(const Napi::CallbackInfo& info);
  Napi::Value Stop(const Napi::CallbackInfo& info);
  void KeepAlive(const Napi::CallbackInfo& info);
  void LetGo(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);
  void Release(const Napi::CallbackInfo& info);
  void Notify(int status, int events);

  Watcher* watcher_ = nullptr;
  Napi::FunctionReference callback_;
  std::unique_ptr<Napi::AsyncContext> context_;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_POLL_HANDLE_H
