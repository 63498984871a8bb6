// SPDX-License-Identifier: MIT
#include "send_file.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "args.h"
#include "exports.h"

namespace kquic {
namespace {

// As much as one job does, so that others get their turn in the pool.
constexpr int64_t kJobBytes = 4 << 20;

// The descriptors are copies: whoever closes the originals meanwhile closes nothing under the job.
class Job {
 public:
  Job(int out, int in, int64_t offset, int64_t count)
      : out_(fcntl(out, F_DUPFD_CLOEXEC, 0)),
        in_(out_ < 0 ? -1 : fcntl(in, F_DUPFD_CLOEXEC, 0)),
        error_(in_ < 0 ? errno : 0),
        offset_(offset),
        left_(std::clamp<int64_t>(count, 0, kJobBytes)) {}

  ~Job() {
    Close();
    if (work_ != nullptr) napi_delete_async_work(env_, work_);
  }

  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Queues it, which then owns itself.
  static napi_value Start(napi_env env, std::unique_ptr<Job> job) {
    napi_value promise = nullptr, name = nullptr;
    job->env_ = env;
    if (napi_create_promise(env, &job->deferred_, &promise) != napi_ok ||
        napi_create_string_utf8(env, "kquic.sendFile", NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_create_async_work(env, nullptr, name, Execute, Complete, job.get(), &job->work_) !=
            napi_ok ||
        napi_queue_async_work(env, job->work_) != napi_ok)
      return nullptr;
    job.release();
    return promise;
  }

 private:
  static void Execute(napi_env, void* data) { static_cast<Job*>(data)->Run(); }

  static void Complete(napi_env env, napi_status, void* data) {
    std::unique_ptr<Job> job(static_cast<Job*>(data));
    int64_t result = job->done_ > 0 || job->error_ == 0 ? job->done_ : -job->error_;
    napi_resolve_deferred(env, job->deferred_, Number(env, result));
  }

  void Run() {
    while (error_ == 0 && left_ > 0) {
      ssize_t sent = sendfile(out_, in_, &offset_, static_cast<size_t>(left_));
      if (sent == 0) break;
      if (sent > 0) {
        done_ += sent;
        left_ -= sent;
      } else if (errno != EINTR) {
        error_ = errno;
      }
    }
    Close();
  }

  void Close() {
    if (out_ >= 0) close(out_);
    if (in_ >= 0) close(in_);
    out_ = in_ = -1;
  }

  napi_env env_ = nullptr;
  napi_async_work work_ = nullptr;
  napi_deferred deferred_ = nullptr;
  int out_, in_, error_;
  off_t offset_;
  int64_t left_;
  int64_t done_ = 0;
};

// sendfileAsync(out, in, offset, count): a promise of the bytes sent, 0 at the file's end, or of
// -errno
napi_value SendFile(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  return Job::Start(env,
                    std::make_unique<Job>(args.Int(0), args.Int(1), args.Int64(2), args.Int64(3)));
}

}  // namespace

void DefineSendFile(napi_env env, napi_value exports) {
  DefineFunction(env, exports, "sendfileAsync", SendFile);
}

}  // namespace kquic
