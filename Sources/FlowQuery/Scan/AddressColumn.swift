import NetworkBytes
import Parquet

/// The addresses of a column in one row group; `::` where there is none.
struct AddressColumn {
  /// Of each entry; that behind the last one is of nulls.
  var entries: [IPAddress]
  /// An entry's number for each row; nil: the first in all rows.
  var indices: [UInt32]?
  /// The entry of nulls; nil if none can be.
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
