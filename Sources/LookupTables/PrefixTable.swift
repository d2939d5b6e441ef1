// LookupTables: finds a small number for an address by its longest prefix, or for a number. Tables never change once they are made.
//
//     PrefixTable.swift     addresses of both families, by longest prefix
//     JoinedTable.swift     what three of these have, by one search
//     AddressTable.swift    the search for many addresses below both
//     WideTable.swift       addresses of IPv6, in two halves
//     IntervalTable.swift   the search for one key
//     Directory.swift       its first part: from a key to few intervals
//     NumberTable.swift     numbers

public import NetworkBytes

/// Values of addresses: that of the longest prefix that holds an address, of IPv4 or IPv6.
///
/// Prefixes become intervals that do not overlap, so that a search looks for one key instead of one for each length.
public struct PrefixTable: Sendable {
  let table: AddressTable<UInt32>

  init(_ table: AddressTable<UInt32>) { self.table = table }

  /// A table without prefixes.
  public init() { self = PrefixTableBuilder().table() }

  /// The value of the longest prefix that holds an address; 0 if none does.
  public subscript(address: IPAddress) -> UInt32 { table[address] }

  /// The same for many addresses, in less time than one after the other.
  public func values(of addresses: Span<IPAddress>) -> [UInt32] { table.values(of: addresses) }

  /// Octets of memory.
  public var memory: Int { table.memory }
  /// Intervals that the prefixes became.
  package var intervals: Int { table.v4.count + table.v6.count }
}

extension UInt32: GroupableValue {
  static var groupBit: UInt32 { 1 << 31 }
  static var none: UInt32 { 0 }
  init(group: UInt32) { self = Self.groupBit | group }
  @inline(__always)
  var group: UInt32? { self & Self.groupBit == 0 ? nil : self & ~Self.groupBit }
}
