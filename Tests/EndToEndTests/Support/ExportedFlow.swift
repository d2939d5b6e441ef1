import NetworkBytes
import TestSupport

/// A flow record to send in a hand-built message.
struct ExportedFlow {
  var source = "10.0.0.1"
  var destination = "192.0.2.1"
  var sourcePort: UInt16 = 40_000
  var destinationPort: UInt16 = 443
  var proto: UInt8 = 17
  var flags: UInt8 = 0
  var packets: UInt32 = 1
  var octets: UInt32 = 100
  /// First and last packet, milliseconds before the message.
  var began: UInt32 = 0
  var ended: UInt32 = 0
}

/// Messages of NetFlow v5 and v9 and of IPFIX, from the layouts in the Cisco manual, RFC 3954 and RFC 7011.
enum ExportMessage {
  /// The exporter's uptime at every message, milliseconds.
  private static let uptime: UInt32 = 86_400_000

  /// - Parameter time: milliseconds since 1970 UTC.
  static func v5(
    _ flows: [ExportedFlow], at time: Int64, sequence: UInt32 = 0, engine: UInt16 = 0, sampling: UInt16 = 0
  ) -> Octets {
    let seconds = UInt32(time / 1000)
    let nanoseconds = UInt32(time % 1000) * 1_000_000
    let header = u16(5, UInt16(flows.count)) + u32(uptime, seconds, nanoseconds, sequence) + u16(engine, sampling)
    return flows.reduce(header) { message, flow in
      message + ip(flow.source) + ip(flow.destination) + ip("0.0.0.0") + u16(1, 2)
        + u32(flow.packets, flow.octets, uptime - flow.began, uptime - flow.ended)
        + u16(flow.sourcePort, flow.destinationPort) + u8(0, flow.flags, flow.proto, 0) + u16(0, 0) + u8(24, 16)
        + u16(0)
    }
  }

  /// Elements and lengths of `record`, as in the template sets of v9 and IPFIX.
  private static let fields: [UInt16] = [8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 6, 1, 2, 4, 1, 4]

  /// Returns a template set with a template of `record`.
  static func template(version: UInt16, id: UInt16) -> Octets {
    let body = u16(id, UInt16(fields.count / 2)) + fields.flatMap { u16($0) }
    return u16(version == 9 ? 0 : 2, UInt16(4 + body.count)) + body
  }

  static func data(_ flows: [ExportedFlow], id: UInt16) -> Octets {
    let body = flows.flatMap { flow in
      ip(flow.source) + ip(flow.destination) + u16(flow.sourcePort, flow.destinationPort) + u8(flow.proto, flow.flags)
        + u32(flow.packets, flow.octets)
    }
    return u16(id, UInt16(4 + body.count)) + body
  }

  /// Returns options data of v9: interface names counted from 1, of `width` octets each.
  static func interfaceTable(_ names: [String], width: Int = 16, at time: Int64) -> Octets {
    let template = u16(1, 18) + u16(300, 4, 4) + u16(2, 4) + u16(82, UInt16(width))
    let records = names.enumerated().flatMap { index, name in
      u32(UInt32(index + 1)) + Octets(name.utf8) + zeros(width - name.utf8.count)
    }
    return message(version: 9, template + u16(300, UInt16(4 + records.count)) + records, at: time)
  }

  /// Returns a v9 or IPFIX message with these sets.
  static func message(
    version: UInt16, _ sets: Octets, at time: Int64, sequence: UInt32 = 0, domain: UInt32 = 0
  ) -> Octets {
    let seconds = UInt32(time / 1000)
    return version == 9
      ? u16(9, 1) + u32(uptime, seconds, sequence, domain) + sets
      : u16(10, UInt16(16 + sets.count)) + u32(seconds, sequence, domain) + sets
  }
}

/// The messages of one exporter, as a capture.
struct ExportCapture {
  private var file = CaptureFile()
  private var sequence: UInt32 = 0
  private let exporter: Endpoint
  private let start: Int64
  /// Of the exporter's family.
  private var collector: Endpoint {
    Endpoint(address: exporter.address.isV4 ? IPAddress(v4: 0x7f00_0001) : IPAddress(high: 0, low: 1), port: 2055)
  }

  /// - Parameter start: origin of relative times, milliseconds since 1970 UTC.
  init(exporter: String = "127.0.0.1", port: UInt16 = 5000, start: Int64) {
    self.exporter = Endpoint(address: IPAddress(exporter) ?? .unspecified, port: port)
    self.start = start
  }

  /// Adds flows in one v5 message that arrives `seconds` after the start.
  mutating func send(_ flows: ExportedFlow..., after seconds: Double) {
    send(flows, after: seconds)
  }

  mutating func send(_ flows: [ExportedFlow], after seconds: Double) {
    let time = start + Int64(seconds * 1000)
    for first in stride(from: 0, to: flows.count, by: 30) {
      let part = Array(flows[first..<min(first + 30, flows.count)])
      append(ExportMessage.v5(part, at: time, sequence: sequence), at: time)
      sequence += UInt32(part.count)
    }
  }

  /// Adds any datagram, at milliseconds since 1970 UTC.
  mutating func append(_ payload: Octets, at time: Int64) {
    file.append(datagram: payload, from: exporter, to: collector, at: UInt64(time) * 1_000_000)
  }

  var octets: Octets { file.octets }
}

extension Endpoint {
  /// Returns a port of 127.0.0.1.
  static func loopback(_ port: UInt16) -> Endpoint { Endpoint(address: IPAddress(v4: 0x7f00_0001), port: port) }
}
