import NetworkBytes

/// Whether an exporter's clock is off, as its headers compare with their arrival.
struct ClockWatch: Sendable, Decodable {
  /// Whether it is corrected: from more than the limit off until it is within `calm` again.
  private(set) var isOff = false
  /// The difference that has been the same for some time, milliseconds, and since when, milliseconds since 1970 UTC.
  private var steady: Int64 = .max
  private var since: Int64 = 0

  private static let calm: Int64 = 60_000
  /// A message that was held back is behind its header. A clock that is behind is so for longer than this.
  private static let trustedDelay: Int64 = 120_000
  /// Headers before 2000 hold something else than a time.
  private static let firstTime: Int64 = 946_684_800_000

  /// Takes note of a message.
  ///
  /// - Parameters:
  ///   - skew: how far its header is ahead of its arrival, milliseconds.
  ///   - limit: the difference that is put up with, milliseconds; nil: any.
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

  /// What is to be added to times that are reckoned from a header.
  func correction(_ skew: Int64, limit: Int64?) -> Int64 {
    guard let limit else { return 0 }
    return skew.magnitude > UInt64(isOff ? min(Self.calm, limit) : limit) ? -skew : 0
  }

  /// What may have to be added to times that are UTC by themselves.
  ///
  /// - Parameter correction: of times that are reckoned from the header.
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
