extension ColumnChunk {
  /// Encodes one integer for all rows.
  ///
  /// - Throws: `ParquetMisuse.value` if the value is out of range for the type of the column.
  mutating func encode(repeating value: Int64) throws(ParquetError) {
    let size = column.type.physicalType == .int32 ? 4 : 8
    let fits =
      if let greatest = column.type.unsignedMaximum {
        value >= 0 && UInt64(value) <= greatest
      } else {
        size == 8 || Int32(exactly: value) != nil
      }
    if !fits { throw .misuse(.value(column: column.name)) }
    let octets = (0..<size).map { UInt8(truncatingIfNeeded: value >> Int64($0 * 8)) }
    encode(repeating: octets.span, prefixed: false)
  }

  /// Encodes one byte array for all rows.
  mutating func encode(repeating octets: Span<UInt8>) {
    encode(repeating: octets, prefixed: true)
  }

  private mutating func encode(repeating octets: Span<UInt8>, prefixed: Bool) {
    if rowCount > 0 {
      if prefixed { dictionary.append(littleEndian: UInt32(clamping: octets.count)) }
      dictionary.append(octets)
      dictionaryCount = 1
      setBounds(octets)
    }
    encodeUniform()
  }
}
