import FlowModel
import NetworkBytes

/// Applies a flow key in the cache: masks, hashes and compares a record's key words.
///
/// The first eight words are masked in the record itself, so that records of one flow agree in them and need no mask
/// for hashing and comparing. Later words are compared under a mask; for the default key that is only the route word,
/// with VRF, layer 2 segment and forwarding status.
struct FlowKeyMask: Sendable {
  /// Whether all fields of the first eight words count as a whole, so that little needs to be masked.
  let keepsAll: Bool
  /// Whether later words other than the route word take part.
  let isWide: Bool
  private let source: AddressMask
  private let destination: AddressMask
  private let interfaces: UInt64
  private let transport: UInt64
  private let traits: UInt64
  /// The part of the next hop that stays in the record; all of it if it is not in the key.
  private let nextHopKept: AddressMask
  private let nextHop: UInt64
  private let autonomousSystems: UInt64
  private let route: UInt64
  /// TCP flags and masks: next to the MAC addresses, which are never in a key.
  private let flags: UInt64
  private let masks: UInt64

  init(_ key: FlowKey) {
    source = AddressMask(key.prefix(of: .source))
    destination = AddressMask(key.prefix(of: .destination))
    // Every mask is a word of the record in which exactly the bits of the key's columns are set.
    let ones = FlowRecord(bitsOf: key.columns)
    interfaces = ones.interfaceWord
    transport = ones.transportWord
    traits = ones.traitsWord
    autonomousSystems = ones.autonomousSystemWord
    route = ones.routeWord
    nextHop = key.prefix(of: .nextHop) == nil ? 0 : .max
    nextHopKept = AddressMask(key.prefix(of: .nextHop) ?? .whole)
    flags = ones.sourceMACWord
    masks = ones.destinationMACWord
    isWide = autonomousSystems | flags | masks | nextHop != 0
    let standard = FlowRecord(bitsOf: FlowKey.standard.columns)
    keepsAll =
      key.prefix(of: .source) == .whole && key.prefix(of: .destination) == .whole && key.prefixes.isEmpty
      && standard.interfaceWord & ~interfaces | standard.transportWord & ~transport | standard.traitsWord & ~traits == 0
  }

  /// Clears everything that is not in the key.
  @inline(__always)
  func clear(_ record: inout FlowRecord) {
    // Always: the exporter's end reason is in this word and never in a key.
    record.traitsWord &= traits
    if keepsAll { return }
    source.apply(&record.source)
    destination.apply(&record.destination)
    record.interfaceWord &= interfaces
    record.transportWord &= transport
    nextHopKept.apply(&record.nextHop)
  }

  /// Returns whether two masked records belong to the same flow.
  @inline(__always)
  func matches(_ a: borrowing FlowRecord, _ b: borrowing FlowRecord) -> Bool {
    // Without branches: nearly always all are equal, because 32 bits of the hash were.
    let addresses =
      (a.source.high ^ b.source.high) | (a.source.low ^ b.source.low)
      | (a.destination.high ^ b.destination.high) | (a.destination.low ^ b.destination.low)
    let rest =
      (a.originWord ^ b.originWord) | (a.interfaceWord ^ b.interfaceWord)
      | (a.transportWord ^ b.transportWord) | (a.traitsWord ^ b.traitsWord)
    guard addresses | rest | (a.routeWord ^ b.routeWord) & route == 0 else { return false }
    return isWide ? matchesWide(a, b) : true
  }

  private func matchesWide(_ a: borrowing FlowRecord, _ b: borrowing FlowRecord) -> Bool {
    (a.autonomousSystemWord ^ b.autonomousSystemWord) & autonomousSystems
      | ((a.nextHop.high ^ b.nextHop.high) | (a.nextHop.low ^ b.nextHop.low)) & nextHop
      | (a.sourceMACWord ^ b.sourceMACWord) & flags | (a.destinationMACWord ^ b.destinationMACWord) & masks == 0
  }

  /// Returns the hash of a masked record's key.
  @inline(__always)
  func tag(_ record: borrowing FlowRecord, _ hash: borrowing FlowHash) -> UInt32 {
    var state = hash.start(record) ^ hash.number(record.routeWord & route)
    if isWide {
      state = hash.extend(
        state, record.autonomousSystemWord & autonomousSystems,
        record.sourceMACWord & flags | (record.destinationMACWord & masks) &>> 16, record.nextHop.high & nextHop,
        record.nextHop.low & nextHop)
    }
    return hash.finish(state)
  }
}

/// The part of an address that counts: nothing, or a prefix for its family.
private struct AddressMask: Sendable {
  let v4: IPAddress
  let v6: IPAddress

  @inline(__always)
  func apply(_ address: inout IPAddress) {
    let mask = address.isV4 ? v4 : v6
    address.high &= mask.high
    address.low &= mask.low
  }
}

extension AddressMask {
  /// - Parameter lengths: nil if nothing counts.
  init(_ lengths: PrefixLengths?) {
    self.init(v4: lengths?.v4Mask ?? .unspecified, v6: lengths?.v6Mask ?? .unspecified)
  }
}

extension FlowRecord {
  /// Creates a record with exactly the bits of some key columns set; addresses and origins are excluded.
  fileprivate init(bitsOf columns: Set<FlowColumn>) {
    self.init()
    let names = Set(columns.map(\.name))
    for column in columns.union(FlowColumn.allCases) {
      switch column.keyRole {
      case .none, .address, .origin: break
      case .bits(_, let fill): if columns.contains(column) { fill(&self) }
      case .with(let name, let fill): if names.contains(name) { fill(&self) }
      }
    }
  }
}
