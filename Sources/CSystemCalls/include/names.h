// Names of hosts, by the system's resolver (resolver(5), nsswitch.conf(5)). Each call may take seconds.
#ifndef SAGFLOW_NAMES_H
#define SAGFLOW_NAMES_H

#include <stddef.h>
#include <stdint.h>

// The most octets of a name, with its 0.
enum { SAGFLOW_NAME_SIZE = 1025 };

// The name of an address, of sixteen octets as two words in the host's order; IPv4 addresses are those of ::ffff:0:0/96. Octets of
// `name` that were written, without the 0; 0: it has no name, or none could be found.
size_t sagflow_host_name(uint64_t high, uint64_t low, char *name, size_t capacity);

// The addresses of a host of both families, two words each as above, each once. Their number, at most `capacity`; negative: what
// sagflow_host_error has words for.
int sagflow_host_addresses(const char *name, uint64_t *words, int capacity);

const char *sagflow_host_error(int code);

#endif
