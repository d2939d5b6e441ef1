import FlowModel
import GeoDatabases
import Labels
import LookupTables
import NetworkBytes

/// Facts about an address.
struct HostFacts: Sendable {
  var label: UInt32 = 0
  var country: UInt32 = 0
  var system = SystemDatabase.System()
}

/// A direct-mapped cache of facts about recent addresses.
struct KnownHosts: Sendable {
  private struct Host: Sendable {
    var address: IPAddress
    var facts: HostFacts
  }

  private var hosts: [Host] = []
  /// Cache misses of the current chunk and their endpoint indexes. Only a leading part is in use.
  private var missing: [IPAddress] = []
  private var missingEnds: [Int] = []

  private static var countBits: UInt64 { 14 }

  /// Clears the cache for a new snapshot.
  mutating func forget(_ knowledge: Knowledge) {
    // `::` may have a label too, and initially fills all places.
    let unspecified = knowledge.hosts.facts(of: [.unspecified].span)[0]
    hosts = Array(repeating: Host(address: .unspecified, facts: unspecified), count: 1 << Self.countBits)
  }

  /// Finds the facts about both endpoints of some flows.
  ///
  /// - Parameter ends: receives the facts about source and destination of each flow in turn.
  mutating func find(_ records: Span<FlowRecord>, _ knowledge: Knowledge, _ ends: inout [HostFacts]) {
    let count = 2 * records.count
    if ends.count != count { ends = Array(repeating: HostFacts(), count: count) }
    if missing.count < count {
      missing = Array(repeating: .unspecified, count: count)
      missingEnds = Array(repeating: 0, count: count)
    }
    let missed = Self.recall(records, hosts, &ends, &missing, &missingEnds)
    if missed > 0 { look(missed, knowledge, &ends) }
  }

  /// Finds cached facts.
  ///
  /// - Returns: the number of misses.
  private static func recall(
    _ records: Span<FlowRecord>, _ hosts: [Host], _ ends: inout [HostFacts], _ missing: inout [IPAddress],
    _ missingEnds: inout [Int]
  ) -> Int {
    let hosts = hosts.span
    var ends = ends.mutableSpan
    var missing = missing.mutableSpan
    var missingEnds = missingEnds.mutableSpan
    var missed = 0
    for end in 0..<2 &* records.count {
      let address = end & 1 == 0 ? records[end >> 1].source : records[end >> 1].destination
      let host = hosts[place(of: address)]
      ends[end] = host.facts
      // Written unconditionally and overwritten by the next address on a hit, because the branch would be
      // unpredictable.
      missing[missed] = address
      missingEnds[missed] = end
      missed &+= (host.address.high ^ address.high) | (host.address.low ^ address.low) == 0 ? 0 : 1
    }
    return missed
  }

  /// Looks up the misses and caches them.
  private mutating func look(_ missed: Int, _ knowledge: Knowledge, _ ends: inout [HostFacts]) {
    let found = knowledge.hosts.facts(of: missing.span.extracting(0..<missed))
    for index in 0..<missed {
      ends[missingEnds[index]] = found[index]
      hosts[Self.place(of: missing[index])] = Host(address: missing[index], facts: found[index])
    }
  }

  @inline(__always)
  private static func place(of address: IPAddress) -> Int {
    let mixed = (address.high ^ address.low &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: mixed >> (64 - countBits))
  }
}
