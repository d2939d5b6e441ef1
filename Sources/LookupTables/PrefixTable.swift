// LookupTables: maps an address to a small number by longest prefix, or a number to a number. Tables are immutable.
//
//     PrefixTable.swift     addresses of both families, by longest prefix
//     JoinedTable.swift     three prefix tables in one search
//     AddressTable.swift    the search for many addresses, used by both
//     WideTable.swift       IPv6 addresses, in two halves
//     IntervalTable.swift   the search for one key
//     Directory.swift       its first step: from a key to a few intervals
//     NumberTable.swift     numbers

public import NetworkBytes

/// Maps IPv4 and IPv6 addresses to the value of their longest prefix.
///
/// Prefixes are flattened into disjoint intervals, so that a lookup searches for one key instead of one per prefix
/// length.
public struct PrefixTable: Sendable {
  let table: AddressTable<UInt32>

  init(_ table: AddressTable<UInt32>) { self.table = table }

  /// Creates an empty table.
  public init() { self = PrefixTableBuilder().table() }

  /// Returns the value of the longest prefix that contains an address; 0 if none does.
  public subscript(address: IPAddress) -> UInt32 { table[address] }

  /// Returns the values of many addresses, faster than one by one.
  public func values(of addresses: Span<IPAddress>) -> [UInt32] { table.values(of: addresses) }

  /// Octets of memory.
  public var memory: Int { table.memory }
  /// Number of intervals.
  package var intervals: Int { table.v4.count + table.v6.count }
}

extension UInt32: GroupableValue {
  static var groupBit: UInt32 { 1 << 31 }
  static var none: UInt32 { 0 }
  init(group: UInt32) { self = Self.groupBit | group }
  @inline(__always)
  var group: UInt32? { self & Self.groupBit == 0 ? nil : self & ~Self.groupBit }
}
