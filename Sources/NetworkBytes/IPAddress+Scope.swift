extension IPAddress {
  /// Whether the address is a loopback address: 127.0.0.0/8 (RFC 1122 §3.2.1.3) or `::1` (RFC 4291 §2.5.3).
  public var isLoopback: Bool { isV4 ? v4 >> 24 == 127 : high == 0 && low == 1 }

  /// Whether the address is multicast: 224.0.0.0/4 (RFC 1112 §4) or ff00::/8 (RFC 4291 §2.7).
  public var isMulticast: Bool { isV4 ? v4 >> 28 == 0xe : high >> 56 == 0xff }

  /// Whether the IPv4 address can be a host's on the network: not in 0.0.0.0/8, 127.0.0.0/8, multicast, or the reserved
  /// 240.0.0.0/4 with the limited broadcast address (RFC 6890 §2.2.2).
  public var isUnicastV4: Bool { isV4 && v4 >> 24 != 0 && !isLoopback && v4 >> 28 < 0xe }

  /// Whether the IPv4 address is not routed on the Internet: RFC 1918, 100.64.0.0/10 (RFC 6598) or 169.254.0.0/16 (RFC
  /// 3927).
  public var isPrivateV4: Bool {
    guard isV4 else { return false }
    return v4 >> 24 == 10 || v4 >> 20 == 0xac1 || v4 >> 16 == 0xc0a8 || v4 >> 22 == 0x191 || isLinkLocal
  }

  /// 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291 §2.5.6).
  public var isLinkLocal: Bool { isV4 ? v4 >> 16 == 0xa9fe : high >> 54 == 0x3fa }
}
