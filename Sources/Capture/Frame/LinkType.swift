/// Supported link types, by their numbers in capture files (https://www.tcpdump.org/linktypes.html).
public enum LinkType: Sendable {
  /// Ethernet, with any number of VLAN tags.
  case ethernet
  /// BSD loopback: the address family as four octets in the byte order of the capturing host (NULL), or in network byte
  /// order (LOOP).
  case loopback
  /// An IPv4 or IPv6 packet without a link header.
  case rawIP
  /// Linux cooked capture, version 1.
  case linuxCooked
  /// Linux cooked capture, version 2.
  case linuxCooked2

  /// - Returns: nil for an unsupported link type.
  public init?(number: UInt32) {
    switch number {
    case 1: self = .ethernet
    case 0, 108: self = .loopback
    case 12, 14, 101, 228, 229: self = .rawIP
    case 113: self = .linuxCooked
    case 276: self = .linuxCooked2
    default: return nil
    }
  }
}
