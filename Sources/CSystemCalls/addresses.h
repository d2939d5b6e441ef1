// Conversions between sockaddr and struct sagflow_endpoint, for this target's own files.
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include <endian.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "receive.h"

#define MAPPED_PREFIX 0xffff00000000ull  // ::ffff:0:0/96

static inline int is_v4(struct sagflow_endpoint e) {
  return e.high == 0 && e.low >> 32 == 0xffff;
}

// Fills `address` and returns its length.
static inline socklen_t to_sockaddr(struct sagflow_endpoint e, struct sockaddr_in6 *address) {
  memset(address, 0, sizeof *address);
  if (is_v4(e)) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    v4->sin_family = AF_INET;
    v4->sin_port = htobe16(e.port);
    v4->sin_addr.s_addr = htobe32((uint32_t)e.low);
    return sizeof *v4;
  }
  uint64_t high = htobe64(e.high), low = htobe64(e.low);
  address->sin6_family = AF_INET6;
  address->sin6_port = htobe16(e.port);
  memcpy(&address->sin6_addr.s6_addr[0], &high, 8);
  memcpy(&address->sin6_addr.s6_addr[8], &low, 8);
  return sizeof *address;
}

static inline struct sagflow_endpoint from_sockaddr(const struct sockaddr_in6 *address) {
  struct sagflow_endpoint e = {0, 0, 0};
  if (address->sin6_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    e.low = MAPPED_PREFIX | be32toh(v4->sin_addr.s_addr);
    e.port = be16toh(v4->sin_port);
  } else if (address->sin6_family == AF_INET6) {
    memcpy(&e.high, &address->sin6_addr.s6_addr[0], 8);
    memcpy(&e.low, &address->sin6_addr.s6_addr[8], 8);
    e.high = be64toh(e.high);
    e.low = be64toh(e.low);
    e.port = be16toh(address->sin6_port);
  }
  return e;
}

#endif
