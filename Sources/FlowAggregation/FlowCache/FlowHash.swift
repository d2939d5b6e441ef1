import FlowModel
import NetworkBytes

/// The hash of a flow's key: 64-bit multiply-and-fold with secrets, as in wyhash.
///
/// The secrets are random for each cache, so that senders cannot construct collisions. It is not proven to be a
/// pseudorandom function; `SlotTable` limits the probe length and requests new secrets beyond it.
struct FlowHash: Sendable {
  private let secrets: InlineArray<14, UInt64>

  init() {
    var generator = SystemRandomNumberGenerator()
    var secrets = InlineArray<14, UInt64>(repeating: 0)
    for index in secrets.indices { secrets[index] = .random(in: 1...UInt64.max, using: &generator) }
    self.secrets = secrets
  }

  /// For tests; known secrets allow collisions.
  init(secrets: InlineArray<14, UInt64>) { self.secrets = secrets }

  /// Mixes in the first eight words.
  @inline(__always)
  func start(_ record: borrowing FlowRecord) -> UInt64 {
    let source = Self.fold(record.source.high ^ secrets[0], record.source.low ^ secrets[1])
    let destination = Self.fold(record.destination.high ^ secrets[2], record.destination.low ^ secrets[3])
    let place = Self.fold(record.originWord ^ secrets[4], record.interfaceWord ^ secrets[5])
    let transport = Self.fold(record.transportWord ^ secrets[6], record.traitsWord ^ secrets[7])
    return source ^ destination ^ place ^ transport
  }

  /// Mixes in a number; 0 has no effect. Multiplication by an odd secret is a bijection; `finish` multiplies again, so
  /// that slots are unpredictable without the secrets.
  @inline(__always)
  func number(_ number: UInt64) -> UInt64 { number &* (secrets[13] | 1) }

  /// Mixes in four more words.
  @inline(__always)
  func extend(_ state: UInt64, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> UInt64 {
    state ^ Self.fold(a ^ secrets[8], b ^ secrets[9]) ^ Self.fold(c ^ secrets[10], d ^ secrets[11])
  }

  @inline(__always)
  func finish(_ state: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: Self.fold(state ^ secrets[12], secrets[13]))
  }

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
