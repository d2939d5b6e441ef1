import FlowModel
import NetFlow
import NetworkBytes

/// Messages decoded into flow records in order, by a new decoder or a given one.
struct FlowDecoded {
  var records: [FlowRecord] = []
  var extensions: [FlowExtension] = []
  var origins: [FlowOrigin] = []
  var counters = DecodeCounters()

  /// - Parameters:
  ///   - arrival: arrival of all messages, milliseconds since 1970 UTC; by default that of `Wire`'s messages.
  ///   - configure: changes the standard options.
  init(
    _ messages: [[UInt8]], from exporter: Endpoint = Wire.exporter, arrival: Int64 = 1_750_000_000_000,
    _ configure: (inout FlowDecoderOptions) -> Void = { _ in }
  ) {
    var options = FlowDecoderOptions()
    configure(&options)
    var decoder = FlowDecoder(options: options)
    self.init(messages, by: &decoder, from: exporter, arrival: arrival)
  }

  init(
    _ messages: [[UInt8]], by decoder: inout FlowDecoder, from exporter: Endpoint = Wire.exporter,
    arrival: Int64 = 1_750_000_000_000
  ) {
    var batch = FlowBatch()
    for message in messages {
      decoder.decode(message.rawSpan, from: exporter, arrival: arrival * 1_000_000, into: &batch)
    }
    records = batch.records
    extensions = batch.extensions
    origins = decoder.origins.origins
    counters = decoder.counters
  }

  /// Nonzero fields of each record.
  var contents: [[String: String]] {
    records.map { record in
      let rare = record.extensionNumber > 0 ? extensions[Int(record.extensionNumber) - 1] : FlowExtension()
      return record.contents(rare, origins)
    }
  }

  /// Nonzero issue counters by name.
  var issues: [String: UInt64] { counters.issues }
}

extension DecodeCounters {
  var issues: [String: UInt64] {
    DecodeIssue.allCases.reduce(into: [:]) { issues, issue in
      if self[issue] > 0 { issues[issue.name] = self[issue] }
    }
  }
}

extension FlowRecord {
  /// Returns every nonzero field by name.
  func contents(_ rare: FlowExtension, _ origins: [FlowOrigin]) -> [String: String] {
    let addresses = [
      "source": source, "destination": destination, "nextHop": nextHop, "postNATSource": rare.postNATSource,
      "postNATDestination": rare.postNATDestination, "mplsTopLabelAddress": rare.mplsTopLabelAddress,
      "exporter": origins[Int(origin)].exporter,
    ]
    let numbers: [String: UInt64] = [
      "samplingRate": UInt64(samplingRate), "ingressInterface": UInt64(ingressInterface),
      "egressInterface": UInt64(egressInterface), "sourcePort": UInt64(sourcePort),
      "destinationPort": UInt64(destinationPort), "sourceVLAN": UInt64(sourceVLAN),
      "destinationVLAN": UInt64(destinationVLAN), "protocol": UInt64(protocolIdentifier),
      "typeOfService": UInt64(typeOfService), "direction": UInt64(direction), "icmpType": UInt64(icmpType),
      "icmpCode": UInt64(icmpCode), "endReason": UInt64(endReason), "sourceAS": UInt64(sourceAS),
      "destinationAS": UInt64(destinationAS), "vrf": UInt64(vrf), "sourceMask": UInt64(sourceMask),
      "destinationMask": UInt64(destinationMask), "tcpFlags": UInt64(tcpFlags), "octets": octets, "packets": packets,
      "start": UInt64(bitPattern: start), "end": UInt64(bitPattern: end), "sourceMAC": sourceMAC,
      "destinationMAC": destinationMAC, "records": UInt64(records),
      "domain": UInt64(origins[Int(origin)].domain), "version": UInt64(origins[Int(origin)].version),
      "postNATSourcePort": UInt64(rare.postNATSourcePort),
      "postNATDestinationPort": UInt64(rare.postNATDestinationPort),
      "natEvent": UInt64(natEvent), "firewallEvent": UInt64(firewallEvent),
      "forwardingStatus": UInt64(forwardingStatus), "layer2Segment": UInt64(layer2Segment),
      "portBlockStart": UInt64(rare.portBlockStart), "portBlockEnd": UInt64(rare.portBlockEnd),
      "applicationEngine": UInt64(rare.applicationEngine), "applicationSelector": rare.applicationSelector,
      "reverseOctets": rare.reverseOctets, "reversePackets": rare.reversePackets,
    ]
    var contents = addresses.filter { !$0.value.isUnspecified }.mapValues(\.description)
    for (name, number) in numbers where number != 0 { contents[name] = String(number) }
    for depth in 0..<10 where rare.mplsStack[depth] != 0 { contents["mpls\(depth)"] = String(rare.mplsStack[depth]) }
    if !rare.extra.isEmpty { contents["extra"] = rare.extra }
    return contents
  }
}

/// A flow template with records, as a v9 or IPFIX message.
struct FlowMessage {
  var version = 10
  /// Element and length, optionally enterprise.
  var fields: [[Int]]
  /// The content of each field of each record; variable-length fields (65535) get a length prefix.
  var records: [[[UInt8]]]
  var exportTime = 1_750_000_000
  var upTime = 60_000
  var domain = 1

  var template: [UInt8] { Wire.set(version == 9 ? 0 : 2, Wire.template(256, fields)) }

  var data: [UInt8] {
    Wire.set(
      256,
      records.flatMap { record in
        zip(fields, record).flatMap { $0[1] == 65535 ? Wire.variable($1) : $1 }
      })
  }

  var octets: [UInt8] {
    version == 9
      ? Wire.v9(template, data, domain: domain, exportTime: exportTime, upTime: upTime)
      : Wire.ipfix(template, data, domain: domain, exportTime: exportTime)
  }

  /// The same with a variable-length field before all others, so that records are measured one by one.
  var variable: FlowMessage {
    var message = self
    message.fields.insert([82, 65535], at: 0)
    message.records = records.enumerated().map { [Array(repeating: 0x61, count: $0 % 3)] + $1 }
    return message
  }
}

extension [UInt8] {
  /// Big-endian; only the last eight octets count.
  var number: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }

  init(_ number: UInt64, width: Int) {
    self = (0..<width).reversed().map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> UInt64($0 * 8) : 0) }
  }
}

extension FlowDecoder {
  /// Advances time as a pipeline does.
  mutating func tick(to time: Int64, into batch: inout FlowBatch) {
    advance(to: time)
    while decodeEarly(limit: 1000, into: &batch).isMore {}
  }

  /// Ends decoding as a pipeline does.
  mutating func end(at time: Int64, into batch: inout FlowBatch) {
    tick(to: time, into: &batch)
    endWaiting()
    while decodeEarly(limit: 1000, into: &batch).isMore {}
  }
}

extension FlowDecoderState {
  /// Returns the parts of the state as in a checkpoint.
  func parts() throws -> [(part: Part, octets: [UInt8])] {
    var parts: [(part: Part, octets: [UInt8])] = []
    try write { parts.append(($0, $1)) }
    return parts
  }

  init(_ parts: [(part: Part, octets: [UInt8])]) throws(OctetFault) {
    self.init()
    for (part, octets) in parts { try read(part, octets) }
    try check()
  }

  /// Returns the state after a round trip through a checkpoint's parts.
  func reread() throws -> FlowDecoderState { try FlowDecoderState(parts()) }
}
