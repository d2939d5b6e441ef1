/// Columns of a file in file order. Flat: columns are neither nested nor repeated.
public struct ParquetSchema: Equatable, Sendable {
  public let columns: [ParquetColumn]

  /// - Throws: `ParquetError.misuse` if there is no column, two have the same name, or an encoding does not suit its
  ///   type.
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

  /// Root and columns as stored in the footer.
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
