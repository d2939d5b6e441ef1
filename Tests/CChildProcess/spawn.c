// In C, because the Glibc module lacks non-POSIX functions.
#define _GNU_SOURCE
#include "CChildProcess.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

static int describe_files(
    posix_spawn_file_actions_t *actions, const char *directory, const char *input, const char *output,
    const char *errors) {
  const int appending = O_WRONLY | O_CREAT | O_APPEND;
  int code = posix_spawn_file_actions_addopen(actions, 0, input, O_RDONLY, 0);
  if (!code) code = posix_spawn_file_actions_addopen(actions, 1, output, appending, 0600);
  if (!code) code = posix_spawn_file_actions_addopen(actions, 2, errors, appending, 0600);
  if (!code && directory) code = posix_spawn_file_actions_addchdir_np(actions, directory);
  if (!code) code = posix_spawn_file_actions_addclosefrom_np(actions, 3);
  return code;
}

static int describe_signals(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int code = posix_spawnattr_setsigmask(attributes, &none);
  if (!code) code = posix_spawnattr_setsigdefault(attributes, &all);
  if (!code) code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return code;
}

pid_t test_spawn(
    const char *path, char *const *argv, char *const *envp, const char *directory, const char *input, const char *output,
    const char *errors) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t process = 0;
  int code = posix_spawn_file_actions_init(&actions);
  if (code) return -code;
  code = posix_spawnattr_init(&attributes);
  if (!code) {
    code = describe_files(&actions, directory, input, output, errors);
    if (!code) code = describe_signals(&attributes);
    if (!code) code = posix_spawn(&process, path, &actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return code ? -code : process;
}
