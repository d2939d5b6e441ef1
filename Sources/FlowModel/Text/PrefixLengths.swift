public import NetworkBytes

/// How many leading bits of an address count, for each of the two families.
///
/// Written `/24/48` (IPv4, then IPv6), or `/24` alone: IPv6 then gets twice the IPv4 length, because a /48 is to IPv6
/// what a /24 is to IPv4 (one site) and a /32 what a /16 is (one provider). `/32` alone means whole addresses of both.
public struct PrefixLengths: Hashable, Sendable {
  /// 0 to 32.
  public let v4: Int
  /// 0 to 128.
  public let v6: Int

  public static let whole = PrefixLengths(uncheckedV4: 32, v6: 128)

  /// Nil if a length is out of its family's range.
  public init?(v4: Int, v6: Int) {
    guard (0...32).contains(v4), (0...128).contains(v6) else { return nil }
    self.init(uncheckedV4: v4, v6: v6)
  }

  private init(uncheckedV4 v4: Int, v6: Int) {
    self.v4 = v4
    self.v6 = v6
  }

  /// Reads `24` or `24/48`, what follows the first slash of `src_addr/24/48`; nil if it is neither.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ (1...3).contains($0.utf8.count) }),
      parts.allSatisfy({ $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }),
      let v4 = parts.first.flatMap({ Int($0) })
    else { return nil }
    guard parts.count == 2 else {
      self.init(v4: v4, v6: v4 == 32 ? 128 : 2 * v4)
      return
    }
    guard let v6 = Int(parts[1]) else { return nil }
    self.init(v4: v4, v6: v6)
  }

  /// The address with the bits beyond its family's length cleared. IPv4 stays IPv4: 192.0.2.1 under /0 is 0.0.0.0.
  public func network(of address: IPAddress) -> IPAddress {
    address.masked(by: address.isV4 ? v4Mask : v6Mask)
  }

  /// The bits that count of an IPv4 address as it stands in an `IPAddress` (::ffff:a.b.c.d).
  package var v4Mask: IPAddress { .mask(leadingBits: 96 + v4) }
  package var v6Mask: IPAddress { .mask(leadingBits: v6) }
}

extension PrefixLengths: CustomStringConvertible {
  /// `24/48`.
  public var description: String { "\(v4)/\(v6)" }
}
