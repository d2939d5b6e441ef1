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
  ring->frames = make_frames(slots);
  if (!ring->octets || !ring->received || !ring->messages || !ring->frames) {
    sagflow_ring_destroy(ring);
    return NULL;
  }
  reset(ring->messages, slots);
  return ring;
}

// Datagrams up to this are met every day.
#define USUAL_OCTETS 8192

// A mapped ring: state, headers, addresses, control messages, and from the next page on the slots.
static size_t align(size_t size, size_t to) { return (size + to - 1) / to * to; }

static size_t headers_at(void) { return align(sizeof(struct sagflow_ring_state), 64); }

static size_t addresses_at(unsigned slots) { return headers_at() + slots * sizeof(struct mmsghdr); }

static size_t controls_at(unsigned slots) {
  return align(addresses_at(slots) + slots * sizeof(struct sockaddr_in6), _Alignof(struct control));
}

static size_t slots_at(unsigned slots) { return align(controls_at(slots) + slots * sizeof(struct control), 4096); }

static size_t mapped_size(unsigned slots) { return slots_at(slots) + (size_t)slots * STRIDE; }

static const uint64_t magic = 0x31676e6972676173;  // "sagring1"

static int is_of_this_form(const struct sagflow_ring_state *state, unsigned slots) {
  return state->magic == magic && state->slots == slots && state->stride == STRIDE;
}

// A ring over memory of mapped_size, or NULL.
static struct sagflow_ring *make_mapped(uint8_t *memory, unsigned slots) {
  struct sagflow_ring *ring = calloc(1, sizeof *ring);
  struct sagflow_messages *messages = calloc(1, sizeof *messages);
  if (!ring || !messages) {
    free(ring);
    free(messages);
    return NULL;
  }
  *messages = (struct sagflow_messages){
    .headers = (struct mmsghdr *)(memory + headers_at()),
    .vectors = calloc(slots, sizeof *messages->vectors),
    .addresses = (struct sockaddr_in6 *)(memory + addresses_at(slots)),
    .controls = (struct control *)(memory + controls_at(slots)),
    .is_mapped = 1,
  };
  *ring = (struct sagflow_ring){
    .octets = memory + slots_at(slots), .stride = STRIDE, .slots = slots, .messages = messages,
    .received = calloc(slots, sizeof *ring->received), .frames = make_frames(slots),
    .state = (struct sagflow_ring_state *)memory};
  if (!messages->vectors || !ring->received || !ring->frames) {
    free_messages(messages);
    free_frames(ring->frames);
    free(ring->received);
    free(ring);
    return NULL;
  }
  point_messages(messages, ring->octets, slots);
  return ring;
}

// Has the pages be there that usual datagrams reach, and stay: should the process be killed while the kernel has to find one
// for a datagram, that datagram is gone.
static void hold(uint8_t *memory, size_t size) {
  for (size_t i = 0; i < size; i += 4096) {
    volatile uint8_t *octet = memory + i;
    *octet = *octet;
  }
  // As far as it is allowed.
  (void)mlock(memory, size);
}

struct sagflow_ring *sagflow_ring_map(unsigned slots, int fd) {
  slots = bounded_slots(slots);
  // All of it at once: a page that the disk has no room for would end the process when it is touched.
  int error = posix_fallocate(fd, 0, (off_t)mapped_size(slots));
  if (error) {
    // What could be had of it would only be missing elsewhere.
    (void)!ftruncate(fd, 0);
    errno = error;
    return NULL;
  }
  uint8_t *memory = mmap(NULL, mapped_size(slots), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return NULL;
  hold(memory, slots_at(slots));
  for (unsigned i = 0; i < slots; i++) hold(memory + slots_at(slots) + (size_t)i * STRIDE, USUAL_OCTETS);
  struct sagflow_ring *ring = make_mapped(memory, slots);
  if (!ring) {
    munmap(memory, mapped_size(slots));
    errno = ENOMEM;
  }
  return ring;
}

void sagflow_ring_destroy(struct sagflow_ring *ring) {
  if (ring->state) {
    munmap(ring->state, mapped_size(ring->slots));
  } else {
    unmap_slots(ring->octets, ring->slots);
  }
  free_messages(ring->messages);
  free_frames(ring->frames);
  free(ring->received);
  free(ring);
}

// Stores in the order in which they stand, as far as another process sees them.
static void set_open(struct sagflow_ring_state *state, uint32_t is_open) {
  __atomic_store_n(&state->is_open, is_open, __ATOMIC_SEQ_CST);
}

static void open_batch(struct sagflow_ring *ring, uint64_t segment, uint64_t offset) {
  struct sagflow_ring_state *state = ring->state;
  for (unsigned i = 0; i < ring->slots; i++) ring->messages->headers[i].msg_len = NOTHING;
  state->segment = segment;
  state->offset = offset;
  set_open(state, 1);
}

void sagflow_ring_settle(struct sagflow_ring *ring) {
  ring->used = 0;
  if (ring->state) set_open(ring->state, 0);
}

static void read_control(struct msghdr *header, struct sagflow_received *received, struct sagflow_batch *batch) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SCM_TIMESTAMPNS && c->cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(c), sizeof time);
      received->arrival = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
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

struct sagflow_batch sagflow_ring_receive(
  struct sagflow_ring *ring, int fd, unsigned most, uint64_t segment, uint64_t offset) {
  struct sagflow_messages *messages = ring->messages;
  struct sagflow_batch batch = {0, 0, 0, 0};
  // What nobody has journaled in time is given up.
  if (!ring->state || ring->used == ring->slots) sagflow_ring_settle(ring);
  if (ring->used == 0) {
    reset(messages, messages->used);
    messages->used = 0;
    if (ring->state) open_batch(ring, segment, offset);
  }
  ring->first = ring->used;
  unsigned room = ring->slots - ring->first;
  do {
    batch.count = recvmmsg(fd, messages->headers + ring->first, room < most ? room : most, MSG_DONTWAIT, NULL);
  } while (batch.count < 0 && errno == EINTR);
  if (batch.count < 0) {
    batch.count = errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
    return batch;
  }
  ring->used += (unsigned)batch.count;
  messages->used = ring->used;
  int64_t now = 0;
  for (unsigned i = ring->first; i < ring->used; i++) read_message(ring, i, &now, &batch);
  return batch;
}

struct sagflow_left sagflow_ring_left(struct sagflow_ring *ring) {
  struct sagflow_ring_state *state = ring->state;
  struct sagflow_left left = {0, 0, -1};
  if (state && is_of_this_form(state, ring->slots)) {
    left = (struct sagflow_left){state->segment, state->offset, 0};
    struct sagflow_batch batch = {0, 0, 0, 0};
    int64_t now = 0;
    // recvmmsg fills slots in order, and a slot's length last.
    while (state->is_open && left.count < (int)ring->slots) {
      unsigned i = (unsigned)left.count;
      struct mmsghdr *header = &ring->messages->headers[i];
      if (header->msg_len > SLOT_OCTETS || header->msg_hdr.msg_controllen > CONTROL_OCTETS) break;
      // The pointer is the dead process's.
      header->msg_hdr.msg_control = &ring->messages->controls[i];
      read_message(ring, i, &now, &batch);
      left.count++;
    }
  } else if (state) {
    *state = (struct sagflow_ring_state){.magic = magic, .slots = ring->slots, .stride = STRIDE};
  }
  // The headers are reset before they are used again.
  ring->first = 0;
  ring->used = left.count > 0 ? (unsigned)left.count : 0;
  ring->messages->used = ring->slots;
  return left;
}
