/// The columns of a file, in file order. Flat: no column is inside another, none repeats.
public struct ParquetSchema: Equatable, Sendable {
  public let columns: [ParquetColumn]

  /// - Throws: `ParquetError.misuse` if there is no column, two have one name, or a preference does not fit its type.
  public init(_ columns: [ParquetColumn]) throws(ParquetError) {
    if columns.isEmpty { throw .misuse(.noColumns) }
    var names: Set<String> = []
    for column in columns {
      if !names.insert(column.name).inserted { throw .misuse(.duplicateColumn(column.name)) }
      if column.encoding == .delta && column.type.physicalType != .int64 {
        throw .misuse(.encoding(column: column.name))
      }
    }
    self.columns = columns
  }

  /// The root and its columns, as the footer has them.
  package var elements: [SchemaElement] {
    let root = SchemaElement(name: "schema", childCount: Int32(clamping: columns.count))
    return [root]
      + columns.map { column in
        SchemaElement(
          name: column.name,
          physicalType: column.type.physicalType,
          repetition: column.isOptional ? .optional : .required,
          convertedType: column.type.convertedType,
          logicalType: column.type.logicalType)
      }
  }
}
