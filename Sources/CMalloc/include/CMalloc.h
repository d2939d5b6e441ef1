#pragma once

// What <malloc.h> has and Swift's Glibc module has not.

// Lets the C library keep freed memory instead of giving large blocks back to the system each time.
void malloc_keep_memory(void);
