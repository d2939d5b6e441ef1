#pragma once

#include <stddef.h>

// Memory of what <malloc.h> and <sys/mman.h> have and Swift's Glibc module has not.

// Lets the C library keep freed memory instead of giving large blocks back to the system each time.
void malloc_keep_memory(void);

// Octets of zero, to be touched as they are needed: what is not touched takes no memory. In large pages, where the system has
// them. NULL: there is no room.
void *pages_reserve(size_t size);

// Gives back what pages_reserve gave.
void pages_release(void *memory, size_t size);
