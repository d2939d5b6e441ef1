// The API's description as an array: `#embed` (C23) includes a file unchanged, and the compiler tracks the dependency.
#include "CAPIDescription.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t description[] = {
#embed "../Collector/HTTP/API/openapi.json"
};

size_t api_description_size(void) { return sizeof description; }

uint8_t api_description_octet(size_t index) { return index < sizeof description ? description[index] : 0; }
