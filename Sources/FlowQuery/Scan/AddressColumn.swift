import NetworkBytes
import Parquet

/// The addresses of a column in one row group; absent values are `::`.
struct AddressColumn {
  /// Address per entry; the one after the last is for nulls.
  private(set) var entries: [IPAddress]
  /// The entry index of each row; nil if all rows have the first.
  private(set) var indices: [UInt32]?
  /// The entry for nulls; nil if there are none.
  private(set) var absentEntry: Int?
  /// Whether it has the IPv6 addresses; otherwise they are `::`.
  private(set) var isWhole: Bool

  /// - Parameters:
  ///   - onlyIPv4: whether to leave out IPv6 addresses, whose texts take longer.
  ///   - needed: the rows whose addresses matter; nil for all. The entries of other rows are not parsed.
  init(_ column: StringColumn, onlyIPv4: Bool, needed: [UInt32]?) {
    // The only entry of a constant column is not worth it.
    if onlyIPv4, case .indices = column.rows { isWhole = false } else { isWhole = true }
    let octets = column.octets
    let bytes = octets.rawSpan
    let wanted = needed.flatMap { Self.entries(of: column, in: $0) } ?? []
    var addresses = [IPAddress](repeating: Self.unneeded, count: column.entryCount + 1)
    addresses[column.entryCount] = .unspecified
    var target = addresses.mutableSpan
    for entry in 0..<column.entryCount where wanted.isEmpty || wanted[entry] == 1 {
      let range = column.range(entry)
      if let v4 = IPAddress.dotted(bytes, range) {
        target[entry] = IPAddress(v4: v4)
      } else {
        let isLeftOut = !isWhole && !Self.canBeIPv4(bytes, range)
        target[entry] = isLeftOut ? .unspecified : Self.address(column, entry, bytes)
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

  /// Adds the IPv6 addresses that were left out.
  ///
  /// - Parameter column: what it was made from.
  mutating func completeIPv6(_ column: StringColumn) {
    if isWhole { return }
    isWhole = true
    let octets = column.octets
    let bytes = octets.rawSpan
    for entry in 0..<column.entryCount where entries[entry].isUnspecified {
      entries[entry] = Self.address(column, entry, bytes)
    }
  }

  /// In place of an entry that no needed row has. It is not `::`, which would be looked at again.
  private static let unneeded = IPAddress(v4: 0)

  /// 1 for each entry that one of the rows has, 0 for the others; nil if all rows have the same.
  private static func entries(of column: StringColumn, in rows: [UInt32]) -> [UInt8]? {
    guard case .indices(let indices) = column.rows else { return nil }
    var found = [UInt8](repeating: 0, count: column.entryCount + 1)
    var target = found.mutableSpan
    for row in rows { target[Int(indices[Int(row)])] = 1 }
    return found
  }

  /// Whether a text that is not dotted may still be an IPv4 address, as `::ffff:a.b.c.d`: its first group is 0.
  private static func canBeIPv4(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let first = range.isEmpty ? 0 : bytes.octet(range.lowerBound)
    return first == UInt8(ascii: ":") || first == UInt8(ascii: "0")
  }

  private static func address(_ column: StringColumn, _ entry: Int, _ bytes: RawSpan) -> IPAddress {
    IPAddress.colons(bytes, column.range(entry)) ?? IPAddress(column.text(entry)) ?? .unspecified
  }

  @inline(__always)
  subscript(row: Int) -> IPAddress { entries[indices.map { Int($0[row]) } ?? 0] }

  /// Clears the flags of rows whose address is not IPv4.
  ///
  /// - Parameter rows: the row of each flag; nil for all.
  func clearIPv6(in flags: inout [UInt8], of rows: [UInt32]?) {
    let isIPv4 = entries.map { $0.isV4 ? 1 : 0 as UInt8 }
    var target = flags.mutableSpan
    switch (indices, rows) {
    case (nil, _):
      if isIPv4[0] == 0 { for index in target.indices { target[index] = 0 } }
    case (let indices?, nil):
      for row in target.indices { target[row] &= isIPv4[Int(indices[row])] }
    case (let indices?, let rows?):
      for index in target.indices { target[index] &= isIPv4[Int(indices[Int(rows[index])])] }
    }
  }
}
