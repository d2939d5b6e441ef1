public import NetworkBytes

/// Networks, one of which is to hold an address. Looking costs the same for one network of a length and for ten thousands.
public struct NetworkSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// In the order in which they were named.
  public let networks: [Network]
  /// The networks of each length; empty where there are so few that they are compared one by one.
  private let levels: [Level]
  /// Whether it holds `::` as an address among others, so that it matters whether that is an address or none.
  public let holdsUnspecifiedAmongOthers: Bool

  private struct Level: Sendable {
    let length: Int
    let mask: IPAddress
    var addresses: Set<IPAddress>
  }

  private static let few = 4

  public init(_ networks: [Network]) {
    self.networks = networks
    let holders = networks.filter { $0.contains(.unspecified) }
    holdsUnspecifiedAmongOthers = !holders.isEmpty && holders.allSatisfy { $0.length < 128 }
    guard networks.count > Self.few else {
      levels = []
      return
    }
    let byLength = Dictionary(grouping: networks, by: \.length)
    levels = byLength.keys.sorted(by: >).map { length in
      Level(
        length: length, mask: .mask(leadingBits: length), addresses: Set((byLength[length] ?? []).map(\.address)))
    }
  }

  public init(arrayLiteral networks: Network...) { self.init(networks) }

  public func contains(_ address: IPAddress) -> Bool {
    if levels.isEmpty { return networks.contains { $0.contains(address) } }
    return levels.contains { level in
      Network.canHold(address, length: level.length) && level.addresses.contains(address.masked(by: level.mask))
    }
  }

  public static func == (a: Self, b: Self) -> Bool { a.networks == b.networks }
  public func hash(into hasher: inout Hasher) { hasher.combine(networks) }
}
