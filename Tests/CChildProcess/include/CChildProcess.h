#pragma once

#include <sys/types.h>

/// Starts a program with no signal blocked or ignored, and only the three named files open. Standard output and
/// standard error are appended to.
///
/// - Parameters:
///   - argv, envp: null-terminated.
///   - directory: working directory; may be null.
/// - Returns: its process identifier, or a negative errno value.
pid_t test_spawn(
    const char *path, char *const *argv, char *const *envp, const char *directory, const char *input, const char *output,
    const char *errors);
