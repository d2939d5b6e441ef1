// Version and commit in a separate target, used only by the program, so that a new commit recompiles little.
#include "CBuildVersion.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t version[] = {
#embed "../../VERSION" suffix(,)
  0
};

// Written by scripts/build-commit; absent in a source archive.
static const uint8_t commit[] = {
#if __has_embed("../../.build/commit")
#embed "../../.build/commit" suffix(,)
#endif
  0
};

uint8_t build_version_octet(size_t index) { return index < sizeof version ? version[index] : 0; }

uint8_t build_commit_octet(size_t index) { return index < sizeof commit ? commit[index] : 0; }
