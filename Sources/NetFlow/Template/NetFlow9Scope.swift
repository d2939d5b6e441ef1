/// What a scope field of a NetFlow v9 options template names (RFC 3954 §6.1). These numbers are a space of their own beside
/// the information elements; IPFIX has ordinary elements there.
public enum NetFlow9Scope: UInt16, Sendable {
  case system = 1
  case interface = 2
  case lineCard = 3
  case cache = 4
  case template = 5
}
