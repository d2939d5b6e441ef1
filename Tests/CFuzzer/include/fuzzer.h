// Entry point of libFuzzer's runtime, which is part of the toolchain (https://llvm.org/docs/LibFuzzer.html).
#ifndef FUZZER_H
#define FUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));

#endif
