// A failing disk: preloaded into a program (LD_PRELOAD), it intercepts the program's calls on files below a folder, and
// makes them fail, fall short, take long, or be the last ones of the process.
//
//   clang -shared -fPIC -O2 -Wall -Wextra -o faults.so faults.c -ldl
//
// DISK_FAULTS_BELOW is the folder, an absolute path without links; DISK_FAULTS is a file of `struct control`, which is
// mapped: the driver writes orders there while the program runs, and reads the calls that were made. The driver,
// faults.py, uses the same structure.
//
// Not intercepted are calls within the C library (writes of stdio, mkstemp), reads, and memory shared with a file.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
  CREATE,    // open for writing, or with O_CREAT
  LOOK,      // open for reading, including folders; access
  WRITE,     // with or without offset, of one or more buffers
  SYNC,
  RENAME,    // includes link
  REMOVE,    // of a file or a folder
  TRUNCATE,
  FOLDER,    // mkdir
  ALLOCATE,
  MODE,      // chmod
  KINDS
};

static const char *const kind_names[KINDS] = {
  "create", "look", "write", "sync", "rename", "remove", "truncate", "folder", "allocate", "mode"};

enum action {
  NOTHING,
  FAIL,         // with `error`
  SHORT,        // half of the octets are written; other calls are unaffected
  KILL_BEFORE,
  KILL_AFTER,
  KILL_HALF,    // after half of the octets; other calls: before the call
  VANISH        // paths do not exist, other calls fail with EIO
};

// All words have 64 bits.
struct control {
  // The order. `action` is written last.
  uint64_t action;
  uint64_t kinds;    // a bit for each kind that matches
  uint64_t at;       // the first call to affect, counted from 1 among matching calls
  uint64_t times;    // number of calls to affect; 0: until the order changes
  uint64_t error;
  uint64_t delay;    // milliseconds that each matching call takes, whatever `at` is
  char text[64];     // part of matching paths, below the folder
  // The calls made.
  uint64_t meant;    // matching calls; reset to 0 by the driver with each order
  uint64_t acted;    // number of calls affected
  uint64_t calls[KINDS];
  char first[256];   // the first call affected
};

static struct control *control;
static char root[PATH_MAX];
static size_t root_length;

__attribute__((constructor)) static void begin(void) {
  const char *below = getenv("DISK_FAULTS_BELOW");
  const char *path = getenv("DISK_FAULTS");
  if (!below || !path || strlen(below) >= sizeof root) return;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) return;
  strcpy(root, below);
  root_length = strlen(root);
  __atomic_store_n(&control, memory, __ATOMIC_SEQ_CST);
}

static uint64_t load(uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }

static uint64_t count(uint64_t *word) { return __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST); }

static int is_below(const char *path) {
  return path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

// Whether a path contains the text of the order, below the folder.
static int is_named(const char *path) { return is_below(path) && strstr(path + root_length, control->text); }

// The current path of an open file.
static const char *path_of(int fd, char *buffer) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, buffer, PATH_MAX - 1);
  if (length < 0) return NULL;
  buffer[length] = 0;
  return buffer;
}

// Returns an absolute path.
static const char *path_at(int folder, const char *path, char *buffer) {
  if (!path || path[0] == '/' || folder == AT_FDCWD || !path_of(folder, buffer)) return path;
  size_t length = strlen(buffer);
  snprintf(buffer + length, PATH_MAX - length, "/%s", path);
  return buffer;
}

static void die(void) {
  for (;;) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    pause();
  }
}

// Returns early when the order ends.
static void wait_out(void) {
  const uint64_t step = 20;
  for (uint64_t waited = 0; waited < load(&control->delay); waited += step) {
    nanosleep(&(struct timespec){0, (long)step * 1000000}, NULL);
  }
}

static void note(enum kind kind, const char *path) {
  char text[sizeof control->first];
  snprintf(text, sizeof text, "%s %s", kind_names[kind], path);
  memcpy(control->first, text, sizeof text);
}

// Decides the outcome of a call; `other` is a second path, or NULL.
static enum action decide(enum kind kind, const char *path, const char *other) {
  if (!control || !(is_below(path) || is_below(other))) return NOTHING;
  count(&control->calls[kind]);
  if (!(load(&control->kinds) >> kind & 1)) return NOTHING;
  if (control->text[0] && !is_named(path) && !is_named(other)) return NOTHING;
  uint64_t number = count(&control->meant);
  wait_out();
  enum action action = (enum action)load(&control->action);
  uint64_t at = load(&control->at), times = load(&control->times);
  if (action == NOTHING || number < at || (times && number >= at + times)) return NOTHING;
  if (count(&control->acted) == 1) note(kind, path);
  if (action == KILL_BEFORE) die();
  return action;
}

static int is_failure(enum action action, enum kind kind) {
  if (action == FAIL) {
    errno = (int)load(&control->error);
    return 1;
  }
  if (action != VANISH) return 0;
  errno = kind == CREATE || kind == LOOK || kind == RENAME || kind == REMOVE || kind == FOLDER ? ENOENT : EIO;
  return 1;
}

#define NEXT(name) \
  static __typeof__(&name) next; \
  if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// A call without octets: wraps `call` with the actions before and after it.
#define CALL(type, kind, path, other, failed, call) \
  int old = errno; \
  char first[PATH_MAX], second[PATH_MAX]; \
  (void)first, (void)second; \
  enum action action = control ? decide(kind, path, other) : NOTHING; \
  if (action == KILL_HALF) die(); \
  if (is_failure(action, kind)) return failed; \
  errno = old; \
  type result = call; \
  if (action == KILL_AFTER) die(); \
  return result

// MARK: Octets

static ssize_t write_some(int fd, const struct iovec *vectors, int count, off_t offset, int has_offset) {
  return has_offset ? syscall(SYS_pwritev, fd, vectors, (long)count, (long)offset, 0L)
                    : syscall(SYS_writev, fd, vectors, (long)count);
}

// Writes the first half, from at most IOV_MAX vectors.
static ssize_t write_half(int fd, const struct iovec *vectors, int count, off_t offset, int has_offset) {
  struct iovec some[IOV_MAX];
  if (count > IOV_MAX) count = IOV_MAX;
  size_t total = 0, half;
  for (int i = 0; i < count; i++) total += vectors[i].iov_len;
  half = total / 2;
  int used = 0;
  for (; used < count && half > 0; used++) {
    some[used] = vectors[used];
    if (some[used].iov_len > half) some[used].iov_len = half;
    half -= some[used].iov_len;
  }
  return used ? write_some(fd, some, used, offset, has_offset) : 0;
}

static ssize_t write_vectors(int fd, const struct iovec *vectors, int count, off_t offset, int has_offset) {
  int old = errno;
  char path[PATH_MAX];
  enum action action = control ? decide(WRITE, path_of(fd, path), NULL) : NOTHING;
  if (is_failure(action, WRITE)) return -1;
  errno = old;
  if (action == SHORT || action == KILL_HALF) {
    ssize_t half = write_half(fd, vectors, count, offset, has_offset);
    if (action == KILL_HALF) die();
    // An empty write would not be a short one.
    if (half != 0) return half;
  }
  ssize_t result = write_some(fd, vectors, count, offset, has_offset);
  if (action == KILL_AFTER) die();
  return result;
}

ssize_t write(int fd, const void *octets, size_t size) {
  return write_vectors(fd, &(struct iovec){(void *)octets, size}, 1, 0, 0);
}

ssize_t writev(int fd, const struct iovec *vectors, int count) { return write_vectors(fd, vectors, count, 0, 0); }

ssize_t pwrite(int fd, const void *octets, size_t size, off_t offset) {
  return write_vectors(fd, &(struct iovec){(void *)octets, size}, 1, offset, 1);
}

ssize_t pwrite64(int fd, const void *octets, size_t size, off64_t offset) { return pwrite(fd, octets, size, offset); }

ssize_t pwritev(int fd, const struct iovec *vectors, int count, off_t offset) {
  return write_vectors(fd, vectors, count, offset, 1);
}

ssize_t pwritev64(int fd, const struct iovec *vectors, int count, off64_t offset) {
  return pwritev(fd, vectors, count, offset);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
  NEXT(sendfile);
  CALL(ssize_t, WRITE, path_of(to, first), NULL, -1, next(to, from, offset, size));
}

// MARK: Files and folders

static int is_writing(int flags) { return (flags & O_CREAT) || (flags & O_ACCMODE) != O_RDONLY; }

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  CALL(
    int, is_writing(flags) ? CREATE : LOOK, path_at(folder, path, first), NULL, -1,
    (int)syscall(SYS_openat, folder, path, flags, mode));
}

static mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = mode_of(flags, rest); \
    va_end(rest); \
    return open_at(AT_FDCWD, path, flags, mode); \
  }

#define OPENAT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = mode_of(flags, rest); \
    va_end(rest); \
    return open_at(folder, path, flags, mode); \
  }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int creat64(const char *path, mode_t mode) { return creat(path, mode); }

FILE *fopen(const char *path, const char *mode) {
  NEXT(fopen);
  CALL(FILE *, mode[0] == 'r' && !strchr(mode, '+') ? LOOK : CREATE, path, NULL, NULL, next(path, mode));
}

FILE *fopen64(const char *path, const char *mode) { return fopen(path, mode); }

DIR *opendir(const char *path) {
  NEXT(opendir);
  CALL(DIR *, LOOK, path, NULL, NULL, next(path));
}

int access(const char *path, int mode) {
  NEXT(access);
  CALL(int, LOOK, path, NULL, -1, next(path, mode));
}

int fsync(int fd) {
  NEXT(fsync);
  CALL(int, SYNC, path_of(fd, first), NULL, -1, next(fd));
}

int fdatasync(int fd) {
  NEXT(fdatasync);
  CALL(int, SYNC, path_of(fd, first), NULL, -1, next(fd));
}

int rename(const char *from, const char *to) {
  NEXT(rename);
  CALL(int, RENAME, from, to, -1, next(from, to));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  NEXT(renameat);
  CALL(
    int, RENAME, path_at(from_folder, from, first), path_at(to_folder, to, second), -1,
    next(from_folder, from, to_folder, to));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  NEXT(renameat2);
  CALL(
    int, RENAME, path_at(from_folder, from, first), path_at(to_folder, to, second), -1,
    next(from_folder, from, to_folder, to, flags));
}

int link(const char *from, const char *to) {
  NEXT(link);
  CALL(int, RENAME, from, to, -1, next(from, to));
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  NEXT(linkat);
  CALL(
    int, RENAME, path_at(from_folder, from, first), path_at(to_folder, to, second), -1,
    next(from_folder, from, to_folder, to, flags));
}

int unlink(const char *path) {
  NEXT(unlink);
  CALL(int, REMOVE, path, NULL, -1, next(path));
}

int unlinkat(int folder, const char *path, int flags) {
  NEXT(unlinkat);
  CALL(int, REMOVE, path_at(folder, path, first), NULL, -1, next(folder, path, flags));
}

int remove(const char *path) {
  NEXT(remove);
  CALL(int, REMOVE, path, NULL, -1, next(path));
}

int rmdir(const char *path) {
  NEXT(rmdir);
  CALL(int, REMOVE, path, NULL, -1, next(path));
}

int ftruncate(int fd, off_t size) {
  NEXT(ftruncate);
  CALL(int, TRUNCATE, path_of(fd, first), NULL, -1, next(fd, size));
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int truncate(const char *path, off_t size) {
  NEXT(truncate);
  CALL(int, TRUNCATE, path, NULL, -1, next(path, size));
}

int truncate64(const char *path, off64_t size) { return truncate(path, size); }

// An existing folder is detected before disk space and write permission are checked.
static int is_there(const char *path) {
  uint64_t error = load(&control->error);
  return load(&control->action) == FAIL && (error == ENOSPC || error == EROFS) &&
         syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}

int mkdir(const char *path, mode_t mode) {
  NEXT(mkdir);
  if (control && is_there(path)) return next(path, mode);
  CALL(int, FOLDER, path, NULL, -1, next(path, mode));
}

int mkdirat(int folder, const char *path, mode_t mode) {
  NEXT(mkdirat);
  CALL(int, FOLDER, path_at(folder, path, first), NULL, -1, next(folder, path, mode));
}

int chmod(const char *path, mode_t mode) {
  NEXT(chmod);
  CALL(int, MODE, path, NULL, -1, next(path, mode));
}

int fchmod(int fd, mode_t mode) {
  NEXT(fchmod);
  CALL(int, MODE, path_of(fd, first), NULL, -1, next(fd, mode));
}

int fallocate(int fd, int mode, off_t offset, off_t size) {
  NEXT(fallocate);
  CALL(int, ALLOCATE, path_of(fd, first), NULL, -1, next(fd, mode, offset, size));
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size) { return fallocate(fd, mode, offset, size); }

// Returns the error instead of setting errno.
int posix_fallocate(int fd, off_t offset, off_t size) {
  NEXT(posix_fallocate);
  CALL(int, ALLOCATE, path_of(fd, first), NULL, errno, next(fd, offset, size));
}

int posix_fallocate64(int fd, off64_t offset, off64_t size) { return posix_fallocate(fd, offset, size); }
