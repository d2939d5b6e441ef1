public import FlowModel
import NetworkBytes

extension FlowFilter {
  /// Whether a record passes.
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

  /// Whether a flow passes.
  public func matches(_ flow: FlowRow, collector: String) -> Bool {
    switch self {
    case .any: true
    case .not(let inner): !inner.matches(flow, collector: collector)
    case .all(let conditions): conditions.allSatisfy { $0.matches(flow, collector: collector) }
    case .some(let conditions): conditions.contains { $0.matches(flow, collector: collector) }
    case .test(let test): test.holds(flow, collector)
    }
  }

  /// Whether it looks at one of these columns.
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
  /// Whether it has a text that differs in capital letters at most.
  public func containsInAnyCase(_ text: String) -> Bool {
    let text = text.lowercased()
    return contains { $0.lowercased() == text }
  }
}

extension FlowRecord {
  /// Nil if it has no address that tells.
  fileprivate var isIPv4: Bool? {
    if !source.isUnspecified { return source.isV4 }
    return destination.isUnspecified ? nil : destination.isV4
  }
}

extension FlowRow {
  /// Whether the other end of an end's column is an IPv6 address.
  fileprivate func isIPv6(beyond column: FlowColumn) -> Bool {
    let other = column.otherEnd.map { address($0) } ?? .unspecified
    return !other.isV4 && !other.isUnspecified
  }

  /// A number as it is shown: counters multiplied by the sampling rate.
  fileprivate func scaledNumber(_ column: FlowColumn) -> UInt64 {
    let number = number(column)
    return column.kind == .counter ? number.scaled(by: UInt64(max(record.samplingRate, 1))) : number
  }
}

extension UInt64 {
  /// The product; the greatest number if it is too large.
  @inlinable @inline(__always)
  package func scaled(by rate: UInt64) -> UInt64 {
    let product = multipliedReportingOverflow(by: rate)
    return product.overflow ? .max : product.partialValue
  }
}
