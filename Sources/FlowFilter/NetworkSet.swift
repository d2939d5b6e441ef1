import LookupTables
public import NetworkBytes

/// Networks, one of which is to hold an address. Looking costs nearly the same for a few networks and for ten thousands.
public struct NetworkSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// In the order in which they were named.
  public let networks: [Network]
  /// The networks; nil where there are so few that they are compared one by one.
  private let table: PrefixTable?
  /// Whether it holds `::` as an address among others, so that it matters whether that is an address or none.
  public let holdsUnspecifiedAmongOthers: Bool

  private static let few = 4

  public init(_ networks: [Network]) {
    self.networks = networks
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
