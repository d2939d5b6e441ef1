/// What aging needs to know of a flow, kept apart from the record: expiry and eviction read much of it and little else.
///
/// Times are aging time in milliseconds modulo 2^32; only ages, differences to now, have a meaning.
struct FlowAge: BitwiseCopyable {
  /// When the flow's first record came.
  var first: UInt32
  /// When its last record came.
  var last: UInt32
  /// The number of its last record among all, four times, with the two flags below: orders flows by when they were seen.
  private var stamp: UInt64

  private static let liveFlag: UInt64 = 1
  private static let wheelFlag: UInt64 = 2

  /// Of a free place that is not in the wheel.
  static let none = FlowAge(first: 0, last: 0, stamp: 0)

  /// Whether the place holds a flow.
  var isLive: Bool { stamp & Self.liveFlag != 0 }
  /// Whether the place is in the wheel; a place may stay there after its flow has gone, for the next one.
  var isInWheel: Bool { stamp & Self.wheelFlag != 0 }
  /// Greater for a flow that was seen later.
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

  /// As in a cache whose wheel the flow is not in yet.
  var outOfWheel: FlowAge {
    var age = self
    age.leaveWheel()
    return age
  }

  mutating func close() { stamp &= ~Self.liveFlag }
  @inline(__always) mutating func enterWheel() { stamp |= Self.wheelFlag }
  @inline(__always) mutating func leaveWheel() { stamp &= ~Self.wheelFlag }
}

/// The two timers in milliseconds.
struct FlowTimers {
  /// A flow is over once its age is at least this.
  let active: UInt32
  /// A flow is over once its silence is at least this: one millisecond more than the timeout.
  let idle: UInt32

  init(_ aging: AgingConfiguration) {
    active = UInt32(clamping: aging.activeTimeout * 1000)
    idle = UInt32(clamping: aging.inactiveTimeout * 1000 + 1)
  }

  /// The time that any flow opened now surely has.
  var shortest: UInt32 { min(active, idle) }

  @inline(__always)
  func isOver(_ age: FlowAge, at now: UInt32) -> Bool {
    now &- age.last >= idle || now &- age.first >= active
  }

  /// Of a flow that is over: which timer ran out first; idle if both did at once.
  func reason(_ age: FlowAge, at now: UInt32) -> FlowEndReason {
    let idleFor = Int64(now &- age.last) - Int64(idle)
    let activeFor = Int64(now &- age.first) - Int64(active)
    return activeFor > idleFor ? .active : .idle
  }

  /// Of a flow that is not over: the milliseconds until it is.
  @inline(__always)
  func remaining(_ age: FlowAge, at now: UInt32) -> UInt32 {
    min(idle &- (now &- age.last), active &- (now &- age.first))
  }
}
