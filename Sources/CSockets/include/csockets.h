// The socket calls that Glibc's Swift module does not offer (recvmmsg, sendmmsg, eventfd, control messages).
//
// Only plain structs and functions stand here. Whatever can go by value goes by value, so that Swift calls it without
// pointers. Every function that can fail returns a negative errno value.
#ifndef CSOCKETS_H
#define CSOCKETS_H

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
// Sends a message with a descriptor (SCM_RIGHTS) to a Unix datagram socket. 0 or -errno.
int sagflow_send_descriptor(
  int socket, const void *address, size_t address_length, const void *message, size_t length, int fd);

// A descriptor that one thread signals and another polls (eventfd), or -errno.
int sagflow_signal_create(void);
int sagflow_signal_raise(int fd);
void sagflow_signal_clear(int fd);

// Nanoseconds since 1970 UTC.
int64_t sagflow_now(void);

// What recvmmsg and sendmmsg take; messages.h's own.
struct sagflow_messages;

// ---- Receiving (receive.c)

// What is known of a received datagram beside its octets.
struct sagflow_received {
  struct sagflow_endpoint source;
  int64_t arrival;         // nanoseconds since 1970 UTC, by the kernel's clock
  uint32_t length;         // octets in the slot
};

// What came with one recvmmsg call.
struct sagflow_batch {
  int count;              // slots filled, 0 when nothing waited, or -errno
  unsigned truncated;     // datagrams that were longer than their slots
  uint32_t kernel_drops;  // the socket's count of drops when the last datagram was queued; wraps
  int has_kernel_drops;   // the kernel tells the count only once it is not 0
};

// Slots for the datagrams of one recvmmsg call: slot i begins at `octets + i * stride`.
struct sagflow_ring {
  uint8_t *octets;
  struct sagflow_received *received;
  size_t stride;
  unsigned slots;
  unsigned count;  // slots that the last call filled
  uint16_t local_port;  // that they were sent to; 0: not known
  struct sagflow_messages *messages;
  struct sagflow_journal *journal;  // NULL: there is none
};

// Makes a ring of `slots`, at least 1 and at most 1024. NULL when there is no memory.
struct sagflow_ring *sagflow_ring_create(unsigned slots);
// Makes a ring with a journal (below) of `capacity` octets. Both lie in the file `fd`, so that they outlive the process, or
// in memory of the process's own if `fd` is negative. What an earlier process of the same `boot` of the machine left in the
// file is kept, in the sizes that it had. NULL and errno when the file cannot be used.
struct sagflow_ring *sagflow_ring_map(unsigned slots, size_t capacity, uint64_t boot, int fd);
void sagflow_ring_destroy(struct sagflow_ring *ring);
// Takes what waits at `fd`, the socket of this port, without blocking. What the slots held before is gone.
struct sagflow_batch sagflow_ring_receive(struct sagflow_ring *ring, int fd, uint16_t local_port);
// Has the slots that an earlier process filled last and did not journal be the batch: how many there are.
unsigned sagflow_ring_left(struct sagflow_ring *ring);

// ---- The journal (journal.c)
//
// Records of a capture file (pcap, nanoseconds, raw IP) that wait for their file, in a ring of octets whose positions count
// from the first one ever. One thread, the receiving one, appends; one writes them into files, each called a segment. A
// segment is everything between two calls of sagflow_journal_begin.
//
// All of it lies in the ring's mapping, and is such after each single store that another process can go on with it.

enum { SAGFLOW_JOURNAL_HEADER = 24 };  // octets before the first record of a file

// Begins a segment. 0, or -ENOSPC: too many wait to be written.
int sagflow_journal_begin(struct sagflow_ring *ring, uint64_t segment);
// Appends the batch, as if sent to `local`, all of it or nothing. Octets, or -ENOSPC.
int64_t sagflow_journal_append(struct sagflow_ring *ring, struct sagflow_endpoint local);
// The batch will not be in the journal, nor come back after a crash.
void sagflow_journal_skip(struct sagflow_ring *ring);
// Octets that wait to be written.
uint64_t sagflow_journal_waiting(const struct sagflow_ring *ring);
// Datagrams that had no place, over all processes: the count is another process's to go on from, too.
void sagflow_journal_set_missing(struct sagflow_ring *ring, uint64_t count);
uint64_t sagflow_journal_missing(const struct sagflow_ring *ring);
// The segment that is appended to; 0: none was begun.
uint64_t sagflow_journal_segment(const struct sagflow_ring *ring);

// Whole records that wait for the same segment, and their place in its file: `count` octets, and behind them `rest_count`
// that stand where the ring begins again.
struct sagflow_journal_piece {
  const uint8_t *octets, *rest;
  size_t count, rest_count;  // count is 0 when nothing waits
  uint64_t segment;
  uint64_t offset;
};
struct sagflow_journal_piece sagflow_journal_next(struct sagflow_ring *ring);
// The first `count` octets of the piece are in the file: those of whole records no longer wait.
void sagflow_journal_written(struct sagflow_ring *ring, size_t count);
// The place of the piece is another: its file has only `offset` octets.
void sagflow_journal_move(struct sagflow_ring *ring, uint64_t offset);

// A record that waits.
struct sagflow_journal_record {
  const uint8_t *octets;  // the frame, until the next call; NULL: there is none
  uint32_t length;
  int64_t arrival;
  uint64_t segment;
  uint64_t next;          // the position behind it
};
// The record at `position`, or the first one if that is 0. To be called while no other thread uses the journal.
struct sagflow_journal_record sagflow_journal_record(struct sagflow_ring *ring, uint64_t position);

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
