// The page's files, an octet a call: Swift calls these without pointers, and only once.
#ifndef SAGFLOW_PAGE_ASSETS_H
#define SAGFLOW_PAGE_ASSETS_H

#include <stddef.h>
#include <stdint.h>

// How many files there are.
size_t page_asset_count(void);

// The octet of a file's path below Sources/Page/Assets at this index; 0 behind its last.
uint8_t page_asset_path_octet(size_t asset, size_t index);

// How many octets a file has; 0 for those of the charts' library if they were missing at build time.
size_t page_asset_size(size_t asset);

// The octet of a file at this index; 0 behind its last.
uint8_t page_asset_octet(size_t asset, size_t index);

#endif
