/// An interface of a pcapng section: its link type and the meaning of its timestamps.
struct PcapngInterface {
  let linkNumber: UInt32
  let link: LinkType?
  /// Maximum octets captured of a frame; 0 for unlimited.
  let snapshotLength: Int

  private var ticksPerSecond: UInt64 = 1_000_000
  /// 0 if a tick is not a whole number of nanoseconds.
  private var nanosecondsPerTick: UInt64 = 1_000
  private var offset: Int64 = 0

  init(linkNumber: UInt32, snapshotLength: Int) {
    self.linkNumber = linkNumber
    self.snapshotLength = snapshotLength
    link = LinkType(number: linkNumber)
  }

  /// if_tsresol: a negative power of 10, or of 2 if the highest bit is set.
  ///
  /// - Returns: false if a second has more than 2^64 ticks.
  mutating func setResolution(_ value: UInt8) -> Bool {
    let exponent = Int(value & 0x7f)
    if value & 0x80 != 0 {
      guard exponent < 64 else { return false }
      ticksPerSecond = 1 << UInt64(exponent)
    } else {
      guard exponent < 20 else { return false }
      ticksPerSecond = (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
    let (quotient, remainder) = UInt64(1_000_000_000).quotientAndRemainder(dividingBy: ticksPerSecond)
    nanosecondsPerTick = remainder == 0 ? quotient : 0
    return true
  }

  /// if_tsoffset: seconds to add to each time.
  mutating func setOffset(seconds: Int64) {
    offset = seconds &* 1_000_000_000
  }

  /// Converts a timestamp to nanoseconds since 1970 UTC. Times beyond the year 2262 wrap.
  func nanoseconds(_ ticks: UInt64) -> Int64 {
    if nanosecondsPerTick > 0 { return Int64(bitPattern: ticks &* nanosecondsPerTick) &+ offset }
    let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: ticksPerSecond)
    // The remainder is less than the divisor, so the quotient is less than 10^9.
    let fraction = ticksPerSecond.dividingFullWidth(rest.multipliedFullWidth(by: 1_000_000_000)).quotient
    return Int64(bitPattern: seconds &* 1_000_000_000 &+ fraction) &+ offset
  }
}
