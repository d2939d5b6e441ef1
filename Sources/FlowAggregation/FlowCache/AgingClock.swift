import NetworkBytes

/// Aging time: monotonic milliseconds derived from the pipeline's clock, which may step back.
///
/// Only differences matter. A step back of up to five seconds counts as no progress until the clock has caught up;
/// after a larger one, time continues from there, so that no flow has a negative age or waits for the old time.
struct AgingClock: Sendable, Decodable {
  /// Aging time, milliseconds; starts in second 0 with the first reading.
  private(set) var time: UInt64 = 0
  private var latest: Int64?

  static let toleratedStepBack: Int64 = 5000
  /// A longer step forward (12 days) is shortened to this: every flow has expired either way.
  static let maximumStep: UInt64 = 1 << 30
  /// Maximum lead over expiry (24 days), so that ages always fit into 32 bits.
  static let maximumLead: UInt64 = 1 << 31

  /// Reads the pipeline's clock; expiry is complete up to `expired`.
  mutating func advance(to now: Int64, expired: UInt64) {
    guard let latest else {
      // Keeps aging seconds aligned with the clock's seconds while it does not step back.
      time = UInt64(bitPattern: (now % 1000 + 1000) % 1000)
      self.latest = now
      return
    }
    let step = now &- latest
    if (step >= 0) != (now >= latest) || step < -Self.toleratedStepBack {
      // The step overflows 64 bits, or goes too far back: continue from here.
      self.latest = now
    } else if step > 0 {
      let end = max(expired &+ Self.maximumLead, time)
      time = min(time &+ min(UInt64(step), Self.maximumStep), end)
      self.latest = now
    }
  }
}

extension AgingClock {
  /// Appends the form used in checkpoints.
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
