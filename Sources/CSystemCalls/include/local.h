// Unix sockets that preserve message boundaries (SOCK_SEQPACKET) and pass open files. As in sockets.h, functions that can fail
// return a negative errno value.
#ifndef SAGFLOW_LOCAL_H
#define SAGFLOW_LOCAL_H

#include <stddef.h>
#include <stdint.h>

// Maximum number of open files per message.
enum { SAGFLOW_LOCAL_FILES = 4 };

// Listens at `path`, of at most 107 octets, replacing any existing file. Owner and group may connect. Returns a descriptor or
// -errno.
int sagflow_local_listen(const char *path, int backlog);
// Waits for the next connection. Returns a descriptor or -errno; -EINVAL if the listener was ended.
int sagflow_local_accept(int fd);
// Ends waiting for connections in any thread.
void sagflow_local_end(int fd);
// Connects to the listener at `path`. Returns a descriptor or -errno.
int sagflow_local_connect(const char *path);

// Sends a message with `count` open files, which remain the caller's. Returns 0 or -errno; -EAGAIN if the other side accepts
// nothing for `timeout` milliseconds.
int sagflow_local_send(int fd, const void *octets, size_t length, const int *files, int count, int timeout);

// Sends a datagram to the socket at a path, or `@name`, with `fd` unless it is negative. Returns 0 or -errno; -EINVAL if `name`
// is neither.
int sagflow_local_notify(const char *name, const void *octets, size_t length, int fd);

struct sagflow_local_message {
  int64_t length;  // octets; 0 at the end or for an empty message; or -errno, -EAGAIN after the timeout
  int count;       // open files, which the receiver must close; none if there are no octets
  int files[SAGFLOW_LOCAL_FILES];
};
// Receives a message into `octets`. Length -EMSGSIZE if it is longer than `capacity`.
struct sagflow_local_message sagflow_local_receive(int fd, void *octets, size_t capacity, int timeout);

// Creates a writable, anonymous file in memory. Returns a descriptor or -errno.
int sagflow_memory_file(void);
// Seals the file in memory against changes through any descriptor. Returns 0 or -errno.
int sagflow_memory_file_seal(int fd);

#endif
