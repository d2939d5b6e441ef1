/// Abstract data types of information elements: those of RFC 7012 §3.1 and RFC 6313 §4.5, and the 256-bit integers that
/// IANA has added since.
public enum AbstractType: String, CaseIterable, Sendable, BitwiseCopyable {
  case octetArray
  case unsigned8, unsigned16, unsigned32, unsigned64, unsigned256
  case signed8, signed16, signed32, signed64
  case float32, float64
  case boolean
  case macAddress
  case string
  case dateTimeSeconds, dateTimeMilliseconds, dateTimeMicroseconds, dateTimeNanoseconds
  case ipv4Address, ipv6Address
  case basicList, subTemplateList, subTemplateMultiList

  /// Whether values contain other values (RFC 6313).
  @inlinable public var isStructured: Bool {
    switch self {
    case .basicList, .subTemplateList, .subTemplateMultiList: true
    default: false
    }
  }
}
