// Received datagrams on their way to other collectors: a ring of octets between the thread that receives them and the one that sends
// them on, and the sending. As in sockets.h, what can fail returns a negative errno value.
#ifndef SAGFLOW_RELAY_H
#define SAGFLOW_RELAY_H

#include "receive.h"

// ---- The ring
//
// Records, each a datagram behind its sender, at positions that count from the first octet ever. One thread, the receiving one, appends;
// the sending one reads, and releases what nobody needs any longer.

struct sagflow_relay;

// Makes a ring of at least `capacity` octets and of at least a batch's largest datagram. NULL when there is no memory.
struct sagflow_relay *sagflow_relay_create(size_t capacity);
void sagflow_relay_destroy(struct sagflow_relay *relay);
size_t sagflow_relay_capacity(const struct sagflow_relay *relay);

// Appends the ring's batch as far as there is room: how many of its first datagrams had it.
unsigned sagflow_relay_append(struct sagflow_relay *relay, const struct sagflow_ring *ring);

// The position behind the last record.
uint64_t sagflow_relay_head(const struct sagflow_relay *relay);
// Octets before `position` may be overwritten.
void sagflow_relay_release(struct sagflow_relay *relay, uint64_t position);

// A record that waits.
struct sagflow_relay_record {
  struct sagflow_endpoint source;
  uint32_t length;      // octets of the datagram
  int is_left_out;      // it is not to be sent
  uint64_t next;        // the position behind it
};
// The record at or behind `position`, which is before `end`, a position of the head. Its `next` is above `position`.
struct sagflow_relay_record sagflow_relay_record(const struct sagflow_relay *relay, uint64_t position);
// Has the record at `position` not be sent to anybody.
void sagflow_relay_leave_out(struct sagflow_relay *relay, uint64_t position);

// ---- Sending

// What one sendmmsg call takes; each target has its own.
struct sagflow_relay_outbox;

// For datagrams to `destination`; of port 0: to the socket's peer. With `keeps_source` they are packets with headers of their own,
// from the exporter's address and port, for a raw socket. NULL when there is no memory.
struct sagflow_relay_outbox *sagflow_relay_outbox_create(struct sagflow_endpoint destination, int keeps_source);
void sagflow_relay_outbox_destroy(struct sagflow_relay_outbox *outbox);

// A socket to send datagrams to `destination` from, without blocking; raw with `keeps_source`, which needs CAP_NET_RAW. Its
// descriptor, or -errno.
int sagflow_relay_socket(struct sagflow_endpoint destination, int keeps_source);

struct sagflow_relay_sent {
  unsigned count;  // datagrams that the kernel took
  uint64_t next;   // behind them and what is left out; with an error the position of the datagram that it is of
  int error;       // 0, or a negative errno value: why the next datagram was not taken
};
// Sends the records from `position` on and before `end` with one call, as many as that takes.
struct sagflow_relay_sent sagflow_relay_send(
  const struct sagflow_relay *relay, struct sagflow_relay_outbox *outbox, int fd, uint64_t position, uint64_t end);

// Clears the errors that other hosts have reported, which wait at the socket: the errno value of the last one, 0 if there is none.
int sagflow_relay_reported(int fd);

// Writes the headers of a packet with this UDP payload: IPv4 without identification and checksum, which the kernel fills in, or IPv6;
// and UDP with its checksum. `headers` has room for SAGFLOW_RELAY_HEADERS octets. Octets, or -EAFNOSUPPORT: the addresses are of two
// families; -EMSGSIZE: too long for a packet of this family.
enum { SAGFLOW_RELAY_HEADERS = 48 };
int sagflow_relay_headers(
  uint8_t *headers, struct sagflow_endpoint source, struct sagflow_endpoint destination, const uint8_t *payload,
  uint32_t length);

#endif
