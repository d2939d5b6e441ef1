// Parquet: reading and writing of Apache Parquet files with flat columns. Independent of the meaning of the columns;
// usable on its own.
//
//     Schema/    contents of a file: columns, their types, their preferred encodings
//     Encoding/  values to bytes: RLE/bit-packing hybrid, DELTA_BINARY_PACKED, dictionaries
//     Format/    structures of the file and their Thrift compact form
//     Writer/    row groups, column chunks, pages, footer
//     Reader/    footer, pages and values of files from this and other writers
//     Support/   bytes, CRC-32, zstd, the file itself
//
// The writer uses the subset that old and new engines read alike: data page v1, PLAIN, RLE_DICTIONARY,
// DELTA_BINARY_PACKED, zstd or no compression, statistics in the footer; no page index, no Bloom filter, no nesting.
// Specification: https://github.com/apache/parquet-format (README.md, Encodings.md, parquet.thrift).

/// Magic number at both ends of a Parquet file.
let magic: InlineArray<4, UInt8> = [0x50, 0x41, 0x52, 0x31]  // PAR1

#if _endian(big)
  #error("Parquet is little-endian and values are stored as they lie in memory")
#endif
