// Forwarding of received datagrams: a ring buffer between the receiving and the sending thread, and the sending. As in sockets.h,
// functions that can fail return a negative errno value.
#ifndef SAGFLOW_RELAY_H
#define SAGFLOW_RELAY_H

#include "receive.h"

// ---- The ring
//
// Records, each a datagram preceded by its sender, at positions that count from the first octet ever. The receiving thread
// appends; the sending thread reads and releases them.

struct sagflow_relay;

// Creates a ring of at least `capacity` octets, and at least large enough for the largest datagram. Returns NULL if there is no
// memory.
struct sagflow_relay *sagflow_relay_create(size_t capacity);
void sagflow_relay_destroy(struct sagflow_relay *relay);
size_t sagflow_relay_capacity(const struct sagflow_relay *relay);

// Appends the ring's batch as far as there is room. Returns the number of datagrams appended, from the first.
unsigned sagflow_relay_append(struct sagflow_relay *relay, const struct sagflow_ring *ring);

// The position after the last record.
uint64_t sagflow_relay_head(const struct sagflow_relay *relay);
// Allows the octets before `position` to be overwritten.
void sagflow_relay_release(struct sagflow_relay *relay, uint64_t position);

// A waiting record.
struct sagflow_relay_record {
  struct sagflow_endpoint source;
  uint32_t length;      // octets of the datagram
  int is_left_out;      // must not be sent
  uint64_t next;        // position after it
};
// Returns the record at or after `position`, which must be before `end`, a position of the head. Its `next` is greater than
// `position`.
struct sagflow_relay_record sagflow_relay_record(const struct sagflow_relay *relay, uint64_t position);
// Excludes the record at `position` from sending to any target.
void sagflow_relay_leave_out(struct sagflow_relay *relay, uint64_t position);

// ---- Sending

// Buffers of one sendmmsg call; each target has its own.
struct sagflow_relay_outbox;

// Creates an outbox for datagrams to `destination`; with port 0, to the socket's peer. With `keeps_source`, for packets with
// their own headers, from the exporter's address and port, over a raw socket. Returns NULL if there is no memory.
struct sagflow_relay_outbox *sagflow_relay_outbox_create(struct sagflow_endpoint destination, int keeps_source);
void sagflow_relay_outbox_destroy(struct sagflow_relay_outbox *outbox);

// Creates a nonblocking socket for sending to `destination`; raw with `keeps_source`, which requires CAP_NET_RAW. Returns a
// descriptor or -errno.
int sagflow_relay_socket(struct sagflow_endpoint destination, int keeps_source);

struct sagflow_relay_sent {
  unsigned count;  // datagrams accepted by the kernel
  uint64_t next;   // position after them and after excluded records; with an error, the position of the datagram that failed
  int error;       // 0, or a negative errno value: why the next datagram was not accepted
};
// Sends the records from `position` up to `end`, as many as one call accepts.
struct sagflow_relay_sent sagflow_relay_send(
  const struct sagflow_relay *relay, struct sagflow_relay_outbox *outbox, int fd, uint64_t position, uint64_t end);

// Clears the socket's queued errors that other hosts have reported. Returns the last one's errno value, 0 if there is none.
int sagflow_relay_reported(int fd);

// Writes the headers of a packet with this UDP payload: IPv4 without identification and checksum, which the kernel fills in, or
// IPv6; and UDP with its checksum. `headers` has room for SAGFLOW_RELAY_HEADERS octets. Returns their size, or -EAFNOSUPPORT if
// the addresses are of different families; -EMSGSIZE if the packet is too long for its family.
enum { SAGFLOW_RELAY_HEADERS = 48 };
int sagflow_relay_headers(
  uint8_t *headers, struct sagflow_endpoint source, struct sagflow_endpoint destination, const uint8_t *payload,
  uint32_t length);

#endif
