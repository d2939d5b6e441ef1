import NetworkBytes

/// An applicationId (element 95, RFC 6759 §4.1): the engine that classified, and what it calls the application.
struct ApplicationIdentifier: Equatable, Sendable {
  var engine: UInt8
  /// All behind the engine, at most its last eight octets. Of engine 20 the enterprise number in the high 32 bits and the
  /// selector in the low ones, however many octets were sent.
  var selector: UInt64

  /// Octets that are read at most.
  static let maximumLength = 64

  /// PANA-L7-PEN: an enterprise's own numbers, with its number in front.
  private static let enterpriseEngine: UInt8 = 20

  /// - Returns: nil if there is no octet.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return nil }
    engine = bytes.octet(0)
    let hasEnterprise = engine == Self.enterpriseEngine && bytes.byteCount > 5
    let rest = bytes.byteCount - (hasEnterprise ? 5 : 1)
    let width = min(rest, hasEnterprise ? 4 : 8)
    selector = bytes.unsigned(bytes.byteCount - width, count: width)
    if hasEnterprise { selector |= UInt64(bytes.be32(1)) << 32 }
  }
}
