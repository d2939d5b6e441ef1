import NetworkBytes

/// Aging time: milliseconds that never go back, made from the pipeline's clock, which may.
///
/// Only differences matter. A step back of up to five seconds counts as "no time has passed" until the clock is where it
/// was; after a larger one, time goes on from there, so that no flow ever has a negative age nor waits for the old hour.
struct AgingClock: Sendable, Decodable {
  /// Aging time, milliseconds; begins in second 0 with the first reading of the clock.
  private(set) var time: UInt64 = 0
  private var latest: Int64?

  static let toleratedStepBack: Int64 = 5000
  /// A longer step forward (12 days) counts as this: every flow is over either way.
  static let maximumStep: UInt64 = 1 << 30
  /// Time runs no further ahead of expiry than this (24 days), so that ages fit 32 bits whatever the clock does.
  static let maximumLead: UInt64 = 1 << 31

  /// Reads the pipeline's clock; `expired`: the time until which expiry is done.
  mutating func advance(to now: Int64, expired: UInt64) {
    guard let latest else {
      // Whole seconds of aging are whole seconds of the clock, as long as that does not step back.
      time = UInt64(bitPattern: (now % 1000 + 1000) % 1000)
      self.latest = now
      return
    }
    let step = now &- latest
    if (step >= 0) != (now >= latest) || step < -Self.toleratedStepBack {
      // Further than 64 bits can say, or too far back: from now on counted from here.
      self.latest = now
    } else if step > 0 {
      let end = max(expired &+ Self.maximumLead, time)
      time = min(time &+ min(UInt64(step), Self.maximumStep), end)
      self.latest = now
    }
  }
}

extension AgingClock {
  /// Appends it as a checkpoint keeps it.
  func append(to octets: inout OctetWriter) {
    octets.append(Int64(clamping: time))
    octets.append(latest) { $1.append($0) }
  }

  /// Reads what `append` wrote.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    time = (try octets.bounded()).magnitude
    latest = try octets.optional { reader throws(OctetFault) in try reader.signed() }
  }
}
