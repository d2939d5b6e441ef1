#define _GNU_SOURCE
#include "local.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int make_socket(void) { return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

// Returns 0 or -ENAMETOOLONG.
static int set_path(struct sockaddr_un *address, const char *path) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
  strcpy(address->sun_path, path);
  return 0;
}

static int failed(int fd) {
  int error = -errno;
  close(fd);
  return error;
}

int sagflow_local_listen(const char *path, int backlog) {
  struct sockaddr_un address;
  int error = set_path(&address, path);
  if (error < 0) return error;
  int fd = make_socket();
  if (fd < 0) return -errno;
  if (unlink(path) < 0 && errno != ENOENT) return failed(fd);
  // Accessible to nobody else before it has a name, then to the group, regardless of the umask.
  if (fchmod(fd, 0660) < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || chmod(path, 0660) < 0 ||
      listen(fd, backlog) < 0)
    return failed(fd);
  return fd;
}

int sagflow_local_connect(const char *path) {
  struct sockaddr_un address;
  int error = set_path(&address, path);
  if (error < 0) return error;
  int fd = make_socket();
  if (fd < 0) return -errno;
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) return failed(fd);
  return fd;
}

// Returns 0, -EAGAIN after the timeout, or -errno. A signal restarts the timeout, which need not be exact.
static int await(int fd, short events, int timeout) {
  struct pollfd polled = {.fd = fd, .events = events};
  int ready;
  do {
    ready = poll(&polled, 1, timeout);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 ? 0 : ready == 0 ? -EAGAIN : -errno;
}

union control {
  struct cmsghdr header;
  char octets[CMSG_SPACE(SAGFLOW_LOCAL_FILES * sizeof(int))];
};

// Attaches open files to a message.
static void attach(struct msghdr *message, union control *control, const int *files, int count) {
  size_t size = (size_t)count * sizeof(int);
  message->msg_control = control;
  message->msg_controllen = CMSG_SPACE(size);
  control->header.cmsg_level = SOL_SOCKET;
  control->header.cmsg_type = SCM_RIGHTS;
  control->header.cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(&control->header), files, size);
}

int sagflow_local_notify(const char *name, const void *octets, size_t length, int fd) {
  struct sockaddr_un address;
  size_t size = strlen(name);
  if ((name[0] != '/' && name[0] != '@') || size < 2) return -EINVAL;
  int error = set_path(&address, name);
  if (error < 0) return error;
  socklen_t address_length = sizeof address;
  if (name[0] == '@') {
    // An abstract name begins with a zero octet and ends at the address's length (unix(7)).
    address.sun_path[0] = 0;
    address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
  }
  int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (sender < 0) return -errno;
  union control control = {.octets = {0}};
  struct iovec vector = {(void *)octets, length};
  struct msghdr header = {
    .msg_name = &address, .msg_namelen = address_length, .msg_iov = &vector, .msg_iovlen = 1};
  if (fd >= 0) attach(&header, &control, &fd, 1);
  ssize_t sent;
  do {
    sent = sendmsg(sender, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return failed(sender);
  close(sender);
  return 0;
}

int sagflow_local_accept(int fd) {
  while (1) {
    int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted >= 0) return accepted;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno != EAGAIN) return -errno;
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    if (poll(&polled, 1, -1) < 0 && errno != EINTR) return -errno;
    // On a nonblocking listener, accept4 returns EAGAIN after the end, too.
    if (polled.revents & POLLHUP) return -EINVAL;
  }
}

void sagflow_local_end(int fd) { shutdown(fd, SHUT_RDWR); }

int sagflow_local_send(int fd, const void *octets, size_t length, const int *files, int count, int timeout) {
  union control control = {.octets = {0}};
  struct iovec vector = {(void *)octets, length};
  struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};
  if (count < 0 || count > SAGFLOW_LOCAL_FILES) return -EINVAL;
  if (count > 0) attach(&header, &control, files, count);
  while (sendmsg(fd, &header, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -errno;
    int error = await(fd, POLLOUT, timeout);
    if (error < 0) return error;
  }
  return 0;
}

struct sagflow_local_message sagflow_local_receive(int fd, void *octets, size_t capacity, int timeout) {
  struct sagflow_local_message message = {0};
  union control control;
  struct iovec vector = {octets, capacity};
  struct msghdr header = {
    .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t length;
  while ((length = recvmsg(fd, &header, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == EINTR) continue;
    message.length = -errno;
    if (errno != EAGAIN) return message;
    message.length = await(fd, POLLIN, timeout);
    if (message.length < 0) return message;
  }
  message.length = length;
  for (struct cmsghdr *item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) continue;
    size_t size = item->cmsg_len - CMSG_LEN(0);
    message.count = (int)(size / sizeof(int));
    memcpy(message.files, CMSG_DATA(item), size);
  }
  bool is_cut = header.msg_flags & (MSG_TRUNC | MSG_CTRUNC);
  // An empty message is indistinguishable from the end, but may carry open files.
  if (is_cut || length == 0) {
    for (int index = 0; index < message.count; index++) close(message.files[index]);
    message.count = 0;
    if (is_cut) message.length = -EMSGSIZE;
  }
  return message;
}

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

int sagflow_memory_file(void) {
  // Some hosts require MFD_NOEXEC_SEAL (sysctl vm.memfd_noexec); before Linux 6.3 it does not exist.
  int fd = memfd_create("sagflow", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (fd < 0 && errno == EINVAL) fd = memfd_create("sagflow", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return fd < 0 ? -errno : fd;
}

int sagflow_memory_file_seal(int fd) {
  return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0 ? -errno : 0;
}
