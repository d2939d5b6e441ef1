// Version and commit in a target of their own, which the program alone depends on: another commit compiles little.
#include "CBuildVersion.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t version[] = {
#embed "../../VERSION" suffix(,)
  0
};

// scripts/build-commit writes it; a source archive has none.
static const uint8_t commit[] = {
#if __has_embed("../../.build/commit")
#embed "../../.build/commit" suffix(,)
#endif
  0
};

uint8_t build_version_octet(size_t index) { return index < sizeof version ? version[index] : 0; }

uint8_t build_commit_octet(size_t index) { return index < sizeof commit ? commit[index] : 0; }
