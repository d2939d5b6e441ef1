import NetworkBytes
import Synchronization

/// Where a session that has templates has got to, for other sessions of its exporter to compare with. It is told with each
/// message, without a lock: three stores.
final class SessionTrail: Sendable {
  let key: SessionKey
  /// The sequence number that comes next, with a bit above its 32 if that is known.
  private let next = Atomic<UInt64>(0)
  /// When the exporter was booted, likewise.
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

  /// Whether a session of the same exporter, version and domain goes on where this one stopped: this one has been silent
  /// since, the sequence number is the next one, and v9 tells the same boot time. A sequence number of 0 proves nothing, as
  /// every exporter begins with it, unless it comes from the same socket.
  func isContinued(by first: FirstMessage, of other: SessionKey) -> Bool {
    guard lastSeen <= first.arrival, Self.known(next.load(ordering: .relaxed)) == first.sequence else { return false }
    if first.sequence == 0, other.exporter.port != key.exporter.port { return false }
    return key.version != 9 || (first.boot != nil && isOf(boot: first.boot))
  }

  /// Whether this session's boot time is the same; where one is not known, nothing says otherwise.
  func isOf(boot other: UInt32?) -> Bool {
    guard let other, let own = Self.known(boot.load(ordering: .relaxed)) else { return true }
    return BootTime.isSame(own, other)
  }
}

/// What of a session's first message shows whether it continues another one.
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

/// When a v9 exporter was booted: milliseconds since 1970 UTC modulo 2^32, as its uptime is a counter of 32 bits.
enum BootTime {
  /// Seconds of the header are whole, and a message takes its time.
  static let tolerance: UInt32 = 2000

  static func isSame(_ a: UInt32, _ b: UInt32, within tolerance: UInt32 = tolerance) -> Bool {
    a &- b &+ tolerance <= 2 &* tolerance
  }
}
