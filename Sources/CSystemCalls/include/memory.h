// Memory: what <malloc.h> and <sys/mman.h> have and Swift's Glibc module has not.
#ifndef SAGFLOW_MEMORY_H
#define SAGFLOW_MEMORY_H

#include <stddef.h>

// Lets the C library keep freed memory instead of giving large blocks back to the system each time.
void sagflow_memory_keep(void);

// Octets of zero, to be touched as they are needed: what is not touched takes no memory. In large pages, where the system has
// them. NULL: there is no room.
void *sagflow_memory_reserve(size_t size);

// Gives back what sagflow_memory_reserve gave.
void sagflow_memory_release(void *memory, size_t size);

#endif
