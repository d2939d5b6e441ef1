// The API's description, one octet per call, so that Swift needs no pointers; read only once.
#ifndef SAGFLOW_API_DESCRIPTION_H
#define SAGFLOW_API_DESCRIPTION_H

#include <stddef.h>
#include <stdint.h>

size_t api_description_size(void);

// Returns the octet at an index; 0 after the last.
uint8_t api_description_octet(size_t index);

#endif
