#define _GNU_SOURCE
#include <errno.h>

#include "messages.h"

struct sagflow_outbox *sagflow_outbox_create(unsigned slots) {
  slots = bounded_slots(slots);
  struct sagflow_outbox *outbox = calloc(1, sizeof *outbox);
  if (!outbox) return NULL;
  *outbox = (struct sagflow_outbox){.octets = map_slots(slots), .stride = STRIDE, .slots = slots};
  outbox->lengths = calloc(slots, sizeof *outbox->lengths);
  outbox->destinations = calloc(slots, sizeof *outbox->destinations);
  outbox->messages = make_messages(outbox->octets, slots);
  if (!outbox->octets || !outbox->lengths || !outbox->destinations || !outbox->messages) {
    sagflow_outbox_destroy(outbox);
    return NULL;
  }
  return outbox;
}

void sagflow_outbox_destroy(struct sagflow_outbox *outbox) {
  free_messages(outbox->messages);
  free(outbox->destinations);
  free(outbox->lengths);
  unmap_slots(outbox->octets, outbox->slots);
  free(outbox);
}

int sagflow_outbox_send(struct sagflow_outbox *outbox, int fd, unsigned first, unsigned count) {
  if (first >= outbox->slots || count < 1 || count > outbox->slots - first) return -EINVAL;
  struct sagflow_messages *messages = outbox->messages;
  for (unsigned i = first; i < first + count; i++) {
    messages->headers[i].msg_hdr.msg_namelen = to_sockaddr(outbox->destinations[i], &messages->addresses[i]);
    messages->vectors[i].iov_len = outbox->lengths[i];
  }
  int sent;
  do {
    sent = sendmmsg(fd, &messages->headers[first], count, 0);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}
