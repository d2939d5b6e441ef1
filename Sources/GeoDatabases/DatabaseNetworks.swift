import NetworkBytes

/// Visits all networks of a database that have data.
///
/// An IPv6 tree has the IPv4 networks below ::/96, and often aliases them elsewhere, such as under 2002::/16. Aliases
/// are skipped, so that each network is visited once.
struct DatabaseNetworks {
  private struct Place {
    var record: DatabaseRecord
    var address: IPAddress
    /// Of 128 bits.
    var depth: Int
  }

  /// The walk is limited to this many steps more than the tree has nodes: a tree with cycles would never end.
  private static var slack: Int { 1 << 16 }

  /// - Parameter visit: receives the offset of a network's data.
  static func forEach(
    in file: borrowing DatabaseFile, _ visit: (IPAddress, _ length: Int, _ offset: UInt32) throws(GeoError) -> Void
  ) throws(GeoError) {
    let isV4 = file.version == 4
    var v4Root: UInt32? = isV4 ? 0 : nil
    if !isV4, case .node(let node) = try Self.v4Root(file) { v4Root = node }
    var steps = Int(file.nodeCount) + slack
    let root = IPAddress(v4: 0)
    var stack = [
      Place(record: .node(0), address: isV4 ? root : .unspecified, depth: isV4 ? 96 : 0)
    ]
    while let place = stack.popLast() {
      switch place.record {
      case .nothing: break
      case .data(let offset): try report(place, offset, visit)
      case .node(let node):
        var place = place
        if node == v4Root, !isV4 {
          guard place.depth == 96, place.address.isUnspecified else { continue }
          place.address = root
        }
        steps -= 1
        if place.depth >= 128 || steps < 0 { throw GeoError(file.path, .broken("its tree has no end")) }
        let (left, right) = try file.records(of: node)
        stack.append(Place(record: right, address: place.address.settingBit(place.depth), depth: place.depth + 1))
        stack.append(Place(record: left, address: place.address, depth: place.depth + 1))
      }
    }
  }

  /// Returns the record that ::/96 leads to.
  private static func v4Root(_ file: borrowing DatabaseFile) throws(GeoError) -> DatabaseRecord {
    var record = DatabaseRecord.node(0)
    for _ in 0..<96 {
      guard case .node(let node) = record else { return record }
      record = try file.records(of: node).0
    }
    return record
  }

  /// Reports a network. One with ::/96 or a shorter prefix that has data itself covers all of IPv4 as well.
  private static func report(
    _ place: Place, _ offset: UInt32, _ visit: (IPAddress, Int, UInt32) throws(GeoError) -> Void
  ) throws(GeoError) {
    if place.address.isV4 {
      try visit(place.address, place.depth - 96, offset)
      return
    }
    try visit(place.address, place.depth, offset)
    if place.depth <= 96, place.address.isUnspecified { try visit(IPAddress(v4: 0), 0, offset) }
  }
}

extension IPAddress {
  fileprivate func settingBit(_ depth: Int) -> IPAddress {
    depth < 64
      ? IPAddress(high: high | 1 << UInt64(63 - depth), low: low)
      : IPAddress(high: high, low: low | 1 << UInt64(127 - depth))
  }
}
