// The arrays that recvmmsg and sendmmsg take, and the memory of their datagrams; for this target's own files, which
// define _GNU_SOURCE first.
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "addresses.h"

// A slot holds any UDP datagram over IPv4 or IPv6. Pages that no datagram has reached cost nothing, so the real memory
// is that of the usual small datagrams: a page each.
#define SLOT_OCTETS 65535
#define STRIDE 65536
#define MAXIMUM_SLOTS 1024

// Room for a timestamp, a drop counter and a little that an adopted socket may have been asked for.
#define CONTROL_OCTETS 128

struct control {
  _Alignas(struct cmsghdr) char octets[CONTROL_OCTETS];
};

// A length that no datagram has: nothing came into the slot.
#define NOTHING UINT32_MAX

// Of a journal: a mark that no position is.
#define SKIPPED UINT64_MAX
#define MAXIMUM_CAPACITY ((size_t)1 << 40)

// What stands before a datagram in the journal: the record's header of the capture format, IP and UDP or TCP.
#define RECORD_OCTETS 16
#define IPV4_OCTETS 20
#define IPV6_OCTETS 40
#define UDP_OCTETS 8
#define TCP_OCTETS 20
#define LONGEST_FRAME (IPV6_OCTETS + TCP_OCTETS + SLOT_OCTETS)
#define LONGEST_RECORD (RECORD_OCTETS + LONGEST_FRAME)

// Segments that can wait to be written.
#define SEGMENTS 16

// Where the octets of a segment begin.
struct segment {
  uint64_t number, start;
};

// What another process must know of a ring and its journal; it stands at the beginning of their memory. Each word is changed
// by one store, with which the change happens.
struct journal_state {
  uint64_t magic, boot;
  uint64_t slots, stride, capacity;
  uint64_t head;  // octets appended so far
  uint64_t tail;  // of them, those in files
  uint64_t mark;  // head before the batch was received; as long as it is, the batch is neither journaled nor skipped
  uint64_t begun;    // segments begun so far
  uint64_t current;  // of them, the one that tail is in, from 1 on; 0: none was begun
  uint64_t missing;  // datagrams that had no place
  struct segment segments[SEGMENTS];
  uint64_t local_port;  // that the batch was sent to; 0: not known, as in rings of earlier versions
};

#define SAGFLOW_RING_MAGIC 0x32676e6972676173ull  // "sagring2"

// Where a file has the headers of messages, the journal's octets and the slots, and all of its octets.
size_t sagflow_headers_at(void);
size_t sagflow_octets_at(unsigned slots);
size_t sagflow_slots_at(unsigned slots, size_t capacity);
size_t sagflow_mapped_size(unsigned slots, size_t capacity);

struct sagflow_journal {
  struct journal_state *state;
  uint8_t *octets;
  size_t mapped;     // octets of the mapping that state begins
  uint8_t *scratch;  // a record that stands at the end and the beginning of the octets
};

static inline uint64_t load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }

struct sagflow_messages {
  struct mmsghdr *headers;
  struct iovec *vectors;
  struct sockaddr_in6 *addresses;
  struct control *controls;
  int is_mapped;  // headers, addresses and controls lie in a journal's mapping
  unsigned used;  // messages whose headers the last recvmmsg call changed
};

static inline unsigned bounded_slots(unsigned slots) {
  return slots < 1 ? 1 : slots > MAXIMUM_SLOTS ? MAXIMUM_SLOTS : slots;
}

static inline uint8_t *map_slots(unsigned slots) {
  size_t size = (size_t)slots * STRIDE;
  uint8_t *octets = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (octets == MAP_FAILED) return NULL;
  // Huge pages would make every slot's 64 KiB real.
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

// Has the headers point at vectors, addresses and slots.
static inline void point_messages(struct sagflow_messages *messages, uint8_t *octets, unsigned slots) {
  for (unsigned i = 0; i < slots; i++) {
    messages->vectors[i] = (struct iovec){octets + (size_t)i * STRIDE, SLOT_OCTETS};
    struct msghdr *header = &messages->headers[i].msg_hdr;
    header->msg_name = &messages->addresses[i];
    header->msg_iov = &messages->vectors[i];
    header->msg_iovlen = 1;
  }
}

// Messages whose vectors point at the slots, each with an address and room for control messages.
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
