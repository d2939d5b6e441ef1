#define _GNU_SOURCE
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "messages.h"

// What stands before a datagram in the journal: the record's header of the capture format, IP and UDP.
#define RECORD_OCTETS 16
#define IPV4_OCTETS 20
#define IPV6_OCTETS 40
#define UDP_OCTETS 8
// Vectors that writev takes at a time are limited (IOV_MAX): two a datagram.
#define DATAGRAMS_AT_ONCE 512

struct frame {
  uint8_t octets[RECORD_OCTETS + IPV6_OCTETS + UDP_OCTETS];
};

struct sagflow_frames {
  struct frame *frames;
  struct iovec *vectors;
};

struct sagflow_frames *make_frames(unsigned slots) {
  struct sagflow_frames *frames = calloc(1, sizeof *frames);
  if (!frames) return NULL;
  frames->frames = calloc(slots, sizeof *frames->frames);
  frames->vectors = calloc(2 * (size_t)slots, sizeof *frames->vectors);
  if (!frames->frames || !frames->vectors) {
    free_frames(frames);
    return NULL;
  }
  return frames;
}

void free_frames(struct sagflow_frames *frames) {
  if (!frames) return;
  free(frames->frames);
  free(frames->vectors);
  free(frames);
}

static void put16(uint8_t *at, uint16_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
  put16(at, (uint16_t)(value >> 16));
  put16(at + 2, (uint16_t)value);
}

static void put64(uint8_t *at, uint64_t value) {
  put32(at, (uint32_t)(value >> 32));
  put32(at + 4, (uint32_t)value);
}

// RFC 791 §3.1; the checksum field is 0 as yet.
static uint16_t ipv4_checksum(const uint8_t *header) {
  uint32_t sum = 0;
  for (int i = 0; i < IPV4_OCTETS; i += 2) sum += (uint32_t)(header[i] << 8 | header[i + 1]);
  sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~((sum & 0xffff) + (sum >> 16));
}

// Octets of the frame before the datagram.
static size_t make_frame(uint8_t *at, const struct sagflow_received *received, struct sagflow_endpoint local) {
  int v4 = is_v4(received->source);
  size_t head = (v4 ? IPV4_OCTETS : IPV6_OCTETS) + UDP_OCTETS;
  uint32_t length = (uint32_t)head + received->length;
  // The capture format's own numbers are in the byte order of the host that writes.
  uint32_t record[4] = {
    (uint32_t)(received->arrival / 1000000000), (uint32_t)(received->arrival % 1000000000), length, length};
  memcpy(at, record, RECORD_OCTETS);
  uint8_t *ip = at + RECORD_OCTETS;
  memset(ip, 0, head);
  if (v4) {
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)length);
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = IPPROTO_UDP;
    put32(ip + 12, (uint32_t)received->source.low);
    put32(ip + 16, is_v4(local) ? (uint32_t)local.low : 0);
    put16(ip + 10, ipv4_checksum(ip));
  } else {
    ip[0] = 0x60;
    put16(ip + 4, (uint16_t)(UDP_OCTETS + received->length));
    ip[6] = IPPROTO_UDP;
    ip[7] = 64;
    put64(ip + 8, received->source.high);
    put64(ip + 16, received->source.low);
    put64(ip + 24, local.high);
    put64(ip + 32, local.low);
  }
  uint8_t *udp = ip + head - UDP_OCTETS;
  put16(udp, received->source.port);
  put16(udp + 2, local.port);
  // Without a checksum (RFC 768): the kernel has looked at it.
  put16(udp + 4, (uint16_t)(UDP_OCTETS + received->length));
  return RECORD_OCTETS + head;
}

// Writes all of the vectors; they are changed on the way. Octets, or -errno.
static int64_t write_all(int fd, struct iovec *vectors, int count, uint64_t offset) {
  int64_t total = 0;
  while (count > 0) {
    ssize_t written = pwritev(fd, vectors, count, (off_t)(offset + (uint64_t)total));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? -errno : -EIO;
    total += written;
    while (count > 0 && (size_t)written >= vectors->iov_len) {
      written -= (ssize_t)vectors->iov_len;
      vectors++;
      count--;
    }
    if (count > 0) {
      vectors->iov_base = (uint8_t *)vectors->iov_base + written;
      vectors->iov_len -= (size_t)written;
    }
  }
  return total;
}

int64_t sagflow_ring_journal(
  struct sagflow_ring *ring, int fd, uint64_t offset, struct sagflow_endpoint local) {
  struct sagflow_frames *frames = ring->frames;
  unsigned count = ring->used;
  int64_t total = 0;
  for (unsigned first = 0; first < count; first += DATAGRAMS_AT_ONCE) {
    unsigned end = count - first > DATAGRAMS_AT_ONCE ? first + DATAGRAMS_AT_ONCE : count;
    for (unsigned i = first; i < end; i++) {
      uint8_t *frame = frames->frames[i].octets;
      size_t head = make_frame(frame, &ring->received[i], local);
      frames->vectors[2 * i] = (struct iovec){frame, head};
      frames->vectors[2 * i + 1] = (struct iovec){ring->octets + (size_t)i * ring->stride, ring->received[i].length};
    }
    int64_t written =
      write_all(fd, &frames->vectors[2 * first], (int)(2 * (end - first)), offset + (uint64_t)total);
    if (written < 0) return written;
    total += written;
  }
  return total;
}
