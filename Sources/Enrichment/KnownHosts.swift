import FlowModel
import GeoDatabases
import Labels
import LookupTables
import NetworkBytes

/// What is known of an address.
struct HostFacts: Sendable {
  var label: UInt32 = 0
  var country: UInt32 = 0
  var system = SystemDatabase.System()
}

/// What is known of the addresses that were met last, each where its hash leads to; others are looked up.
struct KnownHosts: Sendable {
  private struct Host: Sendable {
    var address: IPAddress
    var facts: HostFacts
  }

  private var hosts: [Host] = []
  /// Of the present chunk: addresses that are not remembered, and which of its ends they are.
  private var missing: [IPAddress] = []
  private var missingEnds: [Int] = []

  private static var countBits: UInt64 { 14 }

  /// Begins anew, with other knowledge.
  mutating func forget(_ knowledge: Knowledge) {
    // `::` may have a label too, and is in all places.
    missing = [.unspecified]
    missingEnds = [0]
    var unspecified = [HostFacts()]
    look(knowledge, &unspecified)
    hosts = Array(repeating: Host(address: .unspecified, facts: unspecified[0]), count: 1 << Self.countBits)
  }

  /// Finds what is known of both ends of some flows.
  ///
  /// - Parameter ends: takes of each flow what is known of its source, then of its destination.
  mutating func find(
    _ records: [FlowRecord], _ range: Range<Int>, _ knowledge: Knowledge, _ ends: inout [HostFacts]
  ) {
    ends.removeAll(keepingCapacity: true)
    missing.removeAll(keepingCapacity: true)
    missingEnds.removeAll(keepingCapacity: true)
    for index in range {
      remember(records[index].source, &ends)
      remember(records[index].destination, &ends)
    }
    if missing.isEmpty { return }
    look(knowledge, &ends)
    for (address, end) in zip(missing, missingEnds) {
      hosts[Self.place(of: address)] = Host(address: address, facts: ends[end])
    }
  }

  @inline(__always)
  private mutating func remember(_ address: IPAddress, _ ends: inout [HostFacts]) {
    let host = hosts[Self.place(of: address)]
    if host.address != address {
      missing.append(address)
      missingEnds.append(ends.count)
    }
    ends.append(host.facts)
  }

  /// Looks up what is missing.
  private func look(_ knowledge: Knowledge, _ ends: inout [HostFacts]) {
    for end in missingEnds { ends[end] = HostFacts() }
    if let labels = knowledge.prefixes {
      for (end, label) in zip(missingEnds, labels.table.values(of: missing)) { ends[end].label = label }
    }
    if let countries = knowledge.countryDatabase {
      for (end, country) in zip(missingEnds, countries.countries(of: missing)) { ends[end].country = country }
    }
    if let systems = knowledge.systemDatabase {
      for (end, system) in zip(missingEnds, systems.systems(of: missing)) { ends[end].system = system }
    }
  }

  @inline(__always)
  private static func place(of address: IPAddress) -> Int {
    let mixed = (address.high ^ address.low &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: mixed >> (64 - countBits))
  }
}
