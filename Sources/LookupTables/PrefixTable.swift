// LookupTables: finds a small number for an address by its longest prefix, or for a number. Tables never change once they are made.
//
//     PrefixTable.swift     addresses of both families, by longest prefix
//     WideTable.swift       addresses of IPv6, in two halves
//     IntervalTable.swift   the search below both
//     Directory.swift       its first part: from a key to few intervals
//     NumberTable.swift     numbers

public import NetworkBytes

/// Values of addresses: that of the longest prefix that holds an address, of IPv4 or IPv6.
///
/// Prefixes become intervals that do not overlap, so that a search looks for one key instead of one for each length.
public struct PrefixTable: Sendable {
  private let v4: IntervalTable<UInt32>
  private let v6: WideTable

  init(v4: IntervalTable<UInt32>, v6: WideTable) {
    self.v4 = v4
    self.v6 = v6
  }

  /// A table without prefixes.
  public init() { self = PrefixTableBuilder().table() }

  /// The value of the longest prefix that holds an address; 0 if none does.
  public subscript(address: IPAddress) -> UInt32 {
    address.isV4 ? v4[address.v4] : v6[address.high, address.low]
  }

  /// The same for many addresses, in less time than one after the other.
  public func values(of addresses: [IPAddress]) -> [UInt32] {
    var values = [UInt32](repeating: 0, count: addresses.count)
    var (places4, keys4): ([Int], [UInt32]) = ([], [])
    var (places6, keys6): ([Int], [(high: UInt64, low: UInt64)]) = ([], [])
    for (place, address) in addresses.enumerated() {
      if address.isV4 {
        places4.append(place)
        keys4.append(address.v4)
      } else {
        places6.append(place)
        keys6.append((address.high, address.low))
      }
    }
    for (place, value) in zip(places4, v4.values(of: keys4)) { values[place] = value }
    for (place, value) in zip(places6, v6.values(of: keys6)) { values[place] = value }
    return values
  }

  /// Octets of memory.
  public var memory: Int { v4.memory + v6.memory }
  /// Intervals that the prefixes became.
  package var intervals: Int { v4.count + v6.count }
}
