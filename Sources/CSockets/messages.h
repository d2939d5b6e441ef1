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

// Of a ring in a file: what a later process must know of it.
struct sagflow_ring_state {
  uint64_t magic;
  uint32_t slots, stride;
  uint64_t segment, offset;
  // 1 from before a batch is received until it is in the journal.
  uint32_t is_open;
};

// A length that no datagram has: nothing came into the slot.
#define NOTHING UINT32_MAX

struct sagflow_frames;
void free_frames(struct sagflow_frames *frames);
struct sagflow_frames *make_frames(unsigned slots);

struct sagflow_messages {
  struct mmsghdr *headers;
  struct iovec *vectors;
  struct sockaddr_in6 *addresses;
  struct control *controls;
  int is_mapped;  // headers, addresses and controls lie in a file's mapping
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
