import NetworkBytes
import Parquet

/// The addresses of a column in one row group; `::` where there is none.
struct AddressColumn {
  var entries: [IPAddress]
  /// An entry's number for each row; nil: the first in all rows.
  var indices: [UInt32]?

  init(_ column: StringColumn) {
    entries = []
    entries.reserveCapacity(column.entryCount + 1)
    let octets = column.octets
    let span = octets.span
    for entry in 0..<column.entryCount {
      let range = column.range(entry)
      if let address = Self.dotted(span, range) {
        entries.append(IPAddress(v4: address))
      } else {
        entries.append(IPAddress(column.text(entry)) ?? .unspecified)
      }
    }
    switch column.rows {
    case .constant(let entry): entries = [entry.map { entries[$0] } ?? .unspecified]
    case .indices(let rows):
      indices = rows
      // Nulls have the number behind the last entry.
      entries.append(.unspecified)
    }
  }

  @inline(__always)
  subscript(row: Int) -> IPAddress { entries[indices.map { Int($0[row]) } ?? 0] }

  /// Dotted decimal; nil for anything else.
  @inline(__always)
  private static func dotted(_ octets: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    if range.count > 15 || range.count < 7 { return nil }
    let text = octets.extracting(range)
    var address: UInt32 = 0
    var part: UInt32 = 0
    var digits = 0
    var dots = 0
    for position in 0..<text.count {
      let digit = text[position] &- UInt8(ascii: "0")
      if digit <= 9 {
        part = part &* 10 &+ UInt32(digit)
        digits &+= 1
      } else {
        if text[position] != UInt8(ascii: ".") || digits == 0 || digits > 3 || part > 255 { return nil }
        address = address &<< 8 | part
        dots &+= 1
        (part, digits) = (0, 0)
      }
    }
    return dots == 3 && digits > 0 && digits <= 3 && part <= 255 ? address << 8 | part : nil
  }
}
