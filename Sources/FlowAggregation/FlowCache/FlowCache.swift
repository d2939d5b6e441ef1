// Module FlowAggregation: merges records into flows, and ages them.

import FlowModel
import NetworkBytes

/// Merges flow records into flows and emits each when it expires.
///
/// The caller's loop: decode datagrams into a batch, `merge` it, `advance`, and pass on the emitted batch when it is
/// large enough. Has no clock: `now` is the pipeline's time in milliseconds, the same for every record of a batch.
///
/// The resulting rows do not depend on how often `advance` is called: a record whose flow has expired first emits the
/// old flow and then opens a new one. The exception is a large cache (`maximumFlows` of at least 128) that is full:
/// 1/64 of the flows, at most 1024, leave at once, and how many of them are evicted depends on how many had been emitted
/// before. Rows and their order never depend on the hash's secrets.
///
/// Memory per flow: 160 octets for the record, 16 for its age, 16 to 32 for its slots, about 5 in the wheel; about 150
/// more for rare fields. Reserved for `maximumFlows` at once, and touched when first used.
///
/// The key is fixed. To change it, drain the cache and create another.
public struct FlowCache: ~Copyable, Sendable {
  public let key: FlowKey
  /// As configured, with each number clamped to its range.
  public internal(set) var aging: AgingConfiguration
  /// Number of flows in the cache.
  public internal(set) var liveCount = 0
  /// Number of times that the hash's secrets were changed because a probe was too long, possibly by crafted flows.
  public internal(set) var reseedCount: UInt64 = 0

  let mask: FlowKeyMask
  var hash: FlowHash
  var timers: FlowTimers
  var endsConnections: Bool
  var clock = AgingClock()
  /// Aging time up to which expiry is complete.
  var expiredUntil: UInt64 = 0

  var table = SlotTable()
  /// The pool: a flow keeps its place; `ages` shows which places are in use.
  var flows: [LiveFlow] = []
  var ages: [FlowAge] = []
  var freePlaces: [UInt32] = []
  var wheel: AgingWheel
  var extensions = ExtensionPool(maximumTextOctets: FlowCache.maximumTextOctets)

  var originCounters: [FlowCounters] = []
  /// Number of records merged; orders flows by recency.
  var recordNumber: UInt64 = 0
  var evictionOrder = EvictionOrder()
  /// Earliest record for the next change of secrets.
  var nextReseed: UInt64 = 0
  /// Where `drain` continues.
  var drainPlace = 0
  /// Copied flows, and the first place not copied yet; `.max` if no copy is in progress.
  var captured = FlowBatch()
  var capturePlace = Int.max

  /// Maximum octets of text in `FlowExtension.extra` over all live flows.
  public static let maximumTextOctets = 64 << 20
  /// Number of origins with separate counters; higher numbers are counted under 0.
  public static let maximumOrigins = 1 << 20
  /// Number of records whose memory accesses overlap.
  static let groupSize = 64

  public init(key: FlowKey = .standard, aging: AgingConfiguration = AgingConfiguration()) {
    self.init(key: key, aging: aging, hash: FlowHash())
  }

  /// For tests, with known secrets for the hash.
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

  /// Changes timeouts and size. Timeouts take effect at once; flows in excess of a smaller `maximumFlows` (or all, if
  /// aging was disabled) are emitted by the next calls of `advance`.
  public mutating func reconfigure(_ aging: AgingConfiguration) {
    self.aging = aging.clamped
    timers = FlowTimers(self.aging)
    endsConnections = aging.endOfFlow && key.isConnection
    reservePool()
    rebuildWheel()
  }

  /// The wheel must hold a place at or before its flow's second, so shorter timeouts need a new one.
  private mutating func rebuildWheel() {
    wheel = AgingWheel(timeout: timers.shortest, from: wheel.second)
    for place in ages.indices {
      ages[place].leaveWheel()
      if ages[place].isLive { enterWheel(place) }
    }
  }

  /// Reserves memory for all flows, so that the pool never moves; very large caches grow by doubling.
  private mutating func reservePool() {
    let capacity = min(aging.maximumFlows, 1 << 22)
    // Two megabytes of each are left in small pages, so that a cache of few flows takes no more memory than they need.
    flows.reserveLargePages(capacity, behind: 1 << 14)
    ages.reserveLargePages(capacity, behind: 1 << 17)
  }
}

/// A flow in the pool. The tag is in the record's tail padding, so this is no larger than the record: 160 octets.
struct LiveFlow {
  var record: FlowRecord
  /// Hash of its key.
  var tag: UInt32
}

extension FlowCache {
  /// Returns the counters of an origin, by the number in `FlowRecord.origin`.
  public func counters(ofOrigin origin: UInt32) -> FlowCounters {
    Int(origin) < originCounters.count ? originCounters[Int(origin)] : FlowCounters()
  }

  /// Counters of all origins.
  public var totals: FlowCounters {
    var totals = FlowCounters()
    for counters in originCounters { totals += counters }
    return totals
  }

  /// Texts in rare fields that were omitted because of `maximumTextOctets`.
  public var droppedTexts: UInt64 { extensions.droppedTexts }

  /// Whether opened = live + emitted.
  public var isBalanced: Bool { totals.live == UInt64(liveCount) }

  /// Returns the index of an origin's counters.
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
