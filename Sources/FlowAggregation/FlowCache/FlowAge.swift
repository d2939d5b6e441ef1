/// The aging state of a flow, separate from its record, because expiry and eviction read many of these and little else.
///
/// Times are aging time in milliseconds modulo 2^32; only differences are meaningful.
struct FlowAge: BitwiseCopyable {
  /// Arrival of the flow's first record.
  var first: UInt32
  /// Arrival of its last record.
  var last: UInt32
  /// Sequence number of its last record, times four, with the two flags below; orders flows by recency.
  private var stamp: UInt64

  private static let liveFlag: UInt64 = 1
  private static let wheelFlag: UInt64 = 2

  /// A free place that is not in the wheel.
  static let none = FlowAge(first: 0, last: 0, stamp: 0)

  /// Whether the place holds a flow.
  var isLive: Bool { stamp & Self.liveFlag != 0 }
  /// Whether the place is in the wheel; it may remain there for the next flow after its flow leaves.
  var isInWheel: Bool { stamp & Self.wheelFlag != 0 }
  /// Greater for a flow seen later.
  var recency: UInt64 { stamp &>> 2 }

  @inline(__always)
  mutating func open(at now: UInt32, record: UInt64) {
    first = now
    see(at: now, record: record)
    stamp |= Self.liveFlag
  }

  @inline(__always)
  mutating func see(at now: UInt32, record: UInt64) {
    last = now
    stamp = stamp & 3 | record &<< 2
  }

  /// The same for a cache whose wheel does not contain the flow yet.
  var outOfWheel: FlowAge {
    var age = self
    age.leaveWheel()
    return age
  }

  mutating func close() { stamp &= ~Self.liveFlag }
  @inline(__always) mutating func enterWheel() { stamp |= Self.wheelFlag }
  @inline(__always) mutating func leaveWheel() { stamp &= ~Self.wheelFlag }
}

/// The two timeouts in milliseconds.
struct FlowTimers {
  /// A flow expires once its age reaches this.
  let active: UInt32
  /// A flow expires once its silence reaches this: one millisecond more than the timeout.
  let idle: UInt32

  init(_ aging: AgingConfiguration) {
    active = UInt32(clamping: aging.activeTimeout * 1000)
    idle = UInt32(clamping: aging.inactiveTimeout * 1000 + 1)
  }

  /// The minimum lifetime of a new flow.
  var shortest: UInt32 { min(active, idle) }

  @inline(__always)
  func isOver(_ age: FlowAge, at now: UInt32) -> Bool {
    now &- age.last >= idle || now &- age.first >= active
  }

  /// Returns which timeout of an expired flow passed first; idle if both did at once.
  func reason(_ age: FlowAge, at now: UInt32) -> FlowEndReason {
    let idleFor = Int64(now &- age.last) - Int64(idle)
    let activeFor = Int64(now &- age.first) - Int64(active)
    return activeFor > idleFor ? .active : .idle
  }

  /// Returns the milliseconds until a live flow expires.
  @inline(__always)
  func remaining(_ age: FlowAge, at now: UInt32) -> UInt32 {
    min(idle &- (now &- age.last), active &- (now &- age.first))
  }
}
