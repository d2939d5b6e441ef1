// Arrays for recvmmsg and sendmmsg, and the memory of their datagrams; for this target's own files, which define _GNU_SOURCE
// first.
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "addresses.h"

// A slot holds any UDP datagram over IPv4 or IPv6. Untouched pages take no memory, so usual small datagrams take one page each.
#define SLOT_OCTETS 65535
#define STRIDE 65536
#define MAXIMUM_SLOTS 1024

// Room for a timestamp, a drop counter, and options that may be set on an inherited socket.
#define CONTROL_OCTETS 128

struct control {
  _Alignas(struct cmsghdr) char octets[CONTROL_OCTETS];
};

// An impossible length, which marks an empty slot.
#define NOTHING UINT32_MAX

// For the journal: a mark that is not a position.
#define SKIPPED UINT64_MAX
#define MAXIMUM_CAPACITY ((size_t)1 << 40)

// Headers before a datagram in the journal: of the capture record, IP, and UDP or TCP.
#define RECORD_OCTETS 16
#define IPV4_OCTETS 20
#define IPV6_OCTETS 40
#define UDP_OCTETS 8
#define TCP_OCTETS 20
#define LONGEST_FRAME (IPV6_OCTETS + TCP_OCTETS + SLOT_OCTETS)
#define LONGEST_RECORD (RECORD_OCTETS + LONGEST_FRAME)

// Maximum number of segments waiting to be written.
#define SEGMENTS 16

// Start of a segment's octets.
struct segment {
  uint64_t number, start;
};

// State of a ring and its journal that another process needs to resume; at the beginning of their memory. Each change takes
// effect with a single store of a word.
struct journal_state {
  uint64_t magic, boot;
  uint64_t slots, stride, capacity;
  uint64_t head;  // octets appended
  uint64_t tail;  // octets written to files
  uint64_t mark;  // head before the batch was received; while equal to head, the batch is neither journaled nor skipped
  uint64_t begun;    // segments begun
  uint64_t current;  // the segment of tail, from 1; 0 if none was begun
  uint64_t missing;  // datagrams that did not fit
  struct segment segments[SEGMENTS];
  uint64_t local_port;  // destination port of the batch; 0 if unknown, as in rings of earlier versions
};

#define SAGFLOW_RING_MAGIC 0x32676e6972676173ull  // "sagring2"

// Offsets in a file of the messages' headers, of the journal's octets and of the slots, and its total size.
size_t sagflow_headers_at(void);
size_t sagflow_octets_at(unsigned slots);
size_t sagflow_slots_at(unsigned slots, size_t capacity);
size_t sagflow_mapped_size(unsigned slots, size_t capacity);

struct sagflow_journal {
  struct journal_state *state;
  uint8_t *octets;
  size_t mapped;     // octets of the mapping that begins with state
  uint8_t *scratch;  // buffer for a record that wraps around
};

static inline uint64_t load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }

struct sagflow_messages {
  struct mmsghdr *headers;
  struct iovec *vectors;
  struct sockaddr_in6 *addresses;
  struct control *controls;
  int is_mapped;  // headers, addresses and controls are in a journal's mapping
  unsigned used;  // messages whose headers the last recvmmsg call changed
};

static inline unsigned bounded_slots(unsigned slots) {
  return slots < 1 ? 1 : slots > MAXIMUM_SLOTS ? MAXIMUM_SLOTS : slots;
}

static inline uint8_t *map_slots(unsigned slots) {
  size_t size = (size_t)slots * STRIDE;
  uint8_t *octets = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (octets == MAP_FAILED) return NULL;
  // Huge pages would allocate each slot's 64 KiB.
  madvise(octets, size, MADV_NOHUGEPAGE);
  return octets;
}

static inline void unmap_slots(uint8_t *octets, unsigned slots) {
  if (octets) munmap(octets, (size_t)slots * STRIDE);
}

static inline void free_messages(struct sagflow_messages *messages) {
  if (!messages) return;
  free(messages->vectors);
  if (!messages->is_mapped) {
    free(messages->headers);
    free(messages->addresses);
    free(messages->controls);
  }
  free(messages);
}

// Sets the pointers of headers to vectors, addresses and slots.
static inline void point_messages(struct sagflow_messages *messages, uint8_t *octets, unsigned slots) {
  for (unsigned i = 0; i < slots; i++) {
    messages->vectors[i] = (struct iovec){octets + (size_t)i * STRIDE, SLOT_OCTETS};
    struct msghdr *header = &messages->headers[i].msg_hdr;
    header->msg_name = &messages->addresses[i];
    header->msg_iov = &messages->vectors[i];
    header->msg_iovlen = 1;
  }
}

// Creates messages for the slots, each with an address and room for control messages.
static inline struct sagflow_messages *make_messages(uint8_t *octets, unsigned slots) {
  struct sagflow_messages *messages = calloc(1, sizeof *messages);
  if (!messages) return NULL;
  messages->headers = calloc(slots, sizeof *messages->headers);
  messages->vectors = calloc(slots, sizeof *messages->vectors);
  messages->addresses = calloc(slots, sizeof *messages->addresses);
  messages->controls = calloc(slots, sizeof *messages->controls);
  if (!messages->headers || !messages->vectors || !messages->addresses || !messages->controls) {
    free_messages(messages);
    return NULL;
  }
  point_messages(messages, octets, slots);
  return messages;
}

#endif
