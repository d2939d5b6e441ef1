// Batches of datagrams in memory that can outlive the process, and the journal that takes them from there. As in sockets.h, what
// can fail returns a negative errno value.
#ifndef SAGFLOW_RECEIVE_H
#define SAGFLOW_RECEIVE_H

#include "sockets.h"

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
// in memory of the process's own if `fd` is negative. What an earlier process left in the file is kept, in the sizes that it
// had, if sagflow_ring_check finds it sound; else the ring begins anew. NULL and errno when the file cannot be used.
struct sagflow_ring *sagflow_ring_map(unsigned slots, size_t capacity, uint64_t boot, int outlives_boot, int fd);

// What an earlier process left in a file.
enum sagflow_ring_kind {
  SAGFLOW_RING_EMPTY,       // nothing yet
  SAGFLOW_RING_SOUND,       // a ring to go on with
  SAGFLOW_RING_OTHER_BOOT,  // a ring that may have pages of different times: the machine was booted since, or that is not known
  SAGFLOW_RING_DAMAGED,     // no ring, or one whose words or records do not fit
};
struct sagflow_ring_check {
  enum sagflow_ring_kind kind;
  const char *fault;  // what is damaged; else NULL
  int error;          // 0, or a negative errno value: it cannot be read
};
// Looks at all words and records of the ring in the file `fd`, and changes nothing. `boot` tells the boot of the machine from
// others, 0: not known; it counts only if the file `outlives_boot`, as one in memory does not.
struct sagflow_ring_check sagflow_ring_check(int fd, uint64_t boot, int outlives_boot);

// No position, segment's number or count of a ring is greater; what comes behind it in decades is none, either.
#define SAGFLOW_GREATEST_BITS 62
#define SAGFLOW_GREATEST ((uint64_t)1 << SAGFLOW_GREATEST_BITS)

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

// The format of a file: magic number of nanoseconds in this host's byte order, version 2.4, frames of any length, raw IP; each
// record behind its header of 16 octets (draft-ietf-opsawg-pcap-07 sections 4 and 5). Nothing outside of journal.c knows it.
enum { SAGFLOW_JOURNAL_HEADER = 24 };  // octets before the first record of a file

// Opens the file `fd` to go on with it, or begins it: returns the octets of its whole records and its header among the first
// `size`, at most `size`, or -errno.
int64_t sagflow_journal_open(int fd, uint64_t size);

// Begins a segment. 0, or -ENOSPC: too many wait to be written.
int sagflow_journal_begin(struct sagflow_ring *ring, uint64_t segment);
// Appends the batch, as if sent to `local`, all of it or nothing. Octets, or -ENOSPC.
int64_t sagflow_journal_append(struct sagflow_ring *ring, struct sagflow_endpoint local);
// What came over a TCP connection: a message, or nothing but the connection's end.
struct sagflow_segment {
  struct sagflow_endpoint source, local;
  int64_t arrival;      // nanoseconds since 1970 UTC
  uint32_t connection;  // its number, which becomes the number acknowledged
  uint32_t sequence;
  uint8_t flags;        // of the TCP header
  const uint8_t *octets;
  uint32_t length;      // at most 65,535
};
// Appends it as a TCP segment. Octets, or -ENOSPC. To be called while no batch waits to be appended or skipped.
int64_t sagflow_journal_append_segment(struct sagflow_ring *ring, const struct sagflow_segment *segment);
// The batch will not be in the journal, nor come back after a crash.
void sagflow_journal_skip(struct sagflow_ring *ring);
// Octets that wait to be written.
uint64_t sagflow_journal_waiting(const struct sagflow_ring *ring);
// Datagrams that had no place, over all processes: the count is another process's to go on from, too.
void sagflow_journal_set_missing(struct sagflow_ring *ring, uint64_t count);
uint64_t sagflow_journal_missing(const struct sagflow_ring *ring);
// The segment that is appended to; 0: none was begun.
uint64_t sagflow_journal_segment(const struct sagflow_ring *ring);

// Whole records that wait for the same segment: its number, how many octets its file has before them, and how many they are; 0
// octets when nothing waits.
struct sagflow_journal_piece {
  uint64_t segment;
  uint64_t offset;
  size_t count;
};
struct sagflow_journal_piece sagflow_journal_next(const struct sagflow_ring *ring);

struct sagflow_journal_result {
  size_t written;  // octets, also those before a failure
  int error;       // 0, or a negative errno value
};
// Writes the piece that waits into the file `fd`; whole records that are written no longer wait.
struct sagflow_journal_result sagflow_journal_write(struct sagflow_ring *ring, int fd);
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

#endif
