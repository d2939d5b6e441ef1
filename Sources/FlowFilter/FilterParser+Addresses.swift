import FlowModel
public import NetworkBytes

/// Resolves host names in a filter.
public struct HostResolution: Sendable {
  /// Why a name has no addresses, as text.
  public struct Failure: Error, Hashable, Sendable {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
  }

  let addresses: @Sendable (String) throws(Failure) -> [IPAddress]

  /// - Parameter addresses: returns all addresses of a name, of both families.
  public init(_ addresses: @escaping @Sendable (String) throws(Failure) -> [IPAddress]) {
    self.addresses = addresses
  }
}

extension FilterParser {
  private static let addressForm = "an address or a network such as 10.0.0.0/8 or 2001:db8::/32"

  /// Parses an address, a network, or a list of them.
  ///
  /// - Parameter takesMask: whether an address may be followed by a mask: `10.0.0.0 255.0.0.0`.
  mutating func parseNetworks(takesMask: Bool) throws(FilterError) -> NetworkSet {
    guard try take("in") else { return NetworkSet(try parseNetwork(takesMask: takesMask)) }
    var networks: [Network] = []
    try parseList { parser throws(FilterError) in networks += try parser.parseNetwork(takesMask: false) }
    return NetworkSet(networks)
  }

  /// Parses a network or a host name.
  private mutating func parseNetwork(takesMask: Bool) throws(FilterError) -> [Network] {
    guard case .word(let word) = token.kind else { throw failure(Self.addressForm) }
    guard let network = Network(word) else { return try parseHost(word) }
    try advance()
    guard takesMask, network.length == 128, network.address.isV4, !word.contains("/"),
      case .word(let mask) = token.kind, mask.first?.isNumber ?? false
    else { return [network] }
    guard let length = IPAddress(mask)?.maskLength else {
      throw failure("a mask that begins with all its ones, such as 255.255.0.0")
    }
    try advance()
    return [Network(network.address, length: 96 + length)]
  }

  private mutating func parseHost(_ word: String) throws(FilterError) -> [Network] {
    guard Self.isHostName(word) else { throw failure(Self.addressForm) }
    guard let hosts else { throw failure("\(Self.addressForm); --resolve-filter accepts host names") }
    let addresses: [IPAddress]
    do throws(HostResolution.Failure) {
      addresses = try hosts.addresses(word)
    } catch {
      throw failure("a host name that resolves (\(error.reason))")
    }
    if addresses.isEmpty { throw failure("a host name with addresses") }
    try advance()
    return addresses.map { Network($0) }
  }

  /// Returns whether a word can only be a host name: its last label begins with a letter (RFC 3696 §2).
  private static func isHostName(_ word: String) -> Bool {
    let labels = word.split(separator: ".", omittingEmptySubsequences: true)
    guard word.utf8.count <= 254, let last = labels.last, last.first?.isLetter ?? false else { return false }
    return labels.allSatisfy { label in
      label.utf8.count <= 63 && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    }
  }

  mutating func parseMAC() throws(FilterError) -> UInt64 {
    guard case .word(let word) = token.kind, let address = Self.mac(word) else {
      throw failure("a MAC address such as 00:1b:44:11:3a:b7")
    }
    try advance()
    return address
  }

  private static func mac(_ word: String) -> UInt64? {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    return parts.reduce(Optional(UInt64(0))) { sum, part in
      guard let sum, part.count <= 2, let octet = digits(part, radix: 16) else { return nil }
      return sum << 8 | octet
    }
  }
}

extension IPAddress {
  /// The prefix length of an IPv4 mask; nil if the address is not a contiguous mask.
  fileprivate var maskLength: Int? {
    guard isV4 else { return nil }
    let bits = UInt32(truncatingIfNeeded: low)
    let length = (~bits).leadingZeroBitCount
    return bits << UInt32(length) == 0 ? length : nil
  }
}

extension Network {
  /// Parses `10.0.0.1`, `10.0.0.0/8`, `10/8` or `2001:db8::/32`; returns nil if the text is none of these.
  public init?(_ text: String) {
    let sides = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var name = sides[0]
    if sides.count == 2, !name.contains(":") {
      // Trailing octets of an IPv4 network may be omitted.
      let missing = 3 - name.filter { $0 == "." }.count
      if missing > 0, !name.hasSuffix(".") { name += String(repeating: ".0", count: missing) }
    }
    guard let address = IPAddress(name) else { return nil }
    guard sides.count == 2 else {
      self.init(address)
      return
    }
    let limit = name.contains(":") ? 128 : 32
    guard (1...3).contains(sides[1].count), sides[1].allSatisfy({ ("0"..."9").contains($0) }),
      let length = Int(sides[1]), length <= limit
    else { return nil }
    self.init(address, length: limit == 32 ? 96 + length : length)
  }
}
