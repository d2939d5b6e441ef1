#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "addresses.h"

static int set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

static int get_option_at(int fd, int level, int option) {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(fd, level, option, &value, &length) == 0 ? value : -errno;
}

static int get_option(int fd, int option) {
  return get_option_at(fd, SOL_SOCKET, option);
}

static int bind_socket(int fd, struct sagflow_endpoint local, uint32_t scope, int takes_v4, int sharing) {
  int error = 0;
  if (!is_v4(local)) error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !takes_v4);
  if (!error && sharing == SAGFLOW_SHARE_JOIN) error = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error) return error;
  struct sockaddr_in6 address;
  socklen_t length = to_sockaddr(local, &address);
  if (!is_v4(local)) address.sin6_scope_id = scope;
  if (bind(fd, (struct sockaddr *)&address, length) != 0) return -errno;
  // Set only now, so that the bind above fails if another socket, such as of a second collector, has the port.
  return sharing == SAGFLOW_SHARE_OPEN ? set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1) : 0;
}

int sagflow_udp_bind(struct sagflow_endpoint local, uint32_t scope, int takes_v4, int sharing) {
  int fd = socket(is_v4(local) ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
  if (fd < 0) return -errno;
  int error = bind_socket(fd, local, scope, takes_v4, sharing);
  if (error) {
    close(fd);
    return error;
  }
  return fd;
}

int sagflow_udp_check(int fd) {
  int domain = get_option(fd, SO_DOMAIN);
  if (domain < 0) return domain;
  if (domain != AF_INET && domain != AF_INET6) return -EAFNOSUPPORT;
  if (get_option(fd, SO_PROTOCOL) != IPPROTO_UDP) return -EPROTOTYPE;
  return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? 0 : -errno;
}

int sagflow_udp_takes_v4(int fd) {
  int domain = get_option(fd, SO_DOMAIN);
  if (domain != AF_INET6) return domain < 0 ? domain : 0;
  int only = get_option_at(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  return only < 0 ? only : !only;
}

int sagflow_udp_enable_ancillary(int fd) {
  int error = set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  return error ? error : set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
}

int sagflow_udp_set_receive_buffer(int fd, int octets) {
  if (set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, octets) != 0) {
    int error = set_option(fd, SOL_SOCKET, SO_RCVBUF, octets);
    if (error) return error;
  }
  // The kernel stores and reports twice the granted size.
  int doubled = get_option(fd, SO_RCVBUF);
  return doubled < 0 ? doubled : doubled / 2;
}

int64_t sagflow_udp_drops(int fd) {
  uint32_t memory[SK_MEMINFO_VARS] = {0};
  socklen_t length = sizeof memory;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length) != 0) return -errno;
  return length > SK_MEMINFO_DROPS * sizeof memory[0] ? (int64_t)memory[SK_MEMINFO_DROPS] : -ENOPROTOOPT;
}

struct sagflow_endpoint_result sagflow_udp_local_endpoint(int fd) {
  struct sockaddr_in6 address = {0};
  socklen_t length = sizeof address;
  struct sagflow_endpoint_result result = {{0, 0, 0}, 0};
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
    result.error = -errno;
  } else {
    result.endpoint = from_sockaddr(&address);
  }
  return result;
}

uint32_t sagflow_udp_scope(int fd) {
  struct sockaddr_in6 address = {0};
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return 0;
  return address.sin6_family == AF_INET6 ? address.sin6_scope_id : 0;
}

int sagflow_close(int fd) {
  return close(fd) == 0 ? 0 : -errno;
}

int sagflow_signal_create(void) {
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return fd >= 0 ? fd : -errno;
}

int sagflow_signal_raise(int fd) {
  uint64_t one = 1;
  while (write(fd, &one, sizeof one) < 0) {
    // A full counter (EAGAIN) means that the signal is already raised.
    if (errno != EINTR) return errno == EAGAIN ? 0 : -errno;
  }
  return 0;
}

void sagflow_signal_clear(int fd) {
  uint64_t count;
  while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

int64_t sagflow_now(void) {
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
