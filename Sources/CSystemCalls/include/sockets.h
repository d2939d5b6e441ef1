// System calls on UDP sockets that Swift's Glibc module lacks (recvmmsg, sendmmsg, eventfd, control messages).
//
// Plain structs and functions, by value wherever possible, so that Swift calls them without pointers. Functions that can fail
// return a negative errno value.
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

// A struct sagflow_endpoint, or an error.
struct sagflow_endpoint_result {
  struct sagflow_endpoint endpoint;
  int error;  // 0, or a negative errno value
};

// ---- Sockets (sockets.c)

enum {
  SAGFLOW_SHARE_NOT = 0,   // fails if another socket is bound there; none can be added later
  SAGFLOW_SHARE_OPEN = 1,  // fails if another socket is bound there; SAGFLOW_SHARE_JOIN may follow
  SAGFLOW_SHARE_JOIN = 2,  // shares the port with other sockets of this user that allow it (SO_REUSEPORT)
};

// Creates a UDP socket bound to `local`, close-on-exec. Returns a descriptor or -errno. `scope` is the interface index for a
// link-local address; 0 for none. `takes_v4` determines whether an IPv6 socket also receives IPv4, regardless of
// net.ipv6.bindv6only.
int sagflow_udp_bind(struct sagflow_endpoint local, uint32_t scope, int takes_v4, int sharing);
// Whether an IPv6 socket also receives IPv4 (0 for an IPv4 socket), or -errno.
int sagflow_udp_takes_v4(int fd);
// Returns 0 if `fd` is a UDP socket over IPv4 or IPv6 (and makes it close-on-exec), otherwise -errno.
int sagflow_udp_check(int fd);
// Requests arrival times and the drop counter with each datagram. Returns 0 or -errno.
int sagflow_udp_enable_ancillary(int fd);
// Requests a receive buffer of `octets`, beyond net.core.rmem_max if permitted. Returns the octets granted (before the kernel
// doubles them for its bookkeeping), or -errno.
int sagflow_udp_set_receive_buffer(int fd, int octets);
// Datagrams dropped by the kernel since the socket was opened (a 32-bit counter that wraps), or -errno.
int64_t sagflow_udp_drops(int fd);
struct sagflow_endpoint_result sagflow_udp_local_endpoint(int fd);
// Index of the interface of the socket's address; 0 for none.
uint32_t sagflow_udp_scope(int fd);
int sagflow_close(int fd);

// Creates a descriptor that one thread signals and another polls (eventfd). Returns it, or -errno.
int sagflow_signal_create(void);
int sagflow_signal_raise(int fd);
void sagflow_signal_clear(int fd);

// Nanoseconds since 1970 UTC.
int64_t sagflow_now(void);

// Arrays for recvmmsg and sendmmsg; defined in messages.h.
struct sagflow_messages;

// ---- Sending (send.c)

// Outgoing datagrams: message i is `lengths[i]` octets at `octets + i * stride`, for `destinations[i]`.
struct sagflow_outbox {
  uint8_t *octets;
  uint32_t *lengths;
  struct sagflow_endpoint *destinations;
  size_t stride;
  unsigned slots;
  struct sagflow_messages *messages;
};

// Creates an outbox of `slots`, at least 1 and at most 1024. Returns NULL if there is no memory.
struct sagflow_outbox *sagflow_outbox_create(unsigned slots);
void sagflow_outbox_destroy(struct sagflow_outbox *outbox);
// Sends messages `first` to `first + count - 1`. Returns how many of them the kernel accepted (at least 1), or -errno.
int sagflow_outbox_send(struct sagflow_outbox *outbox, int fd, unsigned first, unsigned count);

#endif
