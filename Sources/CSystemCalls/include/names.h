// Host names, from the system's resolver (resolver(5), nsswitch.conf(5)). Each call may take seconds.
#ifndef SAGFLOW_NAMES_H
#define SAGFLOW_NAMES_H

#include <stddef.h>
#include <stdint.h>

// Maximum octets of a name, including its terminator.
enum { SAGFLOW_NAME_SIZE = 1025 };

// Looks up the name of an address, given as two words in host order; IPv4 addresses are in ::ffff:0:0/96. Returns the number of
// octets written to `name`, without the terminator; 0 if there is no name or the lookup failed.
size_t sagflow_host_name(uint64_t high, uint64_t low, char *name, size_t capacity);

// Looks up the distinct addresses of a host, of both families, as two words each. Returns their number, at most `capacity`; or a
// negative value for sagflow_host_error.
int sagflow_host_addresses(const char *name, uint64_t *words, int capacity);

const char *sagflow_host_error(int code);

#endif
