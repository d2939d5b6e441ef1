// Batches of datagrams in memory that can outlive the process, and the journal that stores them. As in sockets.h, functions that
// can fail return a negative errno value.
#ifndef SAGFLOW_RECEIVE_H
#define SAGFLOW_RECEIVE_H

#include "sockets.h"

// ---- Receiving (receive.c)

// Metadata of a received datagram.
struct sagflow_received {
  struct sagflow_endpoint source;
  int64_t arrival;         // nanoseconds since 1970 UTC, by the kernel's clock
  uint32_t length;         // octets in the slot
};

// The result of one recvmmsg call.
struct sagflow_batch {
  int count;              // slots filled, 0 if nothing waited, or -errno
  unsigned truncated;     // datagrams that were longer than their slots
  uint32_t kernel_drops;  // the socket's drop counter when the last datagram was queued; wraps
  int has_kernel_drops;   // the kernel reports the counter only once it is not 0
};

// Slots for the datagrams of one recvmmsg call: slot i begins at `octets + i * stride`.
struct sagflow_ring {
  uint8_t *octets;
  struct sagflow_received *received;
  size_t stride;
  unsigned slots;
  unsigned count;  // slots filled by the last call
  uint16_t local_port;  // destination port; 0 if unknown
  struct sagflow_messages *messages;
  struct sagflow_journal *journal;  // NULL if there is none
};

// Creates a ring of `slots`, at least 1 and at most 1024. Returns NULL if there is no memory.
struct sagflow_ring *sagflow_ring_create(unsigned slots);
// Creates a ring with a journal (below) of `capacity` octets. Both are in the file `fd`, so that they outlive the process, or in
// the process's own memory if `fd` is negative. A ring left in the file by an earlier process is kept, with its sizes, if
// sagflow_ring_check finds it sound; otherwise it is reset. Returns NULL and sets errno if the file cannot be used.
struct sagflow_ring *sagflow_ring_map(unsigned slots, size_t capacity, uint64_t boot, int outlives_boot, int fd);

// The state of a ring file left by an earlier process.
enum sagflow_ring_kind {
  SAGFLOW_RING_EMPTY,       // unused
  SAGFLOW_RING_SOUND,       // a ring that can be resumed
  SAGFLOW_RING_OTHER_BOOT,  // possibly torn: the machine was rebooted since, or that is unknown
  SAGFLOW_RING_DAMAGED,     // not a ring, or one with inconsistent words or records
};
struct sagflow_ring_check {
  enum sagflow_ring_kind kind;
  const char *fault;  // what is damaged; otherwise NULL
  int error;          // 0, or a negative errno value if it cannot be read
};
// Checks all words and records of the ring in the file `fd`, without changing anything. `boot` identifies the machine's boot, 0
// if unknown; it matters only if the file `outlives_boot`, unlike one in memory.
struct sagflow_ring_check sagflow_ring_check(int fd, uint64_t boot, int outlives_boot);

// Upper bound of positions, segment numbers and counters of a ring, not reached within decades.
#define SAGFLOW_GREATEST_BITS 62
#define SAGFLOW_GREATEST ((uint64_t)1 << SAGFLOW_GREATEST_BITS)

void sagflow_ring_destroy(struct sagflow_ring *ring);
// Receives what waits at `fd`, the socket of this port, without blocking. Replaces the previous content of the slots.
struct sagflow_batch sagflow_ring_receive(struct sagflow_ring *ring, int fd, uint16_t local_port);
// Makes the slots that an earlier process filled last and did not journal the current batch. Returns their number.
unsigned sagflow_ring_left(struct sagflow_ring *ring);

// ---- The journal (journal.c)
//
// Records of a capture file (pcap, nanoseconds, raw IP) that wait for their file, in a ring of octets; positions count from the
// first octet ever. The receiving thread appends; another one writes them to files, called segments. A segment is everything
// between two calls of sagflow_journal_begin.
//
// Everything is in the ring's mapping, and after each single store in a state that another process can resume.

// File format: magic number for nanoseconds in this host's byte order, version 2.4, unlimited frame length, raw IP; each record
// has a header of 16 octets (draft-ietf-opsawg-pcap-07 sections 4 and 5). Known only to journal.c.
enum { SAGFLOW_JOURNAL_HEADER = 24 };  // octets before the first record of a file

// Opens the file `fd` to continue it, or initializes it. Returns the octets of its header and whole records among the first
// `size`, or -errno.
int64_t sagflow_journal_open(int fd, uint64_t size);

// Begins a segment. Returns 0, or -ENOSPC if too many wait to be written.
int sagflow_journal_begin(struct sagflow_ring *ring, uint64_t segment);
// Appends the batch as if sent to `local`, completely or not at all. Returns the number of octets, or -ENOSPC.
int64_t sagflow_journal_append(struct sagflow_ring *ring, struct sagflow_endpoint local);
// Data received over a TCP connection: a message, or only the connection's end.
struct sagflow_segment {
  struct sagflow_endpoint source, local;
  int64_t arrival;      // nanoseconds since 1970 UTC
  uint32_t connection;  // number of the connection, stored as the acknowledgment number
  uint32_t sequence;
  uint8_t flags;        // of the TCP header
  const uint8_t *octets;
  uint32_t length;      // at most 65,535
};
// Appends it as a TCP segment. Returns the number of octets, or -ENOSPC. Must not be called while a batch waits to be appended or
// skipped.
int64_t sagflow_journal_append_segment(struct sagflow_ring *ring, const struct sagflow_segment *segment);
// Excludes the batch from the journal, and from recovery after a crash.
void sagflow_journal_skip(struct sagflow_ring *ring);
// Octets waiting to be written.
uint64_t sagflow_journal_waiting(const struct sagflow_ring *ring);
// The number of datagrams that did not fit, over all processes; kept in the ring for later processes.
void sagflow_journal_set_missing(struct sagflow_ring *ring, uint64_t count);
uint64_t sagflow_journal_missing(const struct sagflow_ring *ring);
// The segment being appended to; 0 if none was begun.
uint64_t sagflow_journal_segment(const struct sagflow_ring *ring);

// Whole records waiting for the same segment: its number, the octets before them in its file, and their size; 0 octets if nothing
// waits.
struct sagflow_journal_piece {
  uint64_t segment;
  uint64_t offset;
  size_t count;
};
struct sagflow_journal_piece sagflow_journal_next(const struct sagflow_ring *ring);

struct sagflow_journal_result {
  size_t written;  // octets, including those before a failure
  int error;       // 0, or a negative errno value
};
// Writes the waiting piece to the file `fd`; records written completely no longer wait.
struct sagflow_journal_result sagflow_journal_write(struct sagflow_ring *ring, int fd);
// Changes the offset of the piece: its file has only `offset` octets.
void sagflow_journal_move(struct sagflow_ring *ring, uint64_t offset);

// A waiting record.
struct sagflow_journal_record {
  const uint8_t *octets;  // the frame, valid until the next call; NULL if there is none
  uint32_t length;
  int64_t arrival;
  uint64_t segment;
  uint64_t next;          // position after it
};
// Returns the record at `position`, or the first one if that is 0. Must not be called while another thread uses the journal.
struct sagflow_journal_record sagflow_journal_record(struct sagflow_ring *ring, uint64_t position);

#endif
