#include "names.h"

#include <endian.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

// The prefix of IPv4-mapped addresses in the low word.
static const uint64_t mapped = 0xffffull << 32;

size_t sagflow_host_name(uint64_t high, uint64_t low, char *name, size_t capacity) {
  struct sockaddr_storage storage;
  memset(&storage, 0, sizeof storage);
  socklen_t length;
  if (high == 0 && low >> 32 == 0xffff) {
    struct sockaddr_in *address = (struct sockaddr_in *)&storage;
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htobe32((uint32_t)low);
    length = sizeof *address;
  } else {
    struct sockaddr_in6 *address = (struct sockaddr_in6 *)&storage;
    address->sin6_family = AF_INET6;
    const uint64_t words[2] = {htobe64(high), htobe64(low)};
    memcpy(&address->sin6_addr, words, sizeof words);
    length = sizeof *address;
  }
  if (getnameinfo((struct sockaddr *)&storage, length, name, capacity, NULL, 0, NI_NAMEREQD) != 0) return 0;
  return strnlen(name, capacity);
}

int sagflow_host_addresses(const char *name, uint64_t *words, int capacity) {
  // A single socket type, so that each address is returned once.
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
  struct addrinfo *found;
  const int code = getaddrinfo(name, NULL, &hints, &found);
  if (code != 0) return code < 0 ? code : -code;
  int count = 0;
  for (const struct addrinfo *entry = found; entry != NULL && count < capacity; entry = entry->ai_next) {
    uint64_t high = 0, low;
    if (entry->ai_family == AF_INET) {
      low = mapped | be32toh(((const struct sockaddr_in *)entry->ai_addr)->sin_addr.s_addr);
    } else if (entry->ai_family == AF_INET6) {
      uint64_t octets[2];
      memcpy(octets, &((const struct sockaddr_in6 *)entry->ai_addr)->sin6_addr, sizeof octets);
      high = be64toh(octets[0]);
      low = be64toh(octets[1]);
    } else {
      continue;
    }
    int place = 0;
    while (place < count && (words[2 * place] != high || words[2 * place + 1] != low)) place++;
    if (place < count) continue;
    words[2 * count] = high;
    words[2 * count + 1] = low;
    count++;
  }
  freeaddrinfo(found);
  return count;
}

const char *sagflow_host_error(int code) { return gai_strerror(code); }
