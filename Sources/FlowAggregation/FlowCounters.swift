import FlowModel
import NetworkBytes

/// Counters of one origin's records, or of all: every opened flow is live or was emitted once.
public struct FlowCounters: Sendable, Equatable, Decodable {
  /// Records that opened a flow.
  public var opened: UInt64 = 0
  /// Records merged into a live flow.
  public var merged: UInt64 = 0
  public var emittedIdle: UInt64 = 0
  public var emittedActive: UInt64 = 0
  public var emittedEndOfFlow: UInt64 = 0
  public var emittedForced: UInt64 = 0
  public var emittedNoRoom: UInt64 = 0
  /// Records passed through unchanged because aging is disabled; also counted in `opened`.
  public var emittedUnmerged: UInt64 = 0
  /// Octets and packets of records merged and of flows emitted, modulo 2^64.
  public var octetsIn: UInt64 = 0
  public var octetsOut: UInt64 = 0
  public var packetsIn: UInt64 = 0
  public var packetsOut: UInt64 = 0

  public init() {}

  /// Flows emitted.
  public var emitted: UInt64 {
    emittedIdle &+ emittedActive &+ emittedEndOfFlow &+ emittedForced &+ emittedNoRoom &+ emittedUnmerged
  }

  /// Flows in the cache: opened = live + emitted.
  public var live: UInt64 { opened &- emitted }

  /// A record has opened a flow.
  @inline(__always)
  mutating func countOpened(_ record: borrowing FlowRecord) {
    opened &+= 1
    countIn(record)
  }

  /// A record was added to a flow.
  @inline(__always)
  mutating func countMerged(_ record: borrowing FlowRecord) {
    merged &+= 1
    countIn(record)
  }

  /// Records have passed as they were.
  @inline(__always)
  mutating func countUnmerged(_ count: UInt64, octets: UInt64, packets: UInt64) {
    opened &+= count
    emittedUnmerged &+= count
    octetsIn &+= octets
    octetsOut &+= octets
    packetsIn &+= packets
    packetsOut &+= packets
  }

  @inline(__always)
  private mutating func countIn(_ record: borrowing FlowRecord) {
    octetsIn &+= record.octets
    packetsIn &+= record.packets
  }

  @inline(__always)
  private mutating func countOut(_ flow: borrowing FlowRecord) {
    octetsOut &+= flow.octets
    packetsOut &+= flow.packets
  }

  /// Counts a flow that leaves the cache.
  @inline(__always)
  mutating func countEmitted(_ flow: borrowing FlowRecord, _ reason: FlowEndReason) {
    countOut(flow)
    switch reason {
    case .idle: emittedIdle &+= 1
    case .active: emittedActive &+= 1
    case .endOfFlow: emittedEndOfFlow &+= 1
    case .forced: emittedForced &+= 1
    case .noRoom: emittedNoRoom &+= 1
    }
  }

  public static func += (a: inout Self, b: Self) {
    a.opened &+= b.opened
    a.merged &+= b.merged
    a.emittedIdle &+= b.emittedIdle
    a.emittedActive &+= b.emittedActive
    a.emittedEndOfFlow &+= b.emittedEndOfFlow
    a.emittedForced &+= b.emittedForced
    a.emittedNoRoom &+= b.emittedNoRoom
    a.emittedUnmerged &+= b.emittedUnmerged
    a.octetsIn &+= b.octetsIn
    a.octetsOut &+= b.octetsOut
    a.packetsIn &+= b.packetsIn
    a.packetsOut &+= b.packetsOut
  }
}

extension FlowCounters {
  /// Appends the form used in checkpoints.
  func append(to octets: inout OctetWriter) {
    for count in [
      opened, merged, emittedIdle, emittedActive, emittedEndOfFlow, emittedForced, emittedNoRoom, emittedUnmerged,
      octetsIn,
      octetsOut, packetsIn, packetsOut,
    ] { octets.append(count) }
  }

  /// Reads what `append` wrote.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    opened = try octets.word()
    merged = try octets.word()
    emittedIdle = try octets.word()
    emittedActive = try octets.word()
    emittedEndOfFlow = try octets.word()
    emittedForced = try octets.word()
    emittedNoRoom = try octets.word()
    emittedUnmerged = try octets.word()
    octetsIn = try octets.word()
    octetsOut = try octets.word()
    packetsIn = try octets.word()
    packetsOut = try octets.word()
  }
}
