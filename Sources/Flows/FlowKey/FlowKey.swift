import NetFlow

/// Which fields tell flows apart: records that agree in all of them are merged into one flow.
///
/// The sampling rate is always part of the key, so that a flow has one rate. Exporter, domain and version are one
/// number in a record; the decoder numbers origins after `origin(of:)`, and the cache compares the number.
///
/// What becomes of a field that is not in the key:
/// - addresses, ports, protocol, ToS, interfaces, VLANs and direction are cleared: a row merged over all destinations has
///   no destination (ICMP type and code go with `dst_port`, which carries them in NetFlow);
/// - AS numbers, masks, next hop and VRF keep the last value seen; TCP flags are those of all records together.
public struct FlowKey: Hashable, Sendable {
  /// A field that may be part of the key, named as the store's column is.
  public enum Field: String, CaseIterable, Sendable {
    case exporter = "exporter_addr"
    case domain = "observation_domain_id"
    case version = "flow_type"
    case source = "src_addr"
    case destination = "dst_addr"
    case sourcePort = "src_port"
    case destinationPort = "dst_port"
    case protocolIdentifier = "proto"
    case typeOfService = "ip_tos"
    case ingressInterface = "in_if"
    case egressInterface = "out_if"
    case sourceVLAN = "src_vlan"
    case destinationVLAN = "dst_vlan"
    case direction = "direction"
    case sourceAS = "src_as"
    case destinationAS = "dst_as"
    case sourceMask = "src_mask"
    case destinationMask = "dst_mask"
    case nextHop = "next_hop"
    case tcpFlags = "tcp_flags"
    case vrf = "vrf_id"

    /// Whether the field is an address of the record, which may be cut to a prefix.
    public var takesPrefix: Bool { self == .source || self == .destination || self == .nextHop }
  }

  public private(set) var fields: Set<Field>
  /// Prefix lengths of those address fields that do not count whole.
  public private(set) var prefixes: [Field: PrefixLengths]

  /// Exporter, domain, version; addresses, ports, protocol, ToS; interfaces, VLANs, direction, VRF.
  public static let standard = FlowKey([
    .exporter, .domain, .version, .source, .destination, .sourcePort, .destinationPort, .protocolIdentifier,
    .typeOfService, .ingressInterface, .egressInterface, .sourceVLAN, .destinationVLAN, .direction,
    .vrf,
  ])

  /// A prefix counts only for a field that is in `fields` and takes one.
  public init(_ fields: Set<Field>, prefixes: [Field: PrefixLengths] = [:]) {
    self.fields = fields
    self.prefixes = prefixes.filter { fields.contains($0.key) && $0.key.takesPrefix && $0.value != .whole }
  }

  public var includesExporter: Bool { fields.contains(.exporter) }
  public var includesDomain: Bool { fields.contains(.domain) }
  public var includesVersion: Bool { fields.contains(.version) }

  /// The origin as the key sees it: what is not in the key is zero. Number origins after this.
  public func origin(of origin: FlowOrigin) -> FlowOrigin {
    FlowOrigin(
      exporter: includesExporter ? origin.exporter : .unspecified, domain: includesDomain ? origin.domain : 0,
      version: includesVersion ? origin.version : 0)
  }

  /// Whether a flow under this key holds the packets of one connection only, so that a FIN or RST is its end.
  var isConnection: Bool {
    fields.isSuperset(of: [.source, .destination, .sourcePort, .destinationPort, .protocolIdentifier])
      && prefix(of: .source) == .whole && prefix(of: .destination) == .whole
  }

  func prefix(of field: Field) -> PrefixLengths { prefixes[field] ?? .whole }
}
