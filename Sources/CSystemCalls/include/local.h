// Unix sockets that keep the borders of messages (SOCK_SEQPACKET) and carry open files. As in sockets.h, what can fail returns a
// negative errno value.
#ifndef SAGFLOW_LOCAL_H
#define SAGFLOW_LOCAL_H

#include <stddef.h>
#include <stdint.h>

// The most open files that one message carries.
enum { SAGFLOW_LOCAL_FILES = 4 };

// Listens at `path`, of at most 107 octets, in place of what is there. Owner and group may connect. Its descriptor, or -errno.
int sagflow_local_listen(const char *path, int backlog);
// Waits for the next connection. Its descriptor, or -errno; -EINVAL: the listener was ended.
int sagflow_local_accept(int fd);
// Ends waiting for connections, in whatever thread.
void sagflow_local_end(int fd);
// Connects to the listener at `path`. Its descriptor, or -errno.
int sagflow_local_connect(const char *path);

// Sends one message with `count` open files, which stay the caller's. 0 or -errno; -EAGAIN: the other side takes nothing for
// `timeout` milliseconds.
int sagflow_local_send(int fd, const void *octets, size_t length, const int *files, int count, int timeout);

// Sends one datagram to the socket that listens at the path, or `@name`, with `fd` beside it unless that is negative. 0 or -errno;
// -EINVAL: `name` is neither.
int sagflow_local_notify(const char *name, const void *octets, size_t length, int fd);

struct sagflow_local_message {
  int64_t length;  // octets; 0: the end, or an empty message; or -errno, -EAGAIN: nothing came within the time
  int count;       // open files, the receiver's to close; none if there are no octets
  int files[SAGFLOW_LOCAL_FILES];
};
// Receives one message into `octets`. -EMSGSIZE: it is longer than `capacity`.
struct sagflow_local_message sagflow_local_receive(int fd, void *octets, size_t capacity, int timeout);

// A file in memory without a name, to be written, or -errno.
int sagflow_memory_file(void);
// Nobody can change the file in memory any more, through whatever descriptor. 0 or -errno.
int sagflow_memory_file_seal(int fd);

#endif
