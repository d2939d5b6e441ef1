// Memory, and files in memory: what <malloc.h>, <sys/mman.h> and <sys/vfs.h> have and Swift's Glibc module has not.
#ifndef SAGFLOW_MEMORY_H
#define SAGFLOW_MEMORY_H

#include <stddef.h>
#include <stdint.h>

// Lets the C library keep freed memory instead of giving large blocks back to the system each time.
void sagflow_memory_keep(void);

// Has all threads that begin from now on share so many heaps of the C library. By default there are eight for each processor.
void sagflow_memory_share(int heaps);

// Octets of zero, to be touched as they are needed: what is not touched takes no memory. In large pages, where the system has
// them. NULL: there is no room.
void *sagflow_memory_reserve(size_t size);

// Gives back what sagflow_memory_reserve gave.
void sagflow_memory_release(void *memory, size_t size);

// What an open file is on.
struct sagflow_file_system {
  int error;        // 0, or a negative errno value
  int is_memory;    // tmpfs or ramfs
  uint64_t number;  // tells it from others; 0: the system does not number it
};

struct sagflow_file_system sagflow_file_system_of(int fd);

#endif
