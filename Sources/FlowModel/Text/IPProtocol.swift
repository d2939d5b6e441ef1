/// Names of common IP protocols (IANA, Assigned Internet Protocol Numbers).
public enum IPProtocol {
  private static let names: [(number: UInt8, name: String)] = [
    (1, "ICMP"), (2, "IGMP"), (4, "IPIP"), (6, "TCP"), (8, "EGP"), (17, "UDP"), (27, "RDP"), (33, "DCCP"), (41, "IPv6"),
    (43, "RT6"), (44, "Frag6"), (46, "RSVP"), (47, "GRE"), (50, "ESP"), (51, "AH"), (58, "ICMP6"), (59, "NoNxt6"),
    (60, "Opts6"), (88, "EIGRP"), (89, "OSPF"), (94, "IPIP2"), (103, "PIM"), (108, "IPComp"), (112, "VRRP"),
    (115, "L2TP"), (132, "SCTP"), (136, "UDPLite"), (137, "MPLS"),
  ]

  /// Returns the name, such as `TCP`, or the number if it has none.
  public static func name(_ number: UInt8) -> String {
    names.first { $0.number == number }?.name ?? String(number)
  }

  /// Returns the number for a name, ignoring case; nil if it is unknown.
  public static func number(_ name: String) -> UInt8? {
    let lower = name.lowercased()
    if lower == "icmpv6" { return 58 }
    return names.first { $0.name.lowercased() == lower }?.number
  }
}
