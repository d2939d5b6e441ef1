// Memory, and files in memory: functions of <malloc.h>, <sys/mman.h> and <sys/vfs.h> that Swift's Glibc module lacks.
#ifndef SAGFLOW_MEMORY_H
#define SAGFLOW_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Makes the C library keep freed memory instead of returning large blocks to the system each time.
void sagflow_memory_keep(void);

// Limits the number of heaps that threads started from now on share, by default eight per processor, and keeps blocks of
// 256 KiB and more out of them.
void sagflow_memory_share(int heaps);

// Reserves zeroed memory, from the third megabyte on in huge pages if these are wanted and available; untouched pages take no
// memory. Returns NULL if that fails.
void *sagflow_memory_reserve(size_t size, bool in_huge_pages);

// Asks for huge pages under memory that is allocated and not touched yet. Only advice: without huge pages, or for less than one,
// nothing changes.
void sagflow_memory_advise(void *memory, size_t size);

// Prefetches the cache line at an address.
static inline void sagflow_memory_prefetch(const void *address) { __builtin_prefetch(address); }

// Frees memory from sagflow_memory_reserve.
void sagflow_memory_release(void *memory, size_t size);

// The file system of an open file.
struct sagflow_file_system {
  int error;        // 0, or a negative errno value
  int is_memory;    // tmpfs or ramfs
  uint64_t number;  // identifies the file system; 0 if the system does not number it
};

struct sagflow_file_system sagflow_file_system_of(int fd);

#endif
