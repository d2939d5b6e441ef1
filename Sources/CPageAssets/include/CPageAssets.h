// The page's files, one octet per call, so that Swift needs no pointers; read only once.
#ifndef SAGFLOW_PAGE_ASSETS_H
#define SAGFLOW_PAGE_ASSETS_H

#include <stddef.h>
#include <stdint.h>

// Number of files.
size_t page_asset_count(void);

// Returns the octet of a file's path below Sources/Page/Assets at an index; 0 after the last.
uint8_t page_asset_path_octet(size_t asset, size_t index);

// Returns the octets of a file; 0 for the chart library if it was missing at build time.
size_t page_asset_size(size_t asset);

// Returns the octet of a file at an index; 0 after the last.
uint8_t page_asset_octet(size_t asset, size_t index);

#endif
