#define _GNU_SOURCE
#include <errno.h>
#include <time.h>
#include <unistd.h>
#include <linux/errqueue.h>

#include "messages.h"
#include "relay.h"

// Records are aligned to the size of a header, so that one always fits before the ring's end.
struct header {
  uint64_t high, low;
  uint32_t length;
  uint16_t port;
  uint16_t kind;
  uint64_t unused;
};

#define RECORD_SIZE sizeof(struct header)

enum { SENT = 0, LEFT_OUT = 1, END = 2 };  // END: the next record is at the ring's beginning

struct sagflow_relay {
  uint8_t *octets;
  size_t capacity;
  // On separate cache lines: each is written by one thread and read by the other.
  _Alignas(64) uint64_t head;
  _Alignas(64) uint64_t tail;
};

// ---- The ring

static uint64_t record_size(uint32_t length) {
  return RECORD_SIZE + ((uint64_t)length + RECORD_SIZE - 1) / RECORD_SIZE * RECORD_SIZE;
}

struct sagflow_relay *sagflow_relay_create(size_t capacity) {
  // Twice the largest record always has room, wherever the ring's end is.
  size_t least = 2 * (size_t)record_size(SLOT_OCTETS);
  if (capacity < least) capacity = least;
  if (capacity > MAXIMUM_CAPACITY) capacity = MAXIMUM_CAPACITY;
  capacity = (capacity + 4095) / 4096 * 4096;
  struct sagflow_relay *relay = aligned_alloc(64, sizeof *relay);
  if (!relay) return NULL;
  void *octets = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (octets == MAP_FAILED) {
    free(relay);
    return NULL;
  }
  *relay = (struct sagflow_relay){.octets = octets, .capacity = capacity};
  return relay;
}

void sagflow_relay_destroy(struct sagflow_relay *relay) {
  munmap(relay->octets, relay->capacity);
  free(relay);
}

size_t sagflow_relay_capacity(const struct sagflow_relay *relay) { return relay->capacity; }

static struct header *at(const struct sagflow_relay *relay, uint64_t position) {
  return (struct header *)(relay->octets + position % relay->capacity);
}

unsigned sagflow_relay_append(struct sagflow_relay *relay, const struct sagflow_ring *ring) {
  uint64_t head = relay->head;
  uint64_t end = __atomic_load_n(&relay->tail, __ATOMIC_ACQUIRE) + relay->capacity;
  unsigned i = 0;
  for (; i < ring->count; i++) {
    const struct sagflow_received *received = &ring->received[i];
    uint64_t size = record_size(received->length), together = relay->capacity - head % relay->capacity;
    uint64_t position = size <= together ? head : head + together;
    if (position + size > end) break;
    if (position != head) at(relay, head)->kind = END;
    struct header *header = at(relay, position);
    *header = (struct header){
      .high = received->source.high, .low = received->source.low, .length = received->length,
      .port = received->source.port, .kind = SENT};
    memcpy(header + 1, ring->octets + (size_t)i * ring->stride, received->length);
    head = position + size;
  }
  __atomic_store_n(&relay->head, head, __ATOMIC_RELEASE);
  return i;
}

uint64_t sagflow_relay_head(const struct sagflow_relay *relay) {
  return __atomic_load_n(&relay->head, __ATOMIC_ACQUIRE);
}

void sagflow_relay_release(struct sagflow_relay *relay, uint64_t position) {
  __atomic_store_n(&relay->tail, position, __ATOMIC_RELEASE);
}

// Returns the position of the record at or after a position.
static uint64_t settle(const struct sagflow_relay *relay, uint64_t position) {
  if (at(relay, position)->kind != END) return position;
  return position + relay->capacity - position % relay->capacity;
}

static struct sagflow_endpoint source_of(const struct header *header) {
  return (struct sagflow_endpoint){header->high, header->low, header->port};
}

struct sagflow_relay_record sagflow_relay_record(const struct sagflow_relay *relay, uint64_t position) {
  position = settle(relay, position);
  const struct header *header = at(relay, position);
  return (struct sagflow_relay_record){
    source_of(header), header->length, header->kind == LEFT_OUT, position + record_size(header->length)};
}

void sagflow_relay_leave_out(struct sagflow_relay *relay, uint64_t position) {
  at(relay, settle(relay, position))->kind = LEFT_OUT;
}

// ---- Packets

static void put16(uint8_t *to, uint16_t value) {
  value = htobe16(value);
  memcpy(to, &value, sizeof value);
}

static void put32(uint8_t *to, uint32_t value) {
  value = htobe32(value);
  memcpy(to, &value, sizeof value);
}

static void put64(uint8_t *to, uint64_t value) {
  value = htobe64(value);
  memcpy(to, &value, sizeof value);
}

// RFC 1071 sum of any number of octets, four at a time, zero-padded (RFC 768).
static uint64_t add(uint64_t sum, const uint8_t *octets, size_t count) {
  for (; count >= 4; octets += 4, count -= 4) {
    uint32_t word;
    memcpy(&word, octets, sizeof word);
    sum += word;
  }
  uint32_t rest = 0;
  memcpy(&rest, octets, count);
  return sum + rest;
}

// Its complement, in memory order.
static uint16_t fold(uint64_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

// RFC 791 §3.1 and RFC 8200 §3, without options and extension headers. Returns the octets before the UDP header.
static size_t make_ip(uint8_t *ip, struct sagflow_endpoint from, struct sagflow_endpoint to, uint32_t length) {
  if (is_v4(from)) {
    memset(ip, 0, IPV4_OCTETS);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)(IPV4_OCTETS + length));
    ip[8] = 64;
    ip[9] = IPPROTO_UDP;
    put32(ip + 12, (uint32_t)from.low);
    put32(ip + 16, (uint32_t)to.low);
    return IPV4_OCTETS;
  }
  memset(ip, 0, IPV6_OCTETS);
  ip[0] = 0x60;
  put16(ip + 4, (uint16_t)length);
  ip[6] = IPPROTO_UDP;
  ip[7] = 64;
  put64(ip + 8, from.high);
  put64(ip + 16, from.low);
  put64(ip + 24, to.high);
  put64(ip + 32, to.low);
  return IPV6_OCTETS;
}

int sagflow_relay_headers(
  uint8_t *headers, struct sagflow_endpoint source, struct sagflow_endpoint destination, const uint8_t *payload,
  uint32_t length) {
  if (is_v4(source) != is_v4(destination)) return -EAFNOSUPPORT;
  uint32_t segment = UDP_OCTETS + length;
  if (segment > (is_v4(source) ? UINT16_MAX - IPV4_OCTETS : UINT16_MAX)) return -EMSGSIZE;
  size_t ip = make_ip(headers, source, destination, segment);
  uint8_t *udp = headers + ip;
  put16(udp, source.port);
  put16(udp + 2, destination.port);
  put16(udp + 4, (uint16_t)segment);
  put16(udp + 6, 0);
  // Pseudo-header (RFC 768, RFC 8200 §8.1): the addresses, which end the IP header in both families, the protocol and the length.
  uint8_t rest[4] = {0, IPPROTO_UDP};
  memcpy(rest + 2, udp + 4, 2);
  size_t addresses = is_v4(source) ? 8 : 32;
  uint64_t sum = add(add(0, udp - addresses, addresses + UDP_OCTETS), rest, sizeof rest);
  uint16_t checksum = fold(add(sum, payload, length));
  // 0 would mean no checksum.
  if (checksum == 0) checksum = 0xffff;
  memcpy(udp + 6, &checksum, sizeof checksum);
  return (int)ip + UDP_OCTETS;
}

// ---- Sending

#define MESSAGES 64

struct sagflow_relay_outbox {
  struct sagflow_endpoint destination;
  int keeps_source;
  struct sockaddr_in6 address;
  struct mmsghdr messages[MESSAGES];
  struct iovec vectors[MESSAGES][2];
  uint8_t headers[MESSAGES][SAGFLOW_RELAY_HEADERS];
  uint64_t positions[MESSAGES];
};

struct sagflow_relay_outbox *sagflow_relay_outbox_create(struct sagflow_endpoint destination, int keeps_source) {
  struct sagflow_relay_outbox *outbox = calloc(1, sizeof *outbox);
  if (!outbox) return NULL;
  outbox->destination = destination;
  outbox->keeps_source = keeps_source;
  struct sagflow_endpoint named = destination;
  // For raw IPv6 sockets, the port is a protocol (raw(7), ipv6(7)).
  if (keeps_source) named.port = 0;
  socklen_t length = to_sockaddr(named, &outbox->address);
  for (int i = 0; i < MESSAGES; i++) {
    struct msghdr *header = &outbox->messages[i].msg_hdr;
    if (destination.port != 0) {
      header->msg_name = &outbox->address;
      header->msg_namelen = length;
    }
    header->msg_iov = &outbox->vectors[i][keeps_source ? 0 : 1];
    header->msg_iovlen = keeps_source ? 2 : 1;
    outbox->vectors[i][0].iov_base = outbox->headers[i];
  }
  return outbox;
}

void sagflow_relay_outbox_destroy(struct sagflow_relay_outbox *outbox) { free(outbox); }

static int set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

int sagflow_relay_socket(struct sagflow_endpoint destination, int keeps_source) {
  int v4 = is_v4(destination);
  int type = keeps_source ? SOCK_RAW : SOCK_DGRAM, protocol = keeps_source ? IPPROTO_RAW : IPPROTO_UDP;
  int fd = socket(v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (fd < 0) return -errno;
  // IPPROTO_RAW sends packets with their own headers; errors reported for them go to the exporter. For other packets, an error is
  // returned by the next call: the socket is not connected, so that each packet uses the current route.
  int error = keeps_source ? 0
    : v4                   ? set_option(fd, IPPROTO_IP, IP_RECVERR, 1)
                           : set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
  if (error) {
    close(fd);
    return error;
  }
  return fd;
}

// Fills message `i` with the record at `position`. Returns 0 or -errno.
static int make_message(
  const struct sagflow_relay *relay, struct sagflow_relay_outbox *outbox, unsigned i, uint64_t position) {
  struct header *header = at(relay, position);
  outbox->positions[i] = position;
  outbox->vectors[i][1] = (struct iovec){header + 1, header->length};
  if (!outbox->keeps_source) return 0;
  int count = sagflow_relay_headers(
    outbox->headers[i], source_of(header), outbox->destination, (const uint8_t *)(header + 1), header->length);
  if (count < 0) return count;
  outbox->vectors[i][0].iov_len = (size_t)count;
  return 0;
}

struct sagflow_relay_sent sagflow_relay_send(
  const struct sagflow_relay *relay, struct sagflow_relay_outbox *outbox, int fd, uint64_t position, uint64_t end) {
  unsigned count = 0;
  int error = 0;
  while (position < end && count < MESSAGES) {
    position = settle(relay, position);
    if (at(relay, position)->kind == SENT) {
      error = make_message(relay, outbox, count, position);
      if (error) break;
      count++;
    }
    position += record_size(at(relay, position)->length);
  }
  if (count == 0) return (struct sagflow_relay_sent){0, position, error};
  int sent;
  do {
    sent = sendmmsg(fd, outbox->messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return (struct sagflow_relay_sent){0, outbox->positions[0], -errno};
  // A failed send may have consumed an error reported by another host; any other error is returned again by the next call.
  if ((unsigned)sent < count) {
    return (struct sagflow_relay_sent){(unsigned)sent, outbox->positions[sent], -sagflow_relay_reported(fd)};
  }
  return (struct sagflow_relay_sent){count, position, error};
}

// Returns the errno value in a message of the error queue, or 0.
static int reported_error(struct msghdr *header) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    int is_error = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
                   (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
    struct sock_extended_err error;
    if (!is_error || c->cmsg_len < CMSG_LEN(sizeof error)) continue;
    memcpy(&error, CMSG_DATA(c), sizeof error);
    return (int)error.ee_errno;
  }
  return 0;
}

int sagflow_relay_reported(int fd) {
  int last = 0;
  // As many as a socket's buffer can hold; bounded.
  for (int i = 0; i < 1024; i++) {
    struct control control;
    struct msghdr header = {.msg_control = &control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    int error = reported_error(&header);
    if (error) last = error;
  }
  return last;
}
