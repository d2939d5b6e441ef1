import NetworkBytes

/// When an exporter was booted, as one v9 message tells it: by the header's clock, and by the collector's.
struct BootMark: Sendable, Decodable {
  /// See `BootTime`.
  var byHeader: UInt32
  var byArrival: UInt32
  /// The exporter's uptime then, milliseconds.
  var upTime: UInt32

  /// - Parameter arrival: nanoseconds since 1970 UTC.
  @inline(__always)
  init(_ header: MessageHeader, arrival: UnixNanoseconds) {
    upTime = header.sysUpTime
    byHeader = UInt32(truncatingIfNeeded: header.exportMilliseconds) &- header.sysUpTime
    byArrival = UInt32(truncatingIfNeeded: arrival / 1_000_000) &- header.sysUpTime
  }

  /// A message may be held up on its way.
  private static let arrivalTolerance: UInt32 = 5000

  /// Whether both are of one boot: an exporter's clock may be set, which moves one of the two, and a message may be late,
  /// which moves the other. Neither is a restart.
  @inline(__always)
  func isSame(_ other: BootMark) -> Bool {
    BootTime.isSame(byHeader, other.byHeader)
      || BootTime.isSame(byArrival, other.byArrival, within: Self.arrivalTolerance)
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

/// An IPFIX message that may be the first of a restarted exporter; the next one decides.
struct RestartSuspect: Sendable {
  /// Its sequence number.
  var number: UInt32
  /// Template definitions before it: those of it and of what follows are of the new run.
  var definitions: UInt64
  /// What is known of it once it is decoded.
  var message: SequencedMessage?

  /// How far behind its number is at least.
  static let distance = 1000
  /// How far from 0 its number is at most, and how far the next one goes on.
  static let nearness: UInt32 = 1000

  init(number: UInt32, definitions: UInt64) {
    self.number = number
    self.definitions = definitions
  }

  /// Whether the next message goes on from the old numbers.
  ///
  /// - Parameter distance: of its number from the one that was expected; nil: not known.
  func isContradicted(by distance: Int?) -> Bool { distance.map { abs($0) < Self.distance } ?? false }
}
