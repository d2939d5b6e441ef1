#define _GNU_SOURCE
#include <errno.h>
#include <time.h>

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

void sagflow_ring_destroy(struct sagflow_ring *ring) {
  free_messages(ring->messages);
  free(ring->received);
  unmap_slots(ring->octets, ring->slots);
  free(ring);
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

struct sagflow_batch sagflow_ring_receive(struct sagflow_ring *ring, int fd) {
  struct sagflow_messages *messages = ring->messages;
  struct sagflow_batch batch = {0, 0, 0, 0};
  reset(messages, messages->used);
  messages->used = 0;
  do {
    batch.count = recvmmsg(fd, messages->headers, ring->slots, MSG_DONTWAIT, NULL);
  } while (batch.count < 0 && errno == EINTR);
  if (batch.count < 0) {
    batch.count = errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
    return batch;
  }
  messages->used = (unsigned)batch.count;
  int64_t now = 0;
  for (int i = 0; i < batch.count; i++) {
    struct msghdr *header = &messages->headers[i].msg_hdr;
    struct sagflow_received *received = &ring->received[i];
    received->source = from_sockaddr(&messages->addresses[i]);
    received->length = messages->headers[i].msg_len;
    received->arrival = 0;
    read_control(header, received, &batch);
    if (received->arrival == 0) {
      if (now == 0) now = sagflow_now();
      received->arrival = now;
    }
    batch.truncated += (header->msg_flags & MSG_TRUNC) != 0;
  }
  return batch;
}
