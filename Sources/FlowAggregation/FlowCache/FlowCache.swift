// Module FlowAggregation: what a flow is, and when it is over.

import FlowModel
import NetworkBytes

/// Merges flow records into flows and lets each go when a timer of it runs out.
///
/// The caller's loop: decode datagrams into a batch, `merge` it, `advance`, and hand the emitted batch on when it is long
/// enough. Nothing here reads a clock: `now` is the pipeline's, in milliseconds, the same for every record of a batch.
///
/// Which rows come out does not depend on how often `advance` is called: a record that finds its flow already over a timer
/// emits the old flow first and opens a new one. The exception is a cache that is full and large (`maximumFlows` of 128
/// and more): there 1/64 of the flows leave at once, and how many of them are evicted depends on how many had been emitted
/// before. Rows and their order never depend on the hash's secrets.
///
/// Memory: 160 octets a flow for the record, 16 for its age, 16 to 32 for its slots, about 5 in the wheel; beside these
/// about 150 for each flow that has rare fields. It is reserved for `maximumFlows` at once and first touched when used.
///
/// The key is fixed for the cache's life. To change it, drain the cache and make another.
public struct FlowCache: ~Copyable, Sendable {
  public let key: FlowKey
  /// As configured, each number within its range.
  public internal(set) var aging: AgingConfiguration
  /// Flows in the cache.
  public internal(set) var liveCount = 0
  /// Times that the hash's secrets were changed because a probe became too long: someone may be choosing flows.
  public internal(set) var reseedCount: UInt64 = 0

  let mask: FlowKeyMask
  var hash: FlowHash
  var timers: FlowTimers
  var endsConnections: Bool
  var clock = AgingClock()
  /// Aging time until which expiry is done.
  var expiredUntil: UInt64 = 0

  var table = SlotTable()
  /// The pool: a flow keeps its place, and `ages` tells which places hold one.
  var flows: [LiveFlow] = []
  var ages: [FlowAge] = []
  var freePlaces: [UInt32] = []
  var wheel: AgingWheel
  var extensions = ExtensionPool(maximumTextOctets: FlowCache.maximumTextOctets)

  var originCounters: [FlowCounters] = []
  /// Records merged so far; orders flows by when they were last seen.
  var recordNumber: UInt64 = 0
  /// No live flow's last record has a lower number.
  var oldestRecency: UInt64 = 0
  /// No change of secrets before this many records.
  var nextReseed: UInt64 = 0
  /// Where `drain` goes on.
  var drainPlace = 0
  /// Flows that were copied, and the first place whose flow was not; none if no copy is made.
  var captured = FlowBatch()
  var capturePlace = Int.max

  /// Octets of text in `FlowExtension.extra` that live flows hold at most, all together.
  public static let maximumTextOctets = 64 << 20
  /// Origins counted apart; those with higher numbers are counted under 0.
  public static let maximumOrigins = 1 << 20
  /// Records whose memory accesses are made to overlap.
  static let groupSize = 64

  public init(key: FlowKey = .standard, aging: AgingConfiguration = AgingConfiguration()) {
    self.init(key: key, aging: aging, hash: FlowHash())
  }

  /// For tests: with known secrets for the hash.
  package init(key: FlowKey, aging: AgingConfiguration, secrets: InlineArray<14, UInt64>) {
    self.init(key: key, aging: aging, hash: FlowHash(secrets: secrets))
  }

  private init(key: FlowKey, aging: AgingConfiguration, hash: FlowHash) {
    self.key = key
    self.hash = hash
    self.aging = aging.clamped
    mask = FlowKeyMask(key)
    timers = FlowTimers(self.aging)
    endsConnections = aging.endOfFlow && key.isConnection
    wheel = AgingWheel(timeout: timers.shortest, from: 0)
    reservePool()
  }

  /// Changes timers and size while running. Timers hold at once; flows beyond a smaller `maximumFlows` (or all, if aging
  /// was switched off) leave with the next calls of `advance`.
  public mutating func reconfigure(_ aging: AgingConfiguration) {
    self.aging = aging.clamped
    timers = FlowTimers(self.aging)
    endsConnections = aging.endOfFlow && key.isConnection
    reservePool()
    rebuildWheel()
  }

  /// The wheel keeps a place at or before its flow's second, so shorter timers need a new one.
  private mutating func rebuildWheel() {
    wheel = AgingWheel(timeout: timers.shortest, from: wheel.second)
    for place in ages.indices {
      ages[place].leaveWheel()
      if ages[place].isLive { enterWheel(place) }
    }
  }

  /// Memory for all flows, so that the pool never moves; for very large caches it grows by doubling.
  private mutating func reservePool() {
    let capacity = min(aging.maximumFlows, 1 << 22)
    // Two megabytes of each are left in small pages, so that a cache of few flows takes no more memory than they need.
    flows.reserveLargePages(capacity, behind: 1 << 14)
    ages.reserveLargePages(capacity, behind: 1 << 17)
  }
}

/// A flow in the pool. The tag lies in the record's tail, so that this is no larger than the record: 160 octets.
struct LiveFlow {
  var record: FlowRecord
  /// The hash of its key.
  var tag: UInt32
}

extension FlowCache {
  /// Counters of one origin, by the number in `FlowRecord.origin`.
  public func counters(ofOrigin origin: UInt32) -> FlowCounters {
    Int(origin) < originCounters.count ? originCounters[Int(origin)] : FlowCounters()
  }

  /// Counters of all origins together.
  public var totals: FlowCounters {
    var totals = FlowCounters()
    for counters in originCounters { totals += counters }
    return totals
  }

  /// Texts in rare fields that were left out because live flows held `maximumTextOctets`.
  public var droppedTexts: UInt64 { extensions.droppedTexts }

  /// Whether opened = live + emitted.
  public var isBalanced: Bool { totals.live == UInt64(liveCount) }

  /// The place of a record's counters.
  @inline(__always)
  mutating func counterIndex(_ origin: UInt32) -> Int {
    let index = Int(origin)
    if index < originCounters.count { return index }
    return makeCounters(index)
  }

  private mutating func makeCounters(_ index: Int) -> Int {
    let index = index < Self.maximumOrigins ? index : 0
    while originCounters.count <= index { originCounters.append(FlowCounters()) }
    return index
  }
}
