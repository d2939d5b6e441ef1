/// File footer (`FileMetaData`).
package struct FileMetadata: Equatable, Sendable {
  /// The root, followed by its columns.
  package var schema: [SchemaElement]
  package var rowGroups: [RowGroupMetadata]
  package var keyValues: [KeyValue]
  package var createdBy: String

  /// Key-value pair of the file's metadata (`KeyValue`).
  package struct KeyValue: Equatable, Sendable {
    package var key: String
    package var value: String
  }

  /// Format version: 2 has RLE_DICTIONARY, DELTA_BINARY_PACKED and unsigned integers.
  private static let formatVersion: Int32 = 2

  package func write(to thrift: inout ThriftCompactWriter) {
    thrift.element(structure: { thrift in
      thrift.field(1, int32: Self.formatVersion)
      thrift.field(2, listOf: .structure, count: schema.count)
      for element in schema { element.write(to: &thrift) }
      thrift.field(3, int64: rowGroups.reduce(0) { $0 + $1.rowCount })
      thrift.field(4, listOf: .structure, count: rowGroups.count)
      for rowGroup in rowGroups { rowGroup.write(to: &thrift) }
      if !keyValues.isEmpty {
        thrift.field(5, listOf: .structure, count: keyValues.count)
        for pair in keyValues {
          thrift.element(structure: { thrift in
            thrift.field(1, string: pair.key)
            thrift.field(2, string: pair.value)
          })
        }
      }
      thrift.field(6, string: createdBy)
      // TypeDefinedOrder for every column: without it, readers do not trust min_value and max_value.
      thrift.field(7, listOf: .structure, count: schema.count - 1)
      for _ in 1..<schema.count {
        thrift.element(structure: { $0.field(1) { _ in } })
      }
    })
  }

  /// Writes the end of a file: the footer, its length, and the magic number.
  func writeEnding(to thrift: inout ThriftCompactWriter) {
    let start = thrift.buffer.count
    write(to: &thrift)
    thrift.buffer.append(littleEndian: UInt32(clamping: thrift.buffer.count - start))
    thrift.buffer.append(magic.span)
  }
}
