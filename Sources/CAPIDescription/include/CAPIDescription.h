// The API's description, an octet a call: Swift calls these without pointers, and only once.
#ifndef SAGFLOW_API_DESCRIPTION_H
#define SAGFLOW_API_DESCRIPTION_H

#include <stddef.h>
#include <stdint.h>

size_t api_description_size(void);

// The octet at this index; 0 behind the last.
uint8_t api_description_octet(size_t index);

#endif
