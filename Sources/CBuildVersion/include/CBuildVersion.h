// Version, and commit if known, one octet per call, so that Swift needs no pointers; read only once.
#ifndef SAGFLOW_BUILD_VERSION_H
#define SAGFLOW_BUILD_VERSION_H

#include <stddef.h>
#include <stdint.h>

// Returns the octet of the file VERSION at an index; 0 after the last.
uint8_t build_version_octet(size_t index);

// Returns the octet of the commit's name at an index; 0 after the last. Empty if the sources were not in a repository.
uint8_t build_commit_octet(size_t index);

#endif
