/// Builds the parts of export messages octet by octet.
enum WireOctets {
  static func be16(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }
  static func be32(_ value: Int) -> [UInt8] { be16(value >> 16) + be16(value) }

  static func set(_ identifier: Int, _ content: [UInt8]) -> [UInt8] {
    be16(identifier) + be16(4 + content.count) + content
  }

  /// Returns a variable-length value (RFC 7011 §7).
  static func variable(_ content: [UInt8]) -> [UInt8] {
    content.count < 255 ? [UInt8(content.count)] + content : [255] + be16(content.count) + content
  }
}

/// A field of a template.
struct WireField {
  var element: Int
  /// Octets; 65,535 for variable length.
  var length: Int
  var enterprise = 0

  static let varying = 65_535

  var specifier: [UInt8] {
    enterprise == 0
      ? WireOctets.be16(element) + WireOctets.be16(length)
      : WireOctets.be16(element | 0x8000) + WireOctets.be16(length) + WireOctets.be32(enterprise)
  }
}
