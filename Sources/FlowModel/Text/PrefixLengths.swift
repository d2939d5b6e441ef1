public import NetworkBytes

/// Prefix lengths for both address families.
///
/// Written `/24/48` (IPv4, then IPv6), or `/24` alone: IPv6 then gets twice the IPv4 length, because a /48 corresponds
/// to an IPv4 /24 (one site), and a /32 to a /16 (one provider). `/32` alone means whole addresses of both.
public struct PrefixLengths: Hashable, Sendable {
  /// 0 to 32.
  public let v4: Int
  /// 0 to 128.
  public let v6: Int

  public static let whole = PrefixLengths(uncheckedV4: 32, v6: 128)

  /// Nil if a length is out of range.
  public init?(v4: Int, v6: Int) {
    guard (0...32).contains(v4), (0...128).contains(v6) else { return nil }
    self.init(uncheckedV4: v4, v6: v6)
  }

  private init(uncheckedV4 v4: Int, v6: Int) {
    self.v4 = v4
    self.v6 = v6
  }

  /// Parses `24` or `24/48`, the part after the first slash of `src_addr/24/48`; returns nil if it is neither.
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

  /// Returns the address with the bits beyond the prefix cleared. IPv4 remains IPv4: 192.0.2.1 under /0 is 0.0.0.0.
  public func network(of address: IPAddress) -> IPAddress {
    address.masked(by: address.isV4 ? v4Mask : v6Mask)
  }

  /// Mask for an IPv4 address in the form of `IPAddress` (::ffff:a.b.c.d).
  package var v4Mask: IPAddress { .mask(leadingBits: 96 + v4) }
  package var v6Mask: IPAddress { .mask(leadingBits: v6) }
}

extension PrefixLengths: CustomStringConvertible {
  /// `24/48`.
  public var description: String { "\(v4)/\(v6)" }
}
