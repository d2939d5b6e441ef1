#pragma once

#include <stdint.h>

/// Blocks of memory that the calling thread has been given since it began.
///
/// Linked into a test program this module stands before the C library's malloc for the whole program, shared libraries
/// included; glibc only.
uint64_t allocation_count(void);

/// CPU time that the calling thread has used, nanoseconds.
uint64_t thread_time(void);
