import FlowModel
import NetFlow

/// The templates of one encoder, and the sets that announce them (RFC 3954 §5.2 and §6.1, RFC 7011 §3.4).
struct ExportTemplates: Sendable {
  static let ipv4Identifier: UInt16 = 256
  static let ipv6Identifier: UInt16 = 257
  static let samplerTemplateIdentifier: UInt16 = 258
  /// The only sampler that is announced and referred to by records.
  static let samplerIdentifier: UInt8 = 1

  let ipv4: FlowTemplate
  let ipv6: FlowTemplate
  /// Template set and, with sampling, options template set and options data set, as encoded in a message.
  let announcement: [UInt8]
  /// Records in the announcement as counted by the v9 header: templates and options data.
  let announcedRecords: Int
  /// Options data records, which IPFIX sequence numbers count.
  let announcedDataRecords: Int

  init(version: ExportVersion, fields: ExportFields, samplingInterval: UInt32) {
    let sampled = samplingInterval > 1
    ipv4 = FlowTemplate(
      identifier: Self.ipv4Identifier,
      fields: Self.layout(version: version, ipv6: false, fields: fields, sampled: sampled))
    ipv6 = FlowTemplate(
      identifier: Self.ipv6Identifier,
      fields: Self.layout(version: version, ipv6: true, fields: fields, sampled: sampled))
    var sets = OctetBuilder()
    sets.set(version == .ipfix ? 2 : 0) { [ipv4, ipv6] body in
      ipv4.announce(in: &body)
      ipv6.announce(in: &body)
    }
    if sampled { Self.announceSampler(version, interval: samplingInterval, in: &sets) }
    announcement = sets.octets
    announcedRecords = sampled ? 4 : 2
    announcedDataRecords = sampled ? 1 : 0
  }

  private static func layout(
    version: ExportVersion, ipv6: Bool, fields: ExportFields, sampled: Bool
  ) -> [TemplateField] {
    // RFC 3954 §8 has one ICMP type for both families, as do v9 collectors.
    let icmp: InformationElementID = ipv6 && version == .ipfix ? .icmpTypeCodeIPv6 : .icmpTypeCodeIPv4
    var layout: [TemplateField] =
      ipv6
      ? [
        .init(.sourceIPv6Address, 16, .source), .init(.destinationIPv6Address, 16, .destination),
        .init(.ipNextHopIPv6Address, 16, .nextHop),
      ]
      : [
        .init(.sourceIPv4Address, 4, .source), .init(.destinationIPv4Address, 4, .destination),
        .init(.ipNextHopIPv4Address, 4, .nextHop),
      ]
    layout += [
      .init(.sourceTransportPort, 2, .sourcePort), .init(.destinationTransportPort, 2, .destinationPort),
      .init(.protocolIdentifier, 1, .protocolIdentifier), .init(.ipClassOfService, 1, .typeOfService),
      .init(.tcpControlBits, version == .ipfix ? 2 : 1, .tcpFlags), .init(.flowDirection, 1, .direction),
      .init(icmp, 2, .icmpTypeCode), .init(.ingressInterface, 4, .ingressInterface),
      .init(.egressInterface, 4, .egressInterface), .init(.octetDeltaCount, 8, .octets),
      .init(.packetDeltaCount, 8, .packets),
    ]
    layout +=
      version == .ipfix
      ? [.init(.flowStartMilliseconds, 8, .startMilliseconds), .init(.flowEndMilliseconds, 8, .endMilliseconds)]
      : [.init(.flowStartSysUpTime, 4, .startUptime), .init(.flowEndSysUpTime, 4, .endUptime)]
    layout += [
      .init(.bgpSourceAsNumber, 4, .sourceAS), .init(.bgpDestinationAsNumber, 4, .destinationAS),
      .init(ipv6 ? .sourceIPv6PrefixLength : .sourceIPv4PrefixLength, 1, .sourceMask),
      .init(ipv6 ? .destinationIPv6PrefixLength : .destinationIPv4PrefixLength, 1, .destinationMask),
      .init(.flowEndReason, 1, .endReason),
    ]
    if fields.contains(.vlans) { layout += [.init(.vlanId, 2, .sourceVLAN), .init(.postVlanId, 2, .destinationVLAN)] }
    if fields.contains(.macAddresses) {
      layout += [.init(.sourceMacAddress, 6, .sourceMAC), .init(.destinationMacAddress, 6, .destinationMAC)]
    }
    if sampled { layout.append(version == .ipfix ? .init(.selectorId, 8, .sampler) : .init(.samplerId, 1, .sampler)) }
    return layout
  }

  /// The sampler as options data: v9 by sampler id under the system scope, IPFIX as a selector (RFC 5476 §6.5.2)
  /// that takes one packet and then leaves `interval - 1`.
  private static func announceSampler(_ version: ExportVersion, interval: UInt32, in sets: inout OctetBuilder) {
    if version == .ipfix {
      sets.set(3) { body in
        body.put16(samplerTemplateIdentifier, 4, 1)
        body.putField(.selectorId, 8)
        body.putField(.selectorAlgorithm, 2)
        body.putField(.samplingPacketInterval, 4)
        body.putField(.samplingPacketSpace, 4)
      }
      sets.set(samplerTemplateIdentifier) { body in
        body.put(UInt64(samplerIdentifier))
        body.put(UInt16(1))  // systematic count-based (RFC 5477 §8.2.1)
        body.put(UInt32(1))
        body.put(interval - 1)
      }
    } else {
      sets.set(1) { body in
        body.put16(samplerTemplateIdentifier, 4, 12)  // octets of scope and of option fields
        body.put16(NetFlow9Scope.system.rawValue, 4)
        body.putField(.samplerId, 1)
        body.putField(.samplerMode, 1)
        body.putField(.samplerRandomInterval, 4)
      }
      sets.set(samplerTemplateIdentifier) { body in
        body.put(UInt32(0))
        body.put(samplerIdentifier)
        body.put(UInt8(1))  // deterministic
        body.put(interval)
      }
    }
  }
}

/// One template for flow records: an identifier and fields of fixed width.
struct FlowTemplate: Sendable {
  let identifier: UInt16
  let fields: [TemplateField]
  /// Octets in one record.
  let recordLength: Int

  init(identifier: UInt16, fields: [TemplateField]) {
    self.identifier = identifier
    self.fields = fields
    recordLength = fields.reduce(0) { $0 + Int($1.width) }
  }

  func announce(in body: inout OctetBuilder) {
    body.put16(identifier, UInt16(fields.count))
    for field in fields { body.putField(field.element, field.width) }
  }

  /// Octets of a data set of `count` records with its header and padding; nothing for no records.
  @inline(__always)
  func setLength(_ count: Int) -> Int { count == 0 ? 0 : paddedToWord(4 &+ count &* recordLength) }
}

/// Builds octets that are made once per encoder.
struct OctetBuilder {
  private(set) var octets: [UInt8] = []

  mutating func put<Value: FixedWidthInteger>(_ value: Value) {
    for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
      octets.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
    }
  }

  mutating func put16(_ values: UInt16...) {
    for value in values { put(value) }
  }

  /// Appends a field specifier: the element, and its octets in a record.
  mutating func putField(_ element: InformationElementID, _ width: UInt16) {
    put16(element.rawValue, width)
  }

  /// Appends a set: identifier, length, what `body` writes, and padding to a multiple of four octets.
  mutating func set(_ identifier: UInt16, _ body: (inout OctetBuilder) -> Void) {
    var inner = OctetBuilder()
    body(&inner)
    let length = paddedToWord(4 + inner.octets.count)
    put16(identifier, UInt16(length))
    octets += inner.octets
    octets += repeatElement(0, count: length - 4 - inner.octets.count)
  }
}
