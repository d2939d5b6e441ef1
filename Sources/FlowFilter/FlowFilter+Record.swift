public import FlowModel
import NetworkBytes

extension FlowFilter {
  /// Returns whether a record matches.
  ///
  /// - Parameters:
  ///   - extensions: the rare fields of its batch.
  ///   - origin: the exporter that sent it.
  ///   - collector: name of this host.
  public func matches(
    _ record: FlowRecord, _ extensions: [FlowExtension] = [], from origin: FlowOrigin, collector: String
  ) -> Bool {
    let place = Int(record.extensionNumber) - 1
    let rare = extensions.indices.contains(place) ? extensions[place] : nil
    return matches(FlowRow(record, origin: origin, rare: rare), collector: collector)
  }

  /// Returns whether a flow matches.
  public func matches(_ flow: FlowRow, collector: String) -> Bool {
    switch self {
    case .any: true
    case .not(let inner): !inner.matches(flow, collector: collector)
    case .all(let conditions): conditions.allSatisfy { $0.matches(flow, collector: collector) }
    case .some(let conditions): conditions.contains { $0.matches(flow, collector: collector) }
    case .test(let test): test.holds(flow, collector)
    }
  }

  /// Returns whether the filter uses any of these columns.
  public func looks(at columns: Set<FlowColumn>) -> Bool {
    switch self {
    case .any: false
    case .not(let inner): inner.looks(at: columns)
    case .all(let conditions), .some(let conditions): conditions.contains { $0.looks(at: columns) }
    case .test(.address(let named, _)), .test(.number(let named, _)), .test(.mac(let named, _)),
      .test(.text(let named, _)):
      named.contains { columns.contains($0) }
    case .test(.mpls): columns.contains(.mplsLabels)
    case .test(.isIPv4), .test(.tcpFlags), .test(.rate), .test(.collector): false
    }
  }
}

extension FlowTest {
  fileprivate func holds(_ flow: FlowRow, _ collector: String) -> Bool {
    switch self {
    case .isIPv4(let wanted): return flow.record.isIPv4 == wanted
    case .address(let columns, let networks):
      return columns.contains { column in
        let address = flow.address(column)
        if networks.holdsUnspecifiedAmongOthers, address.isUnspecified, !flow.isIPv6(beyond: column) { return false }
        return networks.contains(address)
      }
    case .number(let columns, let comparison):
      return columns.contains { column in
        let number = flow.scaledNumber(column)
        return !(column.isZeroAbsent && number == 0) && comparison.holds(number)
      }
    case .tcpFlags(let flags): return flow.record.tcpFlags & flags == flags
    case .mac(let columns, let address):
      return columns.contains { flow.value($0) == .mac(address) }
    case .text(let columns, let texts):
      return columns.contains { column in
        guard case .text(let text) = flow.value(column) else { return false }
        return texts.contains(text) || texts.containsInAnyCase(text)
      }
    case .mpls(let label, let comparison):
      guard let stack = flow.rare?.mplsStack else { return false }
      return label.holds(comparison, stack.indices.lazy.filter { stack[$0] != 0 }.map { UInt64(stack[$0] >> 4) })
    case .rate(let rate, let comparison):
      let value = rate.value(
        octets: flow.scaledNumber(.octets), packets: flow.scaledNumber(.packets),
        duration: UInt64(max(0, flow.record.end &- flow.record.start)))
      return comparison.holds(value)
    case .collector(let name): return collector.lowercased() == name.lowercased()
    }
  }
}

extension Set<String> {
  /// Returns whether the set contains a text, ignoring case.
  public func containsInAnyCase(_ text: String) -> Bool {
    let text = text.lowercased()
    return contains { $0.lowercased() == text }
  }
}

extension FlowRecord {
  /// Nil if no address determines the family.
  fileprivate var isIPv4: Bool? {
    if !source.isUnspecified { return source.isV4 }
    return destination.isUnspecified ? nil : destination.isV4
  }
}

extension FlowRow {
  /// Returns whether the address of the opposite end is IPv6.
  fileprivate func isIPv6(beyond column: FlowColumn) -> Bool {
    let other = column.otherEnd.map { address($0) } ?? .unspecified
    return !other.isV4 && !other.isUnspecified
  }

  /// Returns a number as displayed: counters multiplied by the sampling rate.
  fileprivate func scaledNumber(_ column: FlowColumn) -> UInt64 {
    let number = number(column)
    return column.kind == .counter ? number.scaled(by: UInt64(max(record.samplingRate, 1))) : number
  }
}

extension UInt64 {
  /// Returns the product, saturating.
  @inlinable @inline(__always)
  package func scaled(by rate: UInt64) -> UInt64 {
    let product = multipliedReportingOverflow(by: rate)
    return product.overflow ? .max : product.partialValue
  }
}
