// System calls on UDP sockets that Glibc's Swift module does not offer (recvmmsg, sendmmsg, eventfd, control messages).
//
// Plain structs and functions, by value wherever possible, so that Swift calls them without pointers. A function that can
// fail returns a negative errno value.
#ifndef SAGFLOW_SOCKETS_H
#define SAGFLOW_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

// An address of sixteen octets as two words in host order, IPv4 as ::ffff:a.b.c.d, and a UDP port in host order.
struct sagflow_endpoint {
  uint64_t high;
  uint64_t low;
  uint16_t port;
};

// A struct sagflow_endpoint, or why there is none.
struct sagflow_endpoint_result {
  struct sagflow_endpoint endpoint;
  int error;  // 0, or a negative errno value
};

// ---- Sockets (sockets.c)

enum {
  SAGFLOW_SHARE_NOT = 0,   // fails when anything else listens there; nobody may join later
  SAGFLOW_SHARE_OPEN = 1,  // fails when anything else listens there; SAGFLOW_SHARE_JOIN may follow
  SAGFLOW_SHARE_JOIN = 2,  // shares the port with other sockets of this user that allow it (SO_REUSEPORT)
};

// A UDP socket bound to `local`, close-on-exec. Its descriptor, or -errno.
// `scope`: the number of the interface, for link-local addresses; 0: none.
// `takes_v4`: whether an IPv6 socket takes IPv4, too, whatever net.ipv6.bindv6only says.
int sagflow_udp_bind(struct sagflow_endpoint local, uint32_t scope, int takes_v4, int sharing);
// Whether an IPv6 socket takes IPv4, too (0 for an IPv4 socket), or -errno.
int sagflow_udp_takes_v4(int fd);
// 0 if `fd` is a UDP socket over IPv4 or IPv6 (it is made close-on-exec), else -errno.
int sagflow_udp_check(int fd);
// Asks the kernel for arrival times and its count of drops with each datagram. 0 or -errno.
int sagflow_udp_enable_ancillary(int fd);
// Asks for a receive buffer of `octets`, beyond net.core.rmem_max where that is allowed.
// The octets granted (as asked, before the kernel doubles them for its bookkeeping), or -errno.
int sagflow_udp_set_receive_buffer(int fd, int octets);
// The datagrams the kernel dropped at this socket since it was opened (a 32-bit counter that wraps), or -errno.
int64_t sagflow_udp_drops(int fd);
struct sagflow_endpoint_result sagflow_udp_local_endpoint(int fd);
// The number of the interface that the socket's address belongs to; 0 if it has none.
uint32_t sagflow_udp_scope(int fd);
int sagflow_close(int fd);

// A descriptor that one thread signals and another polls (eventfd), or -errno.
int sagflow_signal_create(void);
int sagflow_signal_raise(int fd);
void sagflow_signal_clear(int fd);

// Nanoseconds since 1970 UTC.
int64_t sagflow_now(void);

// What recvmmsg and sendmmsg take; messages.h's own.
struct sagflow_messages;

// ---- Sending (send.c)

// Datagrams on their way out: message i is `lengths[i]` octets at `octets + i * stride`, for `destinations[i]`.
struct sagflow_outbox {
  uint8_t *octets;
  uint32_t *lengths;
  struct sagflow_endpoint *destinations;
  size_t stride;
  unsigned slots;
  struct sagflow_messages *messages;
};

// Makes an outbox of `slots`, at least 1 and at most 1024. NULL when there is no memory.
struct sagflow_outbox *sagflow_outbox_create(unsigned slots);
void sagflow_outbox_destroy(struct sagflow_outbox *outbox);
// Sends messages `first` to `first + count - 1`: how many of them the kernel took (at least 1), or -errno.
int sagflow_outbox_send(struct sagflow_outbox *outbox, int fd, unsigned first, unsigned count);

#endif
