// TrafficGenerator: the Exporting Process, for load tests and as the counterpart in tests. Generates plausible traffic
// and encodes flow records as NetFlow v5, v9 and IPFIX messages. No I/O, no clock.

public import FlowModel
import NetFlow
public import NetworkBytes

/// Optional groups of fields in v9 and IPFIX templates.
public struct ExportFields: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// VLANs of both sides: vlanId and postVlanId.
  public static let vlans = ExportFields(rawValue: 1)
  /// MAC addresses of both sides: sourceMacAddress and destinationMacAddress.
  public static let macAddresses = ExportFields(rawValue: 2)
}

/// Encodes flow records as messages of one exporter and observation domain.
///
/// Keeps the protocol state between messages: the sequence number (v5 counts flows, v9 messages, IPFIX data records)
/// and when the templates were last sent.
public struct MessageEncoder: Sendable {
  public struct Configuration: Sendable {
    public var version: ExportVersion
    /// IPFIX observation domain id, v9 source id, v5 engine_type * 256 + engine_id.
    public var domain: UInt32 = 0
    /// Maximum octets of UDP payload; v5 messages are also limited to 30 records.
    public var maximumMessageSize = 1_400
    /// v9 and IPFIX: messages between two announcements of the templates.
    public var templateInterval = 20
    /// Sampling interval: one of this many packets; announced to the collector if above 1.
    public var samplingInterval: UInt32 = 1
    /// When the exporter started, milliseconds since 1970 UTC: the base of v5 and v9 times.
    public var bootTime: UnixMilliseconds = 0
    /// v9 and IPFIX: optional fields.
    public var fields: ExportFields = [.vlans]

    public init(version: ExportVersion) { self.version = version }
  }

  public let configuration: Configuration
  /// The sequence number of the next message.
  public private(set) var sequence: UInt32 = 0
  /// Records that the protocol cannot represent (IPv6 in v5), which were skipped.
  public private(set) var unsupportedRecords: UInt64 = 0

  let templates: ExportTemplates
  private var messagesUntilTemplates = 0

  public init(_ configuration: Configuration) throws(ExportError) {
    let version = configuration.version
    guard configuration.samplingInterval >= 1, version != .netFlow5 || configuration.samplingInterval < 1 << 14 else {
      throw .samplingInterval(configuration.samplingInterval)
    }
    guard version != .netFlow5 || configuration.domain <= 0xffff else { throw .domain(configuration.domain) }
    templates = ExportTemplates(
      version: version, fields: configuration.fields, samplingInterval: configuration.samplingInterval)
    let smallest =
      version == .netFlow5
      ? Self.v5HeaderLength + Self.v5RecordLength
      : version.headerLength + templates.announcement.count + templates.ipv6.setLength(1)
    let allowed = smallest...65_507
    guard allowed.contains(configuration.maximumMessageSize) else {
      throw .messageSize(configuration.maximumMessageSize, allowed: allowed)
    }
    self.configuration = configuration
  }

  /// Encodes a message with as many records, from the first, as fit.
  ///
  /// IPv4 records precede IPv6 ones in a v9 or IPFIX message. Templates come first when due.
  ///
  /// - Parameters:
  ///   - time: time of sending, milliseconds since 1970 UTC.
  ///   - message: replaced; empty if none of the records taken can be encoded.
  /// - Returns: the number of records taken, at least one if there are any.
  public mutating func encode(_ records: Span<FlowRecord>, at time: UnixMilliseconds, into message: inout [UInt8])
    -> Int
  {
    message.removeAll(keepingCapacity: true)
    let announces = configuration.version != .netFlow5 && messagesUntilTemplates <= 0
    let plan = plan(records, announces: announces)
    unsupportedRecords &+= UInt64(plan.taken - plan.ipv4 - plan.ipv6)
    guard plan.ipv4 + plan.ipv6 > 0 else { return plan.taken }
    message.append(contentsOf: repeatElement(0, count: plan.length))
    var octets = message.mutableSpan
    var writer = WireWriter(&octets)
    if configuration.version == .netFlow5 {
      writeV5(records, plan, at: time, to: &writer)
    } else {
      writeSets(records, plan, announces: announces, at: time, to: &writer)
      messagesUntilTemplates = (announces ? configuration.templateInterval : messagesUntilTemplates) &- 1
    }
    sequence &+= plan.sequenceStep
    return plan.taken
  }
}

extension MessageEncoder {
  /// The content of a message, decided before anything is written.
  struct Plan {
    var taken = 0
    var ipv4 = 0
    var ipv6 = 0
    /// Octets of the whole message.
    var length = 0
    var sequenceStep: UInt32 = 0
  }

  private func plan(_ records: Span<FlowRecord>, announces: Bool) -> Plan {
    var plan = Plan()
    let version = configuration.version
    let fixed = version.headerLength + (announces ? templates.announcement.count : 0)
    plan.length = fixed
    while plan.taken < records.count {
      let isV4 = records[plan.taken].isV4
      if version == .netFlow5 {
        if isV4 {
          guard plan.ipv4 < 30, plan.length + Self.v5RecordLength <= configuration.maximumMessageSize else { break }
          plan.length += Self.v5RecordLength
          plan.ipv4 += 1
        }
      } else {
        let ipv4 = plan.ipv4 + (isV4 ? 1 : 0)
        let ipv6 = plan.ipv6 + (isV4 ? 0 : 1)
        let length = fixed + templates.ipv4.setLength(ipv4) + templates.ipv6.setLength(ipv6)
        guard length <= configuration.maximumMessageSize else { break }
        (plan.ipv4, plan.ipv6, plan.length) = (ipv4, ipv6, length)
      }
      plan.taken += 1
    }
    plan.sequenceStep =
      switch version {
      case .netFlow5: UInt32(plan.ipv4)
      case .netFlow9: 1
      case .ipfix: UInt32(plan.ipv4 + plan.ipv6 + (announces ? templates.announcedDataRecords : 0))
      }
    return plan
  }
}

extension ExportVersion {
  /// Octets of the message header.
  var headerLength: Int {
    switch self {
    case .netFlow5: MessageEncoder.v5HeaderLength
    case .netFlow9: 20
    case .ipfix: 16
    }
  }
}
