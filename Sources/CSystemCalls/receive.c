#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "messages.h"

static void reset(struct sagflow_messages *messages, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    struct msghdr *header = &messages->headers[i].msg_hdr;
    header->msg_namelen = sizeof messages->addresses[i];
    header->msg_control = &messages->controls[i];
    header->msg_controllen = CONTROL_OCTETS;
  }
}

struct sagflow_ring *sagflow_ring_create(unsigned slots) {
  slots = bounded_slots(slots);
  struct sagflow_ring *ring = calloc(1, sizeof *ring);
  if (!ring) return NULL;
  *ring = (struct sagflow_ring){.octets = map_slots(slots), .stride = STRIDE, .slots = slots};
  ring->received = calloc(slots, sizeof *ring->received);
  ring->messages = make_messages(ring->octets, slots);
  if (!ring->octets || !ring->received || !ring->messages) {
    sagflow_ring_destroy(ring);
    return NULL;
  }
  reset(ring->messages, slots);
  return ring;
}

// Datagrams of up to this size are common.
#define USUAL_OCTETS 8192

// The mapping: state, headers, addresses, control messages, and on separate pages the journal's octets and the slots.
static size_t align(size_t size, size_t to) { return (size + to - 1) / to * to; }

size_t sagflow_headers_at(void) { return align(sizeof(struct journal_state), 64); }

// Rings of earlier versions lack the last word, with everything else at the same place.
_Static_assert((sizeof(struct journal_state) + 63) / 64 == (offsetof(struct journal_state, local_port) + 63) / 64, "");

static size_t addresses_at(unsigned slots) { return sagflow_headers_at() + slots * sizeof(struct mmsghdr); }

static size_t controls_at(unsigned slots) {
  return align(addresses_at(slots) + slots * sizeof(struct sockaddr_in6), _Alignof(struct control));
}

size_t sagflow_octets_at(unsigned slots) { return align(controls_at(slots) + slots * sizeof(struct control), 4096); }

size_t sagflow_slots_at(unsigned slots, size_t capacity) { return sagflow_octets_at(slots) + align(capacity, 4096); }

size_t sagflow_mapped_size(unsigned slots, size_t capacity) {
  return sagflow_slots_at(slots, capacity) + (size_t)slots * STRIDE;
}

static void free_ring(struct sagflow_ring *ring) {
  if (ring->journal) free(ring->journal->scratch);
  free(ring->journal);
  free_messages(ring->messages);
  free(ring->received);
  free(ring);
}

// Creates a ring over memory of sagflow_mapped_size, or returns NULL.
static struct sagflow_ring *make_mapped(uint8_t *memory, unsigned slots, size_t capacity) {
  struct sagflow_ring *ring = calloc(1, sizeof *ring);
  if (!ring) return NULL;
  ring->octets = memory + sagflow_slots_at(slots, capacity);
  ring->stride = STRIDE;
  ring->slots = slots;
  ring->received = calloc(slots, sizeof *ring->received);
  ring->messages = calloc(1, sizeof *ring->messages);
  ring->journal = calloc(1, sizeof *ring->journal);
  if (ring->messages) {
    *ring->messages = (struct sagflow_messages){
      .headers = (struct mmsghdr *)(memory + sagflow_headers_at()),
      .vectors = calloc(slots, sizeof *ring->messages->vectors),
      .addresses = (struct sockaddr_in6 *)(memory + addresses_at(slots)),
      .controls = (struct control *)(memory + controls_at(slots)),
      .is_mapped = 1,
    };
  }
  if (ring->journal) {
    *ring->journal = (struct sagflow_journal){
      .state = (struct journal_state *)memory, .octets = memory + sagflow_octets_at(slots),
      .mapped = sagflow_mapped_size(slots, capacity), .scratch = malloc(LONGEST_RECORD)};
  }
  if (!ring->received || !ring->messages || !ring->messages->vectors || !ring->journal || !ring->journal->scratch) {
    free_ring(ring);
    return NULL;
  }
  point_messages(ring->messages, ring->octets, slots);
  return ring;
}

// Allocates pages before they are needed.
static void touch(uint8_t *memory, size_t size) {
  for (size_t i = 0; i < size; i += 4096) {
    volatile uint8_t *octet = memory + i;
    *octet = *octet;
  }
}

// Locks the pages that the kernel writes to: if the process is killed while the kernel allocates one for a datagram, the datagram
// is lost.
static void hold(uint8_t *memory, size_t size) {
  touch(memory, size);
  // As far as permitted.
  (void)mlock(memory, size);
}

static uint8_t *map(size_t size, int fd) {
  if (fd >= 0) {
    // Allocated at once: touching a page without backing would kill the process.
    int error = posix_fallocate(fd, 0, (off_t)size);
    if (error) {
      // A partial allocation would only occupy space.
      (void)!ftruncate(fd, 0);
      errno = error;
      return MAP_FAILED;
    }
  }
  return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
}

struct sagflow_ring *sagflow_ring_map(unsigned slots, size_t capacity, uint64_t boot, int outlives_boot, int fd) {
  slots = bounded_slots(slots);
  // A batch always fits, whatever its datagrams are.
  if (capacity < (size_t)slots * LONGEST_RECORD) capacity = (size_t)slots * LONGEST_RECORD;
  capacity = align(capacity, 4096);
  if (capacity > MAXIMUM_CAPACITY) capacity = MAXIMUM_CAPACITY;
  struct journal_state found = {0};
  int goes_on = fd >= 0 && sagflow_ring_check(fd, boot, outlives_boot).kind == SAGFLOW_RING_SOUND &&
                pread(fd, &found, sizeof found, 0) == (ssize_t)sizeof found;
  if (goes_on) {
    slots = (unsigned)found.slots;
    capacity = found.capacity;
  }
  uint8_t *memory = map(sagflow_mapped_size(slots, capacity), fd);
  if (memory == MAP_FAILED) return NULL;
  struct sagflow_ring *ring = make_mapped(memory, slots, capacity);
  if (!ring) {
    munmap(memory, sagflow_mapped_size(slots, capacity));
    errno = ENOMEM;
    return NULL;
  }
  if (!goes_on) {
    *ring->journal->state = (struct journal_state){
      .magic = SAGFLOW_RING_MAGIC, .boot = boot, .slots = slots, .stride = STRIDE, .capacity = capacity, .mark = SKIPPED};
  }
  hold(memory, sagflow_octets_at(slots));
  touch(ring->journal->octets, capacity);
  for (unsigned i = 0; i < slots; i++) hold(ring->octets + (size_t)i * STRIDE, USUAL_OCTETS);
  return ring;
}

void sagflow_ring_destroy(struct sagflow_ring *ring) {
  if (ring->journal) {
    munmap(ring->journal->state, ring->journal->mapped);
  } else {
    unmap_slots(ring->octets, ring->slots);
  }
  free_ring(ring);
}

// Whether a capture file can represent the time, which may come from a process that was killed.
static int is_time(const struct timespec *time) {
  return time->tv_sec > 0 && time->tv_sec <= UINT32_MAX && time->tv_nsec >= 0 && time->tv_nsec < 1000000000;
}

static void read_control(struct msghdr *header, struct sagflow_received *received, struct sagflow_batch *batch) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SCM_TIMESTAMPNS && c->cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(c), sizeof time);
      if (is_time(&time)) received->arrival = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    } else if (c->cmsg_type == SO_RXQ_OVFL && c->cmsg_len >= CMSG_LEN(sizeof(uint32_t))) {
      memcpy(&batch->kernel_drops, CMSG_DATA(c), sizeof batch->kernel_drops);
      batch->has_kernel_drops = 1;
    }
  }
}

static void read_message(struct sagflow_ring *ring, unsigned i, int64_t *now, struct sagflow_batch *batch) {
  struct sagflow_messages *messages = ring->messages;
  struct msghdr *header = &messages->headers[i].msg_hdr;
  struct sagflow_received *received = &ring->received[i];
  received->source = from_sockaddr(&messages->addresses[i]);
  received->length = messages->headers[i].msg_len;
  received->arrival = 0;
  read_control(header, received, batch);
  if (received->arrival == 0) {
    if (*now == 0) *now = sagflow_now();
    received->arrival = *now;
  }
  batch->truncated += (header->msg_flags & MSG_TRUNC) != 0;
}

// From here on, a later process can recover what is received into the slots.
static void open_batch(struct sagflow_ring *ring) {
  store(&ring->journal->state->local_port, ring->local_port);
  for (unsigned i = 0; i < ring->slots; i++) ring->messages->headers[i].msg_len = NOTHING;
  store(&ring->journal->state->mark, load(&ring->journal->state->head));
}

struct sagflow_batch sagflow_ring_receive(struct sagflow_ring *ring, int fd, uint16_t local_port) {
  struct sagflow_messages *messages = ring->messages;
  struct sagflow_batch batch = {0, 0, 0, 0};
  if (ring->journal) sagflow_journal_skip(ring);
  reset(messages, messages->used);
  messages->used = 0;
  ring->count = 0;
  ring->local_port = local_port;
  if (ring->journal) open_batch(ring);
  do {
    batch.count = recvmmsg(fd, messages->headers, ring->slots, MSG_DONTWAIT, NULL);
  } while (batch.count < 0 && errno == EINTR);
  if (batch.count < 0) {
    batch.count = errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
    return batch;
  }
  ring->count = messages->used = (unsigned)batch.count;
  int64_t now = 0;
  for (unsigned i = 0; i < ring->count; i++) read_message(ring, i, &now, &batch);
  return batch;
}

unsigned sagflow_ring_left(struct sagflow_ring *ring) {
  struct journal_state *state = ring->journal->state;
  struct sagflow_batch batch = {0, 0, 0, 0};
  int64_t now = 0;
  ring->count = 0;
  ring->local_port = (uint16_t)load(&state->local_port);
  // recvmmsg fills slots in order, and a slot's length last.
  while (state->mark == state->head && ring->count < ring->slots) {
    unsigned i = ring->count;
    struct mmsghdr *header = &ring->messages->headers[i];
    if (header->msg_len > SLOT_OCTETS || header->msg_hdr.msg_controllen > CONTROL_OCTETS) break;
    // The stored pointer is that of an ended process.
    header->msg_hdr.msg_control = &ring->messages->controls[i];
    read_message(ring, i, &now, &batch);
    ring->count++;
  }
  // Causes the headers to be reset before they are used again.
  ring->messages->used = ring->slots;
  return ring->count;
}
