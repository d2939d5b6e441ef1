import NetworkBytes

/// applicationId (element 95, RFC 6759 §4.1): the classification engine and its number of the application.
struct ApplicationIdentifier: Equatable, Sendable {
  var engine: UInt8
  /// The octets after the engine, at most the last eight. For engine 20, the enterprise number is in the high 32 bits
  /// and the selector in the low ones, regardless of the number of octets sent.
  var selector: UInt64

  /// Maximum octets read.
  static let maximumLength = 64

  /// PANA-L7-PEN: enterprise-specific numbers, preceded by the enterprise number.
  private static let enterpriseEngine: UInt8 = 20

  /// - Returns: Nil if there are no octets.
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
