import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import TrafficGenerator

/// The output of one encoder for synthetic traffic: the messages, and the records in each.
struct ExportStream {
  struct Message {
    let octets: Octets
    /// In the order of the message.
    let records: [FlowRecord]
    /// Sequence number assigned by the encoder.
    let sequence: UInt32
    /// Milliseconds since 1970 UTC.
    let time: Int64
  }

  private(set) var messages: [Message] = []
  var records: [FlowRecord] { messages.flatMap(\.records) }

  /// Encodes `flows` records of seeded traffic, with a message every 20 ms from `start`.
  init(
    _ encoder: MessageEncoder, seed: UInt64, flows: Int, ipv6Share: Double = 0.2,
    start: Int64 = bootTime + 86_400_123
  ) {
    var encoder = encoder
    var model = SyntheticTraffic.Model()
    model.ipv6Share = ipv6Share
    var traffic = SyntheticTraffic(seed: seed, model: model)
    let records = (0..<flows).map { traffic.next(at: start + Int64($0)) }
    var sent = 0
    var octets: Octets = []
    while sent < records.count {
      let sequence = encoder.sequence
      let time = start + Int64(records.count + 20 * messages.count)
      let taken = encoder.encode(records.span.extracting(sent...), at: time, into: &octets)
      let part = records[sent..<sent + taken]
      sent += taken
      guard !octets.isEmpty else { continue }
      let carried = encoder.configuration.version == .netFlow5 ? [] : part.filter { !$0.source.isV4 }
      messages.append(
        Message(octets: octets, records: part.filter(\.source.isV4) + carried, sequence: sequence, time: time))
    }
  }

  /// The messages as a capture, each sent from 192.0.2.1 port 5000 to port 2055.
  var capture: Octets {
    var file = CaptureFile()
    let exporter = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 5_000)
    let collector = Endpoint(address: IPAddress(v4: 0xc000_0202), port: 2_055)
    for message in messages {
      file.append(datagram: message.octets, from: exporter, to: collector, at: UInt64(message.time) * 1_000_000)
    }
    return file.octets
  }
}

extension Array where Element == UInt8 {
  func be16(_ offset: Int) -> Int { Int(self[offset]) << 8 | Int(self[offset + 1]) }
  func be32(_ offset: Int) -> Int { be16(offset) << 16 | be16(offset + 2) }
}
