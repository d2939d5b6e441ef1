import NetworkBytes

extension FieldValue {
  /// Decodes a value (RFC 7011 §6): integers of any length including reduced sizes, other types of their exact length.
  /// Octets that are invalid for the type remain `octets`.
  ///
  /// Structured data needs templates and is decoded by `FieldReader`; here it remains `octets`.
  public init(_ bytes: RawSpan, type: AbstractType) {
    self = Self.read(bytes, type) ?? .octets(bytes.copied())
  }

  /// Returns nil if the octets are invalid for the type.
  private static func read(_ bytes: RawSpan, _ type: AbstractType) -> FieldValue? {
    let count = bytes.byteCount
    switch type {
    case .unsigned8, .unsigned16, .unsigned32, .unsigned64:
      return (1...8).contains(count) ? .unsigned(bytes.unsigned(0, count: count)) : nil
    case .signed8, .signed16, .signed32, .signed64:
      return (1...8).contains(count) ? .signed(bytes.signed()) : nil
    case .unsigned256: return (1...32).contains(count) ? unsigned256(bytes) : nil
    case .float32, .float64:
      if count == 4 { return .float32(Float(bitPattern: bytes.be32(0))) }
      return count == 8 ? .float64(Double(bitPattern: bytes.be64(0))) : nil
    case .boolean: return count == 1 ? boolean(bytes.octet(0)) : nil
    case .macAddress: return count == 6 ? .mac(bytes.unsigned(0, count: 6)) : nil
    case .ipv4Address: return count == 4 ? .ipv4(bytes.be32(0)) : nil
    case .ipv6Address: return count == 16 ? .ipv6(IPAddress(high: bytes.be64(0), low: bytes.be64(8))) : nil
    case .string: return string(bytes)
    case .dateTimeSeconds:
      return count == 4 ? .time(Timestamp(seconds: Int64(bytes.be32(0)), precision: .seconds)) : nil
    case .dateTimeMilliseconds: return count == 8 ? milliseconds(bytes.be64(0)) : nil
    case .dateTimeMicroseconds:
      return count == 8 ? .time(Timestamp(ntp: bytes.be64(0), precision: .microseconds)) : nil
    case .dateTimeNanoseconds:
      return count == 8 ? .time(Timestamp(ntp: bytes.be64(0), precision: .nanoseconds)) : nil
    case .octetArray, .basicList, .subTemplateList, .subTemplateMultiList: return nil
    }
  }

  private static func unsigned256(_ bytes: RawSpan) -> FieldValue {
    var zeros = 0
    while bytes.byteCount - zeros > 8, bytes.octet(zeros) == 0 { zeros += 1 }
    let rest = bytes.byteCount - zeros
    return rest > 8 ? .wide(bytes.extracting(last: rest).copied()) : .unsigned(bytes.unsigned(zeros, count: rest))
  }

  /// RFC 7011 §6.1.5.
  private static func boolean(_ octet: UInt8) -> FieldValue? {
    switch octet {
    case 1: .boolean(true)
    case 2: .boolean(false)
    default: nil
    }
  }

  private static func string(_ bytes: RawSpan) -> FieldValue? {
    var count = bytes.byteCount
    while count > 0, bytes.octet(count - 1) == 0 { count -= 1 }
    return String(validating: bytes.extracting(first: count).copied(), as: UTF8.self).map { .string($0) }
  }

  private static func milliseconds(_ value: UInt64) -> FieldValue? {
    guard value / 1000 <= UInt64(Timestamp.lastSecond) else { return nil }
    return .time(Timestamp(milliseconds: Int64(value)))
  }
}

extension RawSpan {
  /// Reads all of 1 to 8 octets as an integer in two's complement.
  fileprivate func signed() -> Int64 {
    let spare = UInt64(64 - 8 * byteCount)
    return Int64(bitPattern: unsigned(0, count: byteCount) << spare) >> Int64(spare)
  }
}
