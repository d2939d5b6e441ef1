import NetworkBytes

/// Boot time of an exporter from a v9 message, by the header's clock and by the collector's.
struct BootMark: Sendable, Decodable {
  /// See `BootTime`.
  var byHeader: UInt32
  var byArrival: UInt32
  /// Exporter's uptime at that time, milliseconds.
  var upTime: UInt32

  /// - Parameter arrival: Nanoseconds since 1970 UTC.
  @inline(__always)
  init(_ header: MessageHeader, arrival: UnixNanoseconds) {
    upTime = header.sysUpTime
    byHeader = UInt32(truncatingIfNeeded: header.exportMilliseconds) &- header.sysUpTime
    byArrival = UInt32(truncatingIfNeeded: arrival / 1_000_000) &- header.sysUpTime
  }

  /// Tolerated delay of a message in transit.
  private static let arrivalTolerance: UInt32 = 5000

  /// How well two marks agree. Setting the exporter's clock moves one of the two times, a late message or setting the
  /// collector's clock the other: neither is a restart.
  enum Agreement {
    case none, ofOneClock, ofBothClocks
  }

  @inline(__always)
  func agreement(with other: BootMark) -> Agreement {
    switch (
      BootTime.isSame(byHeader, other.byHeader),
      BootTime.isSame(byArrival, other.byArrival, within: Self.arrivalTolerance)
    ) {
    case (true, true): .ofBothClocks
    case (false, false): .none
    default: .ofOneClock
    }
  }
}

extension BootMark {
  func append(to octets: inout OctetWriter) {
    octets.append(byHeader)
    octets.append(byArrival)
    octets.append(upTime)
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    byHeader = try octets.number()
    byArrival = try octets.number()
    upTime = try octets.number()
  }
}

/// IPFIX message that may be the first of a restarted exporter; the next message decides.
struct RestartSuspect: Sendable {
  /// Its sequence number.
  var number: UInt32
  /// Template definitions before it: those in it and after it belong to the new run.
  var definitions: UInt64
  /// What is known of it once it is decoded; of several messages that decide nothing, of the one that is furthest on.
  private(set) var message: SequencedMessage?
  /// Messages since that decide nothing, though they have or may have records.
  private var undecided: UInt8 = 0

  /// Minimum distance of its number behind the expected one.
  static let distance = 1000
  /// Maximum distance of its number from 0, and of the next number from its own.
  static let nearness: UInt32 = 1000
  /// So many of the first messages after a restart may come in another order than they were sent.
  private static let reorderedMessages: UInt8 = 8

  init(number: UInt32, definitions: UInt64) {
    self.number = number
    self.definitions = definitions
  }

  /// What the next message shows.
  enum Verdict {
    /// It goes on from the new numbers.
    case restart
    /// It does not: the first message was late, or two streams take turns.
    case none
    /// It may have been sent before the first one, or that had no records: an exporter that begins with its templates counts
    /// none, so that the number comes again.
    case undecided
  }

  /// - Parameters:
  ///   - next: number of the next message.
  ///   - distance: of that from the number that was expected of the old run; nil: not known.
  mutating func judge(_ next: UInt32, fromOld distance: Int?) -> Verdict {
    if let distance, abs(distance) < Self.distance { return .none }
    let ahead = Int(Int32(bitPattern: next &- number))
    guard abs(ahead) < Int(Self.nearness) else { return .none }
    if ahead > 0 { return .restart }
    if ahead == 0, let message, message.isWhole {
      return message.flowRecords == 0 && message.optionsRecords == 0 ? .undecided : .none
    }
    undecided += 1
    return undecided <= Self.reorderedMessages ? .undecided : .none
  }

  /// Takes note of what it had, or what one had that decides nothing.
  mutating func note(_ new: SequencedMessage) {
    if let message {
      let ahead = Int32(bitPattern: new.number &- message.number)
      if ahead < 0 || ahead == 0 && !message.isWhole { return }
    }
    message = new
  }
}
