import FlowModel
import FlowStore
import Foundation
import NetFlow
import NetworkBytes
import TestSupport

/// Flows of all kinds and, for `verify.py`, their raw values.
struct RandomFlows {
  /// A row's values as integers, from which `verify.py` derives the expected value of each column.
  struct Row: Encodable {
    var start: Int64
    var end: Int64
    /// exporter, source, destination, next hop, translated source and destination, and the top label's: 32 hexadecimal
    /// digits each.
    var addresses: [String]
    var version: UInt16
    var direction: UInt8
    var macs: [UInt64]
    /// Engine and selector.
    var application: [UInt64]
    var labels: [UInt32]
    var extra: String
    /// Keyed by column name.
    var numbers: [String: UInt64]
    /// Counters; 0 is null.
    var reverse: [String: UInt64]
    var names: [String: String]
  }

  private var random: SeededGenerator
  private(set) var rows: [Row] = []
  let origins: [FlowOrigin]
  /// Names from exporters: interfaces, VRFs and applications with small numbers.
  private(set) var names = NameTable()
  private var called: [(origin: FlowOrigin, names: ExporterNames)] = []
  private let addresses: [IPAddress]
  /// For each word of a record, a value common to all records; nil if each has its own.
  private var still: [UInt64?] = []

  /// - Parameter stillness: fraction of record words that are constant.
  init(seed: UInt64, stillness: Double = 0) {
    var random = SeededGenerator(seed: seed)
    addresses =
      [
        .unspecified, IPAddress(v4: 0), IPAddress(v4: .max), IPAddress(high: 0, low: 1),
        IPAddress(high: .max, low: .max),
      ]
      + (0..<40).map { _ in Self.address(&random) }
    origins =
      [FlowOrigin(exporter: .unspecified, domain: 0, version: 0)]
      + [5, 9, 10, 10, 9].map { version in
        FlowOrigin(exporter: Self.address(&random), domain: UInt32(truncatingIfNeeded: random.next()), version: version)
      } + [FlowOrigin(exporter: IPAddress(v4: 0x0a00_0001), domain: .max, version: 10)]
      + [FlowOrigin(exporter: IPAddress(v4: 0x0a00_0001), domain: 0, version: 5)]
    self.random = random
    nameThings()
    let record = record()
    still = RecordWord.all.map { word in
      Double.random(in: 0..<1, using: &self.random) < stillness ? word.value(record) : nil
    }
  }

  private mutating func nameThings() {
    let texts = ["Gi0/1", "größe ☃", "a,b", "say \"hi\"", "", "007", "\\", "Gi0/1 "]
    // Excludes origins that others were merged into.
    for origin in origins.dropFirst() where origin.domain != .max || Bool.random(using: &random) {
      var names = ExporterNames()
      for kind in [ExporterNames.Kind.interface, .vrf, .application] {
        for number in UInt64(0)..<8 where Bool.random(using: &random) {
          let engine = UInt8.random(in: 1...7, using: &random)
          names.set(
            "\(texts[Int.random(in: 0..<texts.count, using: &random)])\(number & 1)", kind,
            kind == .application ? UInt64(engine) << 56 | number : number)
        }
      }
      called.append((origin, names))
    }
    self.names = NameTable(called.map { ($0.origin.exporter, $0.origin.domain, $0.names) })
  }

  /// Returns the text of a name column: from the origin's domain, otherwise from another domain of the exporter.
  private func name(_ kind: ExporterNames.Kind, _ number: UInt64, _ origin: FlowOrigin) -> String? {
    let own = called.filter { $0.origin.exporter == origin.exporter }
    let first = own.first { $0.origin.domain == origin.domain }?.names[kind, number]
    return first ?? own.sorted { $0.origin.domain < $1.origin.domain }.compactMap { $0.names[kind, number] }.first
  }

  /// Returns IPv4, or IPv6 with runs of zeros at any position.
  private static func address(_ random: inout SeededGenerator) -> IPAddress {
    if Bool.random(using: &random) { return IPAddress(v4: UInt32(truncatingIfNeeded: random.next())) }
    var words = (UInt64(0), UInt64(0))
    for group in 0..<8 where Bool.random(using: &random) {
      let value = random.next() & (Bool.random(using: &random) ? 0xffff : 0xf)
      if group < 4 { words.0 |= value << UInt64(group * 16) } else { words.1 |= value << UInt64(group * 16 - 64) }
    }
    return IPAddress(high: words.0, low: words.1)
  }

  /// Returns zero, all ones, a small number, or any number.
  private mutating func number<Value: FixedWidthInteger>(_: Value.Type = Value.self) -> Value {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: 0
    case 1: .max
    case 2: Value(truncatingIfNeeded: random.next() & 7)
    default: Value(truncatingIfNeeded: random.next())
    }
  }

  private mutating func anyAddress() -> IPAddress {
    addresses.randomElement(using: &random) ?? .unspecified
  }

  private mutating func time() -> Int64 {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: CivilTime.storable.lowerBound
    case 1: CivilTime.storable.upperBound
    case 2: -1
    default: newYear + Int64.random(in: -1_000_000...1_000_000, using: &random)
    }
  }

  /// - Parameter rare: fraction of records with an extension.
  mutating func batch(_ count: Int, rare: Double) -> FlowBatch {
    var batch = FlowBatch()
    for _ in 0..<count {
      var record = self.record()
      var fields = FlowExtension()
      if Double.random(in: 0..<1, using: &random) < rare {
        fields = self.fields()
        // Records may share an extension, and an extension may be unused.
        if batch.extensions.isEmpty || Bool.random(using: &random) { batch.extensions.append(fields) }
        record.extensionNumber = UInt32.random(in: 1...UInt32(batch.extensions.count), using: &random)
        fields = batch.extensions[Int(record.extensionNumber) - 1]
      }
      batch.records.append(record)
      rows.append(row(record, fields))
    }
    return batch
  }

  private mutating func record() -> FlowRecord {
    var record = FlowRecord()
    record.origin = UInt32.random(in: 0..<UInt32(origins.count), using: &random)
    record.samplingRate = number()
    record.source = anyAddress()
    record.destination = anyAddress()
    record.ingressInterface = number()
    record.egressInterface = number()
    record.sourcePort = number()
    record.destinationPort = number()
    record.sourceVLAN = number()
    record.destinationVLAN = number()
    record.protocolIdentifier = number()
    record.typeOfService = number()
    record.direction = UInt8.random(in: 0...2, using: &random)
    record.icmpType = number()
    record.icmpCode = number()
    record.endReason = number()
    record.sourceAS = number()
    record.destinationAS = number()
    record.nextHop = anyAddress()
    record.vrf = number()
    record.sourceMask = number()
    record.destinationMask = number()
    record.tcpFlags = number()
    record.natEvent = number()
    record.firewallEvent = number()
    record.forwardingStatus = number()
    record.layer2Segment = number(UInt32.self) & 0xff_ffff
    record.octets = number()
    record.packets = number()
    record.start = time()
    record.end = time()
    record.sourceMAC = number(UInt64.self) & 0xffff_ffff_ffff
    record.destinationMAC = number(UInt64.self) & 0xffff_ffff_ffff
    record.records = number()
    for (word, value) in zip(RecordWord.all, still) { if let value { word.set(&record, value) } }
    return record
  }

  private static let extras = [
    "", #"{"a":1}"#, #"{"größe":"\"\\","文":["☃",null]}"#, "{\"\(String(repeating: "x", count: 9000))\":0}",
  ]

  private mutating func fields() -> FlowExtension {
    var fields = FlowExtension()
    fields.postNATSource = anyAddress()
    fields.postNATDestination = anyAddress()
    fields.postNATSourcePort = number()
    fields.postNATDestinationPort = number()
    fields.portBlockStart = number()
    fields.portBlockEnd = number()
    fields.mplsTopLabelAddress = anyAddress()
    for depth in 0..<Int.random(in: 0...10, using: &random) {
      fields.mplsStack[depth] = number(UInt32.self) & 0xff_ffff
    }
    fields.applicationEngine = number()
    fields.applicationSelector = number()
    fields.reverseOctets = number()
    fields.reversePackets = number()
    fields.extra = Self.extras.randomElement(using: &random) ?? ""
    return fields
  }

  private func row(_ record: FlowRecord, _ fields: FlowExtension) -> Row {
    let origin = origins[Int(record.origin)]
    let addresses = [
      origin.exporter, record.source, record.destination, record.nextHop, fields.postNATSource,
      fields.postNATDestination, fields.mplsTopLabelAddress,
    ]
    return Row(
      start: record.start, end: record.end, addresses: addresses.map(Self.hexadecimal), version: origin.version,
      direction: record.direction, macs: [record.sourceMAC, record.destinationMAC],
      application: [UInt64(fields.applicationEngine), fields.applicationSelector & 0xff_ffff],
      labels: fields.mplsStack.indices.map { fields.mplsStack[$0] }, extra: fields.extra,
      numbers: Self.numbers(record, origin, fields),
      reverse: ["reverse_bytes": fields.reverseOctets, "reverse_packets": fields.reversePackets],
      names: names(record, origin, fields))
  }

  private func names(_ record: FlowRecord, _ origin: FlowOrigin, _ fields: FlowExtension) -> [String: String] {
    var names: [String: String] = [:]
    names["in_if_name"] = name(.interface, UInt64(record.ingressInterface), origin)
    names["out_if_name"] = name(.interface, UInt64(record.egressInterface), origin)
    names["vrf_name"] = name(.vrf, UInt64(record.vrf), origin)
    if fields.applicationEngine != 0 {
      let number = UInt64(fields.applicationEngine) << 56 | fields.applicationSelector & 0xff_ffff_ffff_ffff
      names["app_name"] = name(.application, number, origin)
    }
    return names
  }

  private static func numbers(
    _ record: FlowRecord, _ origin: FlowOrigin, _ fields: FlowExtension
  ) -> [String: UInt64] {
    [
      "observation_domain_id": UInt64(origin.domain), "src_port": UInt64(record.sourcePort),
      "dst_port": UInt64(record.destinationPort), "proto": UInt64(record.protocolIdentifier),
      "tcp_flags": UInt64(record.tcpFlags), "ip_tos": UInt64(record.typeOfService),
      "icmp_type": UInt64(record.icmpType), "icmp_code": UInt64(record.icmpCode), "bytes": record.octets,
      "packets": record.packets, "flows": UInt64(record.records), "sampling_rate": UInt64(record.samplingRate),
      "in_if": UInt64(record.ingressInterface), "out_if": UInt64(record.egressInterface),
      "src_as": UInt64(record.sourceAS), "dst_as": UInt64(record.destinationAS),
      "src_mask": UInt64(record.sourceMask), "dst_mask": UInt64(record.destinationMask),
      "src_vlan": UInt64(record.sourceVLAN), "dst_vlan": UInt64(record.destinationVLAN),
      "end_reason": UInt64(record.endReason), "post_nat_src_port": UInt64(fields.postNATSourcePort),
      "post_nat_dst_port": UInt64(fields.postNATDestinationPort), "vrf_id": UInt64(record.vrf),
      "nat_event": UInt64(record.natEvent), "firewall_event": UInt64(record.firewallEvent),
      "forwarding_status": UInt64(record.forwardingStatus), "port_block_start": UInt64(fields.portBlockStart),
      "port_block_end": UInt64(fields.portBlockEnd), "layer2_segment_id": UInt64(record.layer2Segment),
    ]
  }

  private static func hexadecimal(_ address: IPAddress) -> String {
    [address.high, address.low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
