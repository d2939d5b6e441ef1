/// Column by which the rows of a row group are sorted (`SortingColumn`).
public struct SortingColumn: Equatable, Sendable {
  /// Zero-based index in schema order.
  public var column: Int
  public var isDescending: Bool
  public var nullsFirst: Bool

  public init(column: Int, isDescending: Bool = false, nullsFirst: Bool = false) {
    self.column = column
    self.isDescending = isDescending
    self.nullsFirst = nullsFirst
  }
}

/// Row group in the footer (`RowGroup`).
package struct RowGroupMetadata: Equatable, Sendable {
  package var columns: [ColumnMetadata]
  package var rowCount: Int64
  package var sortingColumns: [SortingColumn]
  /// Zero-based; the format has 16 bits for it.
  package var ordinal: Int16?

  package func write(to thrift: inout ThriftCompactWriter) {
    thrift.element(structure: { thrift in
      thrift.field(1, listOf: .structure, count: columns.count)
      for column in columns { column.write(to: &thrift) }
      thrift.field(2, int64: columns.reduce(0) { $0 + $1.totalUncompressedSize })
      thrift.field(3, int64: rowCount)
      if !sortingColumns.isEmpty {
        thrift.field(4, listOf: .structure, count: sortingColumns.count)
        for sorting in sortingColumns { sorting.write(to: &thrift) }
      }
      if let first = columns.first { thrift.field(5, int64: first.fileOffset) }
      thrift.field(6, int64: columns.reduce(0) { $0 + $1.totalCompressedSize })
      if let ordinal { thrift.field(7, int16: ordinal) }
    })
  }
}

extension SortingColumn {
  fileprivate func write(to thrift: inout ThriftCompactWriter) {
    thrift.element(structure: { thrift in
      thrift.field(1, int32: Int32(column))
      thrift.field(2, bool: isDescending)
      thrift.field(3, bool: nullsFirst)
    })
  }
}
