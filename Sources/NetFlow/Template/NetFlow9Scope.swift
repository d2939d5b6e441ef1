/// Type of a scope field of a NetFlow v9 options template (RFC 3954 §6.1). The numbers are independent of information
/// elements; IPFIX uses ordinary elements instead.
public enum NetFlow9Scope: UInt16, Sendable {
  case system = 1
  case interface = 2
  case lineCard = 3
  case cache = 4
  case template = 5
}
