import NetworkBytes
import Synchronization

/// Progress of a session with templates, for comparison by other sessions of its exporter. Updated with each message
/// without a lock, by three stores.
final class SessionTrail: Sendable {
  let key: SessionKey
  /// Next sequence number, with a bit above its 32 if known.
  private let next = Atomic<UInt64>(0)
  /// Boot time of the exporter, likewise.
  private let boot = Atomic<UInt64>(0)
  /// Arrival of the newest message, nanoseconds since 1970 UTC.
  private let seen = Atomic<Int64>(0)

  init(_ key: SessionKey) { self.key = key }

  private static let isKnown: UInt64 = 1 << 32

  func tell(next number: UInt32?, boot time: UInt32?, seen arrival: Int64) {
    next.store(number.map { UInt64($0) | Self.isKnown } ?? 0, ordering: .relaxed)
    boot.store(time.map { UInt64($0) | Self.isKnown } ?? 0, ordering: .relaxed)
    seen.store(arrival, ordering: .releasing)
  }

  var lastSeen: Int64 { seen.load(ordering: .acquiring) }

  private static func known(_ word: UInt64) -> UInt32? {
    word & isKnown == 0 ? nil : UInt32(truncatingIfNeeded: word)
  }

  /// Returns whether a session of the same exporter, version and domain continues this one: this one has been silent
  /// since, the sequence number is the expected one, and the boot time of v9 is the same. A sequence number of 0 proves
  /// nothing, since every exporter begins with it, unless it is from the same socket.
  func isContinued(by first: FirstMessage, of other: SessionKey) -> Bool {
    guard lastSeen <= first.arrival, Self.known(next.load(ordering: .relaxed)) == first.sequence else { return false }
    if first.sequence == 0, other.exporter.port != key.exporter.port { return false }
    return key.version != 9 || (first.boot != nil && isOf(boot: first.boot))
  }

  /// Returns whether the boot time is compatible: equal, or unknown.
  func isOf(boot other: UInt32?) -> Bool {
    guard let other, let own = Self.known(boot.load(ordering: .relaxed)) else { return true }
    return BootTime.isSame(own, other)
  }
}

/// Properties of a session's first message that show whether it continues another one.
struct FirstMessage: Sendable, Decodable {
  var sequence: UInt32
  /// See `BootTime`.
  var boot: UInt32?
  /// Nanoseconds since 1970 UTC.
  var arrival: Int64
}

extension FirstMessage {
  func append(to octets: inout OctetWriter) {
    octets.append(sequence)
    octets.append(boot) { $1.append($0) }
    octets.append(arrival)
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    sequence = try octets.number()
    boot = try octets.optional { reader throws(OctetFault) in try reader.number() }
    arrival = try octets.time()
  }
}

/// Boot time of a v9 exporter: milliseconds since 1970 UTC modulo 2^32, since its uptime is a 32-bit counter.
enum BootTime {
  /// The header has whole seconds, and transit takes time.
  static let tolerance: UInt32 = 2000

  static func isSame(_ a: UInt32, _ b: UInt32, within tolerance: UInt32 = tolerance) -> Bool {
    a &- b &+ tolerance <= 2 &* tolerance
  }
}
