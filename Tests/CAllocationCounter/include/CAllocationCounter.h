#pragma once

#include <stdint.h>

/// Returns the number of memory blocks allocated by the calling thread so far.
///
/// Linked into a test program, this module overrides the C library's malloc for the whole program, including shared
/// libraries; glibc only.
uint64_t allocation_count(void);

/// Returns the CPU time used by the calling thread, in nanoseconds.
uint64_t thread_time(void);
