import NetworkBytes

/// Detects, from headers and arrivals, whether an exporter's clock is off.
struct ClockWatch: Sendable, Decodable {
  /// Whether the clock is corrected: from exceeding the limit until it is within `calm` again.
  private(set) var isOff = false
  /// Difference that has been stable for some time in milliseconds, and since when, milliseconds since 1970 UTC.
  private var steady: Int64 = .max
  private var since: Int64 = 0

  private static let calm: Int64 = 60_000
  /// A delayed message arrives later than its header says; a clock that is slow does so for longer than this.
  private static let trustedDelay: Int64 = 120_000
  /// Headers before 2000 do not contain a time.
  private static let firstTime: Int64 = 946_684_800_000

  /// Records a message.
  ///
  /// - Parameters:
  ///   - skew: Difference of its header to its arrival, milliseconds; positive if ahead.
  ///   - limit: Tolerated difference in milliseconds; nil for any.
  mutating func note(_ skew: Int64, arrival: Int64, limit: Int64?) {
    let off = Int64(clamping: skew.magnitude)
    if let limit, off > limit {
      isOff = true
    } else if limit == nil || off <= Self.calm {
      isOff = false
    }
    if (skew &- steady).magnitude > UInt64(Self.calm) {
      steady = skew
      since = arrival
    }
  }

  /// Returns the correction of times relative to a header.
  func correction(_ skew: Int64, limit: Int64?) -> Int64 {
    guard let limit else { return 0 }
    return skew.magnitude > UInt64(isOff ? min(Self.calm, limit) : limit) ? -skew : 0
  }

  /// Returns the possible correction of absolute times.
  ///
  /// - Parameter correction: Correction of times relative to the header.
  func absoluteCorrection(_ correction: Int64, header: Int64, arrival: Int64) -> Int64 {
    if header < Self.firstTime { return 0 }
    return correction < 0 || arrival &- since >= Self.trustedDelay ? correction : 0
  }
}

extension ClockWatch {
  func append(to octets: inout OctetWriter) {
    octets.append(isOff)
    octets.append(steady)
    octets.append(since)
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    isOff = try octets.flag()
    steady = try octets.signed()
    since = try octets.bounded()
  }
}
