import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Malformed input", .tags(.slow), .unlessFast)
struct RecordFuzzTests {
  /// Valid messages that contain everything the decoder supports.
  private static let messages: [[UInt8]] = {
    let types = InformationElement.all.map {
      [Int($0.id.rawValue), $0.type.isStructured ? 65535 : 1 + Int($0.id.rawValue) % 17]
    }
    let lists =
      Wire.template(300, [[8, 4], [82, 65535]]) + Wire.template(301, [[291, 65535], [292, 65535], [293, 65535]])
    let list = Wire.hex("03 012c 0a000001 026c6f 0a000002 00")
    let multi = Wire.hex("03 012c 000b 0a000001 026c6f")
    let data =
      Wire.variable(Wire.hex("03 0010 0004 0000fbf4 0000fbf5")) + Wire.variable(list) + Wire.variable(multi)
    let all = Wire.set(2, Wire.template(302, types))
    let length = types.reduce(0) { $0 + ($1[1] == 65535 ? 1 : $1[1]) }
    return [
      Wire.ipfix(Wire.set(2, lists), Wire.set(301, data + data)),
      Wire.ipfix(all), Wire.ipfix(Wire.set(302, Array(repeating: 0, count: length))),
      Wire.ipfix(
        Wire.set(3, Wire.optionsTemplate(303, scopes: 1, [[149, 4], [41, 8], [1, 4, 9]])),
        Wire.set(303, Array(1...16))),
      Wire.v9(
        Wire.set(1, Wire.optionsTemplateV9(256, scopes: [[1, 4]], [[34, 4], [84, 65535]])),
        Wire.set(256, Wire.hex("0a000001 00000064 0161"))),
      Wire.v9(
        Wire.set(0, Wire.template(257, [[8, 4], [22, 4], [21, 4], [4, 1], [4, 1]])), Wire.set(257, Array(1...28))),
      Wire.v5(Wire.v5Record + Wire.v5Record),
    ]
  }()

  private static func mutate(_ message: inout [UInt8], _ generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...6, using: &generator) where !message.isEmpty {
      let place = Int.random(in: 0..<message.count, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: message[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: message[place] = .random(in: .min ... .max, using: &generator)
      case 2: message[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &generator) ?? 0
      case 3: message.removeSubrange(place...)
      case 4: message.remove(at: place)
      case 5: message.insert(.random(in: .min ... .max, using: &generator), at: place)
      case 6: message.insert(contentsOf: message[place...].prefix(40), at: place)
      default:
        let other = messages.randomElement(using: &generator) ?? []
        message.replaceSubrange(place..., with: other.suffix(message.count - place))
      }
      // Half of the time corrects the IPFIX length; otherwise nothing would get past the header.
      if message.count >= 4, message[1] == 10, Bool.random(using: &generator) {
        message.replaceSubrange(2..<4, with: Wire.be16(message.count))
      }
    }
  }

  @Test("never stops the decoder; whatever comes out is JSON, and every datagram is accounted for")
  func mutations() throws {
    let seed = UInt64.random(in: .min ... .max)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var decoder = RecordDecoder(directory: ExporterDirectory())
    let rounds = 20_000
    var records: UInt64 = 0
    for round in 0..<rounds {
      var message = Self.messages.randomElement(using: &generator) ?? []
      if round % 8 > 0 { Self.mutate(&message, &generator) }
      let exporter = Endpoint(address: Wire.exporter.address, port: .random(in: 1...4, using: &generator))
      var json: [UInt8] = []
      decoder.decode(message.rawSpan, from: exporter, arrival: Int64(round)) { record in
        records += 1
        json.removeAll(keepingCapacity: true)
        DecodedField.appendJSON(record.fields, to: &json)
        if records % 8 == 0 {
          #expect(throws: Never.self, "seed \(seed), round \(round)") {
            _ = try JSONSerialization.jsonObject(with: Data(json))
          }
        }
      }
    }
    let counters = decoder.counters
    #expect(counters.datagrams == UInt64(rounds), "seed \(seed)")
    #expect(counters.rejectedDatagrams == counters[.shortDatagram] + counters[.badVersion], "seed \(seed)")
    #expect(counters.flowRecords + counters.optionsRecords == records, "seed \(seed)")
    // If these were zero, the messages would not reach the code under test.
    for issue in [DecodeIssue.badList, .badTemplate, .truncatedRecord, .badSetLength, .unknownTemplate, .badCount] {
      #expect(counters[issue] > 0, "\(issue.name), seed \(seed)")
    }
    #expect(records > 1000, "seed \(seed)")
  }
}
