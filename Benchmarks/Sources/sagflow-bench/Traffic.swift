import Foundation
import NetFlow
import NetworkBytes
import TrafficGenerator

/// Messages of a synthetic exporter, contiguous in memory.
struct Traffic {
  static let versions: [(name: String, version: ExportVersion)] = [
    ("v5", .netFlow5), ("v9", .netFlow9), ("ipfix", .ipfix),
  ]
  /// Start of the traffic, milliseconds since 1970 UTC.
  static let start: Int64 = 1_750_000_200_000
  /// Records per second of traffic time.
  static let rate = 10_000.0

  private(set) var octets: [UInt8] = []
  /// Range of each message, and its export time, milliseconds since 1970 UTC.
  private(set) var messages: [(place: Range<Int>, time: Int64)] = []
  private(set) var records = 0

  init(_ version: ExportVersion, records count: Int, ipv6Share: Double = 0, seed: UInt64 = 1) throws {
    var configuration = MessageEncoder.Configuration(version: version)
    configuration.bootTime = Self.start - 3_600_000
    configuration.fields = []
    var model = SyntheticTraffic.Model()
    model.ipv6Share = ipv6Share
    var generator = try FlowGenerator(configuration, seed: seed, model: model, flows: UInt64(count), rate: 0)
    var message: [UInt8] = []
    while !generator.isFinished {
      let time = Self.start + Int64(Double(generator.sentFlows) / Self.rate * 1000)
      generator.next(at: time, into: &message)
      messages.append((octets.count..<(octets.count + message.count), time))
      octets += message
    }
    records = count
  }

  static let exporter = Endpoint(address: IPAddress(v4: 0xc633_6401), port: 50_000)

  /// Writes the messages as a capture: Ethernet, IPv4, UDP.
  func writeCapture(to path: String) throws {
    var file: [UInt8] = []
    for word: UInt32 in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 1] { file.append(littleEndian: word) }
    for (place, time) in messages {
      let frame = 42 + place.count
      for word in [UInt32(time / 1000), UInt32(time % 1000 * 1000), UInt32(frame), UInt32(frame)] {
        file.append(littleEndian: word)
      }
      file += [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0]
      file.append(bigEndian: UInt16(28 + place.count))
      file += [0, 0, 0x40, 0, 63, 17, 0, 0, 198, 51, 100, 1, 198, 51, 100, 200]
      file.append(bigEndian: Self.exporter.port)
      file.append(bigEndian: 9995)
      file.append(bigEndian: UInt16(8 + place.count))
      file += [0, 0]
      file += octets[place]
    }
    try Data(file).write(to: URL(fileURLWithPath: path))
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  fileprivate mutating func append(bigEndian word: UInt16) {
    append(UInt8(word >> 8))
    append(UInt8(truncatingIfNeeded: word))
  }
}
