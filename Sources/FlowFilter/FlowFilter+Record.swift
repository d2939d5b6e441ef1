import FlowStore
import NetFlow
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
    switch self {
    case .any: true
    case .not(let inner): !inner.matches(record, extensions, from: origin, collector: collector)
    case .all(let conditions):
      conditions.allSatisfy { $0.matches(record, extensions, from: origin, collector: collector) }
    case .some(let conditions):
      conditions.contains { $0.matches(record, extensions, from: origin, collector: collector) }
    case .test(let test): test.holds(record, extensions, origin, collector)
    }
  }

  /// Whether it looks at one of these columns.
  public func looks(at columns: Set<FlowColumn>) -> Bool {
    switch self {
    case .any: false
    case .not(let inner): inner.looks(at: columns)
    case .all(let conditions), .some(let conditions): conditions.contains { $0.looks(at: columns) }
    case .test(.address(let named, _)), .test(.number(let named, _)), .test(.mac(let named, _)):
      named.contains { columns.contains($0) }
    case .test: false
    }
  }
}

extension FlowTest {
  fileprivate func holds(
    _ record: FlowRecord, _ extensions: [FlowExtension], _ origin: FlowOrigin, _ collector: String
  ) -> Bool {
    switch self {
    case .isIPv4(let wanted): record.isIPv4 == wanted
    case .address(let columns, let networks):
      columns.contains { column in
        let address = record.address(column, extensions, origin)
        if networks.holdsUnspecifiedAmongOthers, address.isUnspecified, !record.isSixBeyond(column) { return false }
        return networks.contains(address)
      }
    case .number(let columns, let comparison):
      columns.contains { column in
        if column.isZeroAbsent {
          let port = record.translatedPort(column, extensions)
          return port != 0 && comparison.holds(port)
        }
        return comparison.holds(record.number(column, origin))
      }
    case .tcpFlags(let flags): record.tcpFlags & flags == flags
    case .mac(let columns, let address):
      // 0 is no address.
      address != 0
        && columns.contains { ($0 == .sourceMAC ? record.sourceMAC : record.destinationMAC) == address }
    case .rate(let rate, let comparison):
      comparison.holds(
        rate.value(
          octets: record.number(.octets, origin), packets: record.number(.packets, origin),
          duration: UInt64(max(0, record.end &- record.start))))
    case .collector(let name): collector.lowercased() == name.lowercased()
    }
  }
}

extension FlowRecord {
  /// Nil if it has no address that tells.
  fileprivate var isIPv4: Bool? {
    if !source.isUnspecified { return source.isV4 }
    return destination.isUnspecified ? nil : destination.isV4
  }

  /// Whether the other end of an end's column is an IPv6 address.
  fileprivate func isSixBeyond(_ column: FlowColumn) -> Bool {
    let other =
      switch column {
      case .sourceAddress: destination
      case .destinationAddress: source
      default: IPAddress.unspecified
      }
    return !other.isV4 && !other.isUnspecified
  }

  private func rare(_ extensions: [FlowExtension]) -> FlowExtension? {
    let place = Int(extensionNumber) - 1
    return extensions.indices.contains(place) ? extensions[place] : nil
  }

  /// 0 if there is none.
  fileprivate func translatedPort(_ column: FlowColumn, _ extensions: [FlowExtension]) -> UInt64 {
    guard let fields = rare(extensions) else { return 0 }
    return UInt64(column == .postNATSourcePort ? fields.postNATSourcePort : fields.postNATDestinationPort)
  }

  fileprivate func address(
    _ column: FlowColumn, _ extensions: [FlowExtension], _ origin: FlowOrigin
  ) -> IPAddress {
    switch column {
    case .postNATSourceAddress: rare(extensions)?.postNATSource ?? .unspecified
    case .postNATDestinationAddress: rare(extensions)?.postNATDestination ?? .unspecified
    case .sourceAddress: source
    case .destinationAddress: destination
    case .nextHop: nextHop
    case .exporterAddress: origin.exporter
    default: .unspecified
    }
  }

  /// A number of those that the language knows; counters multiplied by the sampling rate.
  fileprivate func number(_ column: FlowColumn, _ origin: FlowOrigin) -> UInt64 {
    switch column {
    case .observationDomainID: UInt64(origin.domain)
    case .sourcePort: UInt64(sourcePort)
    case .destinationPort: UInt64(destinationPort)
    case .protocolIdentifier: UInt64(protocolIdentifier)
    case .typeOfService: UInt64(typeOfService)
    case .icmpType: UInt64(icmpType)
    case .icmpCode: UInt64(icmpCode)
    case .octets: scaled(octets)
    case .packets: scaled(packets)
    case .records: UInt64(records)
    case .ingressInterface: UInt64(ingressInterface)
    case .egressInterface: UInt64(egressInterface)
    case .sourceAS: UInt64(sourceAS)
    case .destinationAS: UInt64(destinationAS)
    case .sourceMask: UInt64(sourceMask)
    case .destinationMask: UInt64(destinationMask)
    case .sourceVLAN: UInt64(sourceVLAN)
    case .destinationVLAN: UInt64(destinationVLAN)
    default: 0
    }
  }

  private func scaled(_ value: UInt64) -> UInt64 { value.scaled(by: UInt64(max(samplingRate, 1))) }
}

extension UInt64 {
  /// The product; the greatest number if it is too large.
  @inlinable @inline(__always)
  package func scaled(by rate: UInt64) -> UInt64 {
    let product = multipliedReportingOverflow(by: rate)
    return product.overflow ? .max : product.partialValue
  }
}
