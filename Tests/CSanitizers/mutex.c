// Annotates Synchronization.Mutex for ThreadSanitizer.
//
// The uncontended path of a Mutex is inlined atomics, which ThreadSanitizer sees. The contended path is a futex in
// libswiftSynchronization, which is not instrumented: without these functions, whatever a contended lock protects is
// reported as a race. They take precedence over the library's because they are in the test program.
#if __has_feature(thread_sanitizer)

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#include "CSanitizers.h"

void __tsan_acquire(void *);
void __tsan_release(void *);

// Methods of _MutexHandle have the handle as Swift's context.
#define METHOD __attribute__((swiftcall))
#define HANDLE __attribute__((swift_context)) void *handle

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

METHOD void mutex_lock(uint32_t thread, HANDLE) __asm__(LOCK);
METHOD bool mutex_try_lock(HANDLE) __asm__(TRY_LOCK);
METHOD void mutex_unlock(HANDLE) __asm__(UNLOCK);

METHOD void mutex_lock(uint32_t thread, HANDLE) {
  METHOD void (*lock)(uint32_t, HANDLE) = dlsym(RTLD_NEXT, LOCK);
  lock(thread, handle);
  __tsan_acquire(handle);
}

METHOD bool mutex_try_lock(HANDLE) {
  METHOD bool (*try_lock)(HANDLE) = dlsym(RTLD_NEXT, TRY_LOCK);
  bool locked = try_lock(handle);
  if (locked) __tsan_acquire(handle);
  return locked;
}

METHOD void mutex_unlock(HANDLE) {
  METHOD void (*unlock)(HANDLE) = dlsym(RTLD_NEXT, UNLOCK);
  __tsan_release(handle);
  unlock(handle);
}

#endif
