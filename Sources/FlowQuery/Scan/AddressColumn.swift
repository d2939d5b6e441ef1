import NetworkBytes
import Parquet

/// The addresses of a column in one row group; absent values are `::`.
struct AddressColumn {
  /// Address per entry; the one after the last is for nulls.
  var entries: [IPAddress]
  /// The entry index of each row; nil if all rows have the first.
  var indices: [UInt32]?
  /// The entry for nulls; nil if there are none.
  var absentEntry: Int?

  init(_ column: StringColumn) {
    let octets = column.octets
    let bytes = octets.rawSpan
    var addresses = [IPAddress](repeating: .unspecified, count: column.entryCount + 1)
    var target = addresses.mutableSpan
    for entry in 0..<column.entryCount {
      if let v4 = IPAddress.dotted(bytes, column.range(entry)) {
        target[entry] = IPAddress(v4: v4)
      } else if let address = IPAddress.colons(bytes, column.range(entry)) ?? IPAddress(column.text(entry)) {
        target[entry] = address
      }
    }
    entries = addresses
    switch column.rows {
    case .constant(let entry):
      entries = [entry.map { addresses[$0] } ?? .unspecified]
      if entry == nil { absentEntry = 0 }
    case .indices(let rows):
      indices = rows
      absentEntry = column.entryCount
    }
  }

  @inline(__always)
  subscript(row: Int) -> IPAddress { entries[indices.map { Int($0[row]) } ?? 0] }
}
