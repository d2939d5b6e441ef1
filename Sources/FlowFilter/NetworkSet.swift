import LookupTables
public import NetworkBytes

/// A set of networks. A lookup costs nearly the same for a few networks as for ten thousand.
public struct NetworkSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// In the order given.
  public let networks: [Network]
  /// Nil if there are so few networks that they are compared one by one.
  private let table: PrefixTable?
  /// Whether `::` is contained along with other addresses, so that it matters whether it means an address or absence.
  public let holdsUnspecifiedAmongOthers: Bool

  /// Whether all networks are of IPv4.
  public let isIPv4: Bool

  private static let few = 4

  public init(_ networks: [Network]) {
    self.networks = networks
    isIPv4 = networks.allSatisfy(\.address.isV4)
    let holders = networks.filter { $0.contains(.unspecified) }
    holdsUnspecifiedAmongOthers = !holders.isEmpty && holders.allSatisfy { $0.length < 128 }
    guard networks.count > Self.few else {
      table = nil
      return
    }
    var builder = PrefixTableBuilder()
    for network in networks {
      let length = network.address.isV4 ? network.length - 96 : network.length
      builder.add(network.address, length: length, value: 1)
    }
    table = builder.table()
  }

  public init(arrayLiteral networks: Network...) { self.init(networks) }

  public var isEmpty: Bool { networks.isEmpty }

  public func contains(_ address: IPAddress) -> Bool {
    guard let table else { return networks.contains { $0.contains(address) } }
    return table[address] != 0
  }

  public static func == (a: Self, b: Self) -> Bool { a.networks == b.networks }
  public func hash(into hasher: inout Hasher) { hasher.combine(networks) }
}
