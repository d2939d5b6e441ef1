#include "CMalloc.h"

#include <limits.h>
#include <malloc.h>

void malloc_keep_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}
