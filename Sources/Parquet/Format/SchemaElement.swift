/// Node of the schema (`SchemaElement`): the root or one of its columns.
package struct SchemaElement: Equatable, Sendable {
  package var name: String
  /// Nil for the root.
  package var physicalType: PhysicalType?
  package var repetition: Repetition?
  /// Number of columns of the root.
  package var childCount: Int32?
  package var convertedType: ConvertedType?
  package var logicalType: LogicalType?

  package init(
    name: String, physicalType: PhysicalType? = nil, repetition: Repetition? = nil, childCount: Int32? = nil,
    convertedType: ConvertedType? = nil, logicalType: LogicalType? = nil
  ) {
    self.name = name
    self.physicalType = physicalType
    self.repetition = repetition
    self.childCount = childCount
    self.convertedType = convertedType
    self.logicalType = logicalType
  }

  package func write(to thrift: inout ThriftCompactWriter) {
    thrift.element(structure: { thrift in
      if let physicalType { thrift.field(1, int32: physicalType.rawValue) }
      if let repetition { thrift.field(3, int32: repetition.rawValue) }
      thrift.field(4, string: name)
      if let childCount { thrift.field(5, int32: childCount) }
      if let convertedType { thrift.field(6, int32: convertedType.rawValue) }
      if let logicalType { thrift.field(10) { logicalType.write(to: &$0) } }
    })
  }
}

extension LogicalType {
  /// Writes the single field of the union.
  fileprivate func write(to thrift: inout ThriftCompactWriter) {
    switch self {
    case .string:
      thrift.field(1) { _ in }
    case .timestampMillisUTC:
      thrift.field(8) { thrift in
        thrift.field(1, bool: true)  // isAdjustedToUTC
        thrift.field(2) { $0.field(1) { _ in } }  // TimeUnit.MILLIS
      }
    case .integer(let bitWidth, let isSigned):
      thrift.field(10) { thrift in
        thrift.field(1, byte: bitWidth)
        thrift.field(2, bool: isSigned)
      }
    }
  }
}
