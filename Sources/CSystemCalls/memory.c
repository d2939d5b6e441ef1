#define _GNU_SOURCE
#include "memory.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

void sagflow_memory_keep(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  // Threads that allocate rarely need no heaps of their own, each of which grows page by page.
  mallopt(M_ARENA_MAX, 1);
  // The first part of the heap in large pages: thousands of page faults less. Reserved at once, because the advice applies
  // to what is mapped.
  mallopt(M_TOP_PAD, 128 << 20);
  void *first = malloc(1 << 20);
  if (first != NULL) sagflow_memory_advise(first, (size_t)((char *)sbrk(0) - (char *)first));
  free(first);
  mallopt(M_TOP_PAD, 16 << 20);
}

void sagflow_memory_share(int heaps) {
  mallopt(M_ARENA_MAX, heaps);
  // What is larger returns to the system when it is freed: columns that are read for a moment, and batches of flows (640 KiB)
  // that wait while a disk is full. By default, the limit grows to 32 MB with what is freed, and they leave gaps in the heaps.
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

// Size and alignment of huge pages.
static const size_t large = (size_t)2 << 20;

void *sagflow_memory_reserve(size_t size, bool in_huge_pages) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  if (size < large) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
  }
  size = (size + large - 1) & ~(large - 1);
  char *memory = mmap(NULL, size + large, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  size_t head = -(uintptr_t)memory & (large - 1);
  if (head > 0) munmap(memory, head);
  if (large - head > 0) munmap(memory + head + size, large - head);
  if (in_huge_pages) sagflow_memory_advise(memory + head + large, size - large);
  return memory + head;
}

void sagflow_memory_advise(void *memory, size_t size) {
  // The large pages within it; its ends stay as they are.
  uintptr_t begin = ((uintptr_t)memory + large - 1) & ~(large - 1);
  uintptr_t end = ((uintptr_t)memory + size) & ~(large - 1);
  if (begin < end) (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

void sagflow_memory_release(void *memory, size_t size) {
  if (size >= large) size = (size + large - 1) & ~(large - 1);
  munmap(memory, size);
}

struct sagflow_file_system sagflow_file_system_of(int fd) {
  struct sagflow_file_system system = {0};
  struct statfs status;
  if (fstatfs(fd, &status) != 0) {
    system.error = -errno;
    return system;
  }
  system.is_memory = status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
  _Static_assert(sizeof status.f_fsid == sizeof system.number, "");
  memcpy(&system.number, &status.f_fsid, sizeof system.number);
  return system;
}
