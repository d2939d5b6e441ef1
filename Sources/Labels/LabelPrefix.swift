public import NetworkBytes

/// A prefix as written in a label file: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
public struct LabelPrefix: Equatable, Sendable, CustomStringConvertible {
  public var address: IPAddress
  /// At most 32 for IPv4, 128 for IPv6.
  public var length: Int

  public init(address: IPAddress, length: Int) {
    self.address = address
    self.length = length
  }

  init(text: String) throws(FieldFault) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else {
      throw FieldFault("'\(text)' is not a prefix; expected one such as 10.0.0.0/8 or 2001:db8::/32")
    }
    let bits = address.isV4 ? 32 : 128
    var length = bits
    if parts.count == 2 {
      guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(parts[1])
      else { throw FieldFault("'\(text)' is not a prefix; the length must be a number from 0 to \(bits)") }
      // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
      length = address.isV4 && first.contains(":") ? number - 96 : number
      guard (0...bits).contains(length) else {
        throw FieldFault("'\(text)' is not a prefix; the length must be 0 to \(bits)")
      }
    }
    self.init(address: address, length: length)
    if network != address {
      throw FieldFault("'\(text)' has bits beyond its length; write \(LabelPrefix(address: network, length: length))")
    }
  }

  private var mask: IPAddress { .mask(leadingBits: address.isV4 ? length + 96 : length) }
  private var network: IPAddress { address.masked(by: mask) }

  public func contains(_ other: IPAddress) -> Bool { other.isV4 == address.isV4 && other.masked(by: mask) == address }

  public var description: String { "\(address)/\(length)" }
}
