// Parquet: an Apache Parquet file of flat columns, written. Knows nothing of what the columns mean; usable on its own.
//
//     Schema/    what a file holds: columns, their types, how they would like to be encoded
//     Encoding/  values to bytes: RLE/bit-packing hybrid, DELTA_BINARY_PACKED, dictionaries
//     Format/    the file's own structures and their Thrift compact form
//     Writer/    row groups, column chunks, pages, footer
//     Support/   bytes, CRC-32, zstd, the file itself
//
// The subset is the one that old and new engines read alike: data page v1, PLAIN, RLE_DICTIONARY, DELTA_BINARY_PACKED,
// zstd or no compression, statistics in the footer; no page index, no Bloom filter, no nesting.
// Specification: https://github.com/apache/parquet-format (README.md, Encodings.md, parquet.thrift).

/// The four octets at both ends of a Parquet file.
let magic: InlineArray<4, UInt8> = [0x50, 0x41, 0x52, 0x31]  // PAR1

#if _endian(big)
  #error("Parquet is little-endian and values are stored as they lie in memory")
#endif
