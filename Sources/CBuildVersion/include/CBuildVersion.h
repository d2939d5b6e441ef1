// What was built: the version, and the commit if it is known. An octet a call: Swift calls these without pointers, and only once.
#ifndef SAGFLOW_BUILD_VERSION_H
#define SAGFLOW_BUILD_VERSION_H

#include <stddef.h>
#include <stdint.h>

// The octet of the file VERSION at this index; 0 behind its last.
uint8_t build_version_octet(size_t index);

// The octet of the commit's name at this index; 0 behind its last. It has none if the sources were in no repository.
uint8_t build_commit_octet(size_t index);

#endif
