public import FlowModel
import NetworkBytes

/// The fields that distinguish flows: records that agree in all of them are merged.
///
/// The sampling rate is always part of the key, so that a flow has one rate. Exporter, domain and version are one
/// number in a record; the decoder numbers origins after `origin(of:)`, and the cache compares the number.
///
/// Fields that are not in the key:
///
/// - Addresses, ports, protocol, ToS, interfaces, VLANs, direction and NAT and firewall events are cleared: a row
///   merged over all destinations has no destination (ICMP type and code belong to `dst_port`, which carries them in
///   NetFlow).
/// - AS numbers, masks, next hop, VRF, layer 2 segment and forwarding status keep the last value; TCP flags are
///   combined.
public struct FlowKey: Hashable, Sendable {
  public private(set) var columns: Set<FlowColumn>
  /// Prefix lengths of addresses that do not count as a whole.
  public private(set) var prefixes: [FlowColumn: PrefixLengths]

  /// Exporter, domain, version; addresses, ports, protocol, ToS; interfaces, VLANs, direction; VRF, layer 2 segment,
  /// forwarding status; NAT and firewall events.
  public static let standard = FlowKey(unchecked: Set(FlowColumn.allCases.filter(\.isStandardKey)), [:])

  /// - Parameter prefixes: for addresses among `columns`.
  /// - Throws: `FlowKeyError` for a column that cannot be in a key, or does not take a prefix.
  public init(_ columns: Set<FlowColumn>, prefixes: [FlowColumn: PrefixLengths] = [:]) throws(FlowKeyError) {
    if let column = columns.first(where: { !$0.isKey }) {
      throw .unknownField(column.name, nearest: Self.names(like: column.name))
    }
    if let column = prefixes.keys.first(where: { !$0.takesKeyPrefix || !columns.contains($0) }) {
      throw .prefixNotAllowed(column.name)
    }
    self.init(unchecked: columns, prefixes)
  }

  private init(unchecked columns: Set<FlowColumn>, _ prefixes: [FlowColumn: PrefixLengths]) {
    self.columns = columns
    self.prefixes = prefixes.filter { $0.value != .whole }
  }

  /// Returns the origin with zeros for parts that are not in the key. Number origins after this.
  public func origin(of origin: FlowOrigin) -> FlowOrigin {
    FlowOrigin(
      exporter: has(.exporter) ? origin.exporter : .unspecified, domain: has(.domain) ? origin.domain : 0,
      version: has(.version) ? origin.version : 0, namesPort: has(.exporter) ? origin.namesPort : 0)
  }

  /// Returns whether a part of the origin is in the key.
  public func has(_ part: FlowColumn.KeyOrigin) -> Bool {
    columns.contains { if case .origin(part, _) = $0.keyRole { true } else { false } }
  }

  /// Whether a flow with this key contains packets of one connection only, so that FIN or RST ends it.
  var isConnection: Bool {
    columns.isSuperset(of: [.sourcePort, .destinationPort, .protocolIdentifier])
      && prefix(of: .source) == .whole && prefix(of: .destination) == .whole
  }

  /// Returns the part of an address that counts; nil if it is not in the key.
  func prefix(of address: FlowColumn.KeyAddress) -> PrefixLengths? {
    let column = columns.first { if case .address(address, _) = $0.keyRole { true } else { false } }
    return column.map { prefixes[$0] ?? .whole }
  }
}
