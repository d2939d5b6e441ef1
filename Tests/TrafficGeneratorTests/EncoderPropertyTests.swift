import FlowModel
import NetFlow
import NetworkBytes
import Testing
import TrafficGenerator

@Suite("Whatever the traffic and the message size")
struct EncoderPropertyTests {
  private func randomEncoder(_ version: ExportVersion, _ random: inout SeededGenerator) throws -> MessageEncoder {
    try encoder(version) {
      $0.maximumMessageSize = Int.random(in: version == .netFlow5 ? 72...1_500 : 600...9_000, using: &random)
      $0.templateInterval = Int.random(in: 1...9, using: &random)
      $0.samplingInterval = Bool.random(using: &random) ? 1 : 100
      $0.fields = ExportFields(rawValue: UInt8.random(in: 0...3, using: &random))
    }
  }

  @Test(
    "messages stay within their size, sets fill them to the last octet, and counts and sequences add up",
    arguments: [ExportVersion.netFlow9, .ipfix], 1...12)
  func sets(version: ExportVersion, round: Int) throws {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let encoder = try randomEncoder(version, &random)
    let configuration = encoder.configuration
    let stream = ExportStream(encoder, seed: seed, flows: 500)
    #expect(stream.records.count == 500)
    let headerLength = version == .ipfix ? 16 : 20
    var recordLengths: [Int: Int] = [:]
    var expectedSequence: UInt32 = 0
    for (number, message) in stream.messages.enumerated() {
      let octets = message.octets
      #expect(octets.count <= configuration.maximumMessageSize)
      var identifiers: [Int] = []
      var dataRecords = 0
      var offset = headerLength
      while offset < octets.count {
        let (identifier, length) = (octets.be16(offset), octets.be16(offset + 2))
        try #require(length >= 4 && length % 4 == 0 && offset + length <= octets.count, "seed \(seed)")
        identifiers.append(identifier)
        if identifier == (version == .ipfix ? 2 : 0) {
          var template = offset + 4
          while template < offset + length {
            let fields = octets.be16(template + 2)
            recordLengths[octets.be16(template)] = (0..<fields).reduce(0) { $0 + octets.be16(template + 6 + 4 * $1) }
            template += 4 + 4 * fields
          }
        } else if identifier == 258 {
          dataRecords += 1
        } else if identifier >= 256 {
          let recordLength = try #require(recordLengths[identifier], "data before its template, seed \(seed)")
          dataRecords += (length - 4) / recordLength
          #expect((length - 4) % recordLength < 4, "more padding than the next word takes")
        }
        offset += length
      }
      #expect(offset == octets.count)
      let announces = number % configuration.templateInterval == 0
      #expect(identifiers.contains(version == .ipfix ? 2 : 0) == announces, "seed \(seed), message \(number)")
      #expect(identifiers.contains(258) == (announces && configuration.samplingInterval > 1))
      #expect(dataRecords - (identifiers.contains(258) ? 1 : 0) == message.records.count)
      #expect(UInt32(octets.be32(version == .ipfix ? 8 : 12)) == expectedSequence)
      expectedSequence &+= version == .ipfix ? UInt32(dataRecords) : 1
      #expect(octets.be16(2) == (version == .ipfix ? octets.count : recordCount(identifiers, dataRecords)))
    }
  }

  /// Returns the number of records as counted by the v9 header, which includes templates.
  private func recordCount(_ identifiers: [Int], _ dataRecords: Int) -> Int {
    dataRecords + (identifiers.contains(0) ? 2 : 0) + (identifiers.contains(1) ? 1 : 0)
  }

  @Test("v5 messages hold up to 30 records, IPv6 is passed over and counted", arguments: 1...12)
  func netFlow5(round: Int) throws {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let encoder = try randomEncoder(.netFlow5, &random)
    let stream = ExportStream(encoder, seed: seed, flows: 500)
    var flows: UInt32 = 0
    for message in stream.messages {
      #expect(message.octets.count == 24 + 48 * message.records.count)
      #expect(message.octets.count <= encoder.configuration.maximumMessageSize)
      #expect(message.octets.be16(2) == message.records.count)
      #expect((1...30).contains(message.records.count))
      #expect(UInt32(message.octets.be32(16)) == flows)
      flows += UInt32(message.records.count)
    }
    #expect(flows > 300, "some of the 500 are IPv6")
    #expect(flows < 500, "some of the 500 are IPv6")
  }

  @Test("records that v5 cannot carry leave no message behind, and are counted")
  func onlyUnsupported() throws {
    var encoder = try encoder(.netFlow5)
    var message: [UInt8] = [1, 2, 3]
    let records = [sampleRecord(ipv6: true), sampleRecord(ipv6: true)]
    #expect(encoder.encode(records.span, at: bootTime, into: &message) == 2)
    #expect(message.isEmpty)
    #expect(encoder.unsupportedRecords == 2)
    #expect(encoder.sequence == 0)
  }

  @Test("no records make no message", arguments: ExportVersion.allCases)
  func noRecords(version: ExportVersion) throws {
    var encoder = try encoder(version)
    var message: [UInt8] = [1]
    #expect(encoder.encode([FlowRecord]().span, at: bootTime, into: &message) == 0)
    #expect(message.isEmpty)
  }

  @Test("settings that the protocol cannot express are refused, with what to do")
  func refusals() {
    #expect(throws: ExportError.samplingInterval(16_384)) { try encoder(.netFlow5) { $0.samplingInterval = 16_384 } }
    #expect(throws: ExportError.samplingInterval(0)) { try encoder(.ipfix) { $0.samplingInterval = 0 } }
    #expect(throws: ExportError.domain(65_536)) { try encoder(.netFlow5) { $0.domain = 65_536 } }
    #expect(throws: ExportError.messageSize(71, allowed: 72...65_507)) {
      try encoder(.netFlow5) { $0.maximumMessageSize = 71 }
    }
    #expect(throws: ExportError.messageSize(65_508, allowed: 328...65_507)) {
      try encoder(.netFlow9) { $0.maximumMessageSize = 65_508 }
    }
    #expect(
      ExportError.messageSize(71, allowed: 72...65_507).description
        == "message size 71 is out of range: use 72 to 65507 bytes")
  }
}
