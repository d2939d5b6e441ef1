// An adjustable clock: preloaded into a program (LD_PRELOAD), it adds an offset to the time of day that the program
// reads, and to the kernel's timestamps of datagrams.
//
//   clang -shared -fPIC -O2 -Wall -Wextra -o clock.so clock.c -ldl
//
// CLOCK_OFFSET is a file of one signed 64-bit number, nanoseconds, which is mapped: to set the clock, write it there
// while the program runs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t *offset;

__attribute__((constructor)) static void map_offset(void) {
  const char *path = getenv("CLOCK_OFFSET");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *memory = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (memory != MAP_FAILED) offset = memory;
}

static void set_forward(struct timespec *time) {
  if (!offset) return;
  int64_t nanoseconds = time->tv_sec * INT64_C(1000000000) + time->tv_nsec + atomic_load(offset);
  time->tv_sec = nanoseconds / 1000000000;
  time->tv_nsec = nanoseconds % 1000000000;
}

int clock_gettime(clockid_t id, struct timespec *time) {
  static int (*next)(clockid_t, struct timespec *);
  if (!next) next = dlsym(RTLD_NEXT, "clock_gettime");
  int result = next(id, time);
  if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) set_forward(time);
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec time;
  int result = clock_gettime(CLOCK_REALTIME, &time);
  if (result == 0) *now = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
  return result;
}

time_t time(time_t *now) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  if (now) *now = time.tv_sec;
  return time.tv_sec;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *limit) {
  static int (*next)(int, struct mmsghdr *, unsigned, int, struct timespec *);
  if (!next) next = dlsym(RTLD_NEXT, "recvmmsg");
  int received = next(fd, messages, count, flags, limit);
  for (int index = 0; index < received; index++) {
    struct msghdr *message = &messages[index].msg_hdr;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
      struct timespec time;
      memcpy(&time, CMSG_DATA(c), sizeof time);
      set_forward(&time);
      memcpy(CMSG_DATA(c), &time, sizeof time);
    }
  }
  return received;
}
