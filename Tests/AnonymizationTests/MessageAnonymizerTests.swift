import Anonymization
import Capture
import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing
import TrafficGenerator

@Suite("Messages that are anonymized decode as before")
struct MessageAnonymizerTests {
  /// Makes every substituted address recognizable.
  private struct Turned: AddressSubstitution {
    mutating func substitute(_ address: IPAddress) -> IPAddress {
      address.isV4 ? IPAddress(v4: ~address.v4) : IPAddress(high: ~address.high, low: ~address.low)
    }
    mutating func substitute(mac: UInt64) -> UInt64 { mac ^ 0xff }
  }

  private static let exporter = Endpoint(address: IPAddress(v4: 0xc000_0207), port: 2055)
  private static let time: Int64 = 1_767_225_600_000

  private static func messages(_ version: ExportVersion, seed: UInt64) throws -> [[UInt8]] {
    var configuration = MessageEncoder.Configuration(version: version)
    configuration.bootTime = time - 3_600_000
    configuration.samplingInterval = 64
    var generator = try FlowGenerator(configuration, seed: seed, flows: 300, rate: 0)
    var messages: [[UInt8]] = []
    while !generator.isFinished {
      var message: [UInt8] = []
      generator.next(at: time, into: &message)
      messages.append(message)
    }
    return messages
  }

  private static func decode(_ messages: [[UInt8]]) -> (records: [DecodedRecord], counters: DecodeCounters) {
    var decoder = RecordDecoder()
    var records: [DecodedRecord] = []
    for message in messages {
      decoder.decode(message.rawSpan, from: exporter, arrival: time * 1_000_000, into: &records)
    }
    return (records, decoder.counters)
  }

  private static func expected(_ value: FieldValue) -> FieldValue {
    var turned = Turned()
    return switch value {
    case .ipv4(let address): .ipv4(address == 0 ? 0 : turned.substitute(IPAddress(v4: address)).v4)
    case .ipv6(let address): .ipv6(address.isUnspecified ? address : turned.substitute(address))
    case .mac(let address): .mac(address == 0 ? 0 : turned.substitute(mac: address))
    case .string: .string("")
    default: value
    }
  }

  @Test("numbers stay, addresses are others, texts are gone", arguments: [ExportVersion.netFlow5, .netFlow9, .ipfix])
  func decoded(version: ExportVersion) throws {
    let seed = runSeed("ANONYMIZATION_SEED")
    let messages = try Self.messages(version, seed: seed)
    var anonymizer = MessageAnonymizer()
    var turned = Turned()
    let shared = messages.map { message in
      var message = message
      #expect(anonymizer.anonymize(&message, from: Self.exporter, arrival: Self.time * 1_000_000, with: &turned))
      return message
    }
    let (before, after) = (Self.decode(messages), Self.decode(shared))
    #expect(before.counters == after.counters, "seed \(seed)")
    try #require(before.records.count == after.records.count)
    #expect(before.records.count >= 300)
    for (old, new) in zip(before.records, after.records) {
      #expect(new.fields.map(\.name) == old.fields.map(\.name))
      for (a, b) in zip(old.fields, new.fields) {
        #expect(b.value == Self.expected(a.value), "\(a.name), seed \(seed)")
      }
    }
    #expect(anonymizer.counters.addresses > 600)
  }

  @Test("data before their template are cleared, unless the capture was gone through before") func early() throws {
    let messages = try Self.messages(.netFlow9, seed: 3)
    var turned = Turned()
    // The second message contains only data.
    var alone = messages[1]
    var anonymizer = MessageAnonymizer()
    #expect(anonymizer.anonymize(&alone, from: Self.exporter, arrival: 0, with: &turned))
    #expect(anonymizer.counters.clearedSets > 0)
    #expect(alone[..<20] == messages[1][..<20], "the header stays")
    var offset = 20
    while offset + 4 <= alone.count {
      let length = Int(alone[offset + 2]) << 8 | Int(alone[offset + 3])
      #expect(alone[(offset + 4)..<(offset + length)].allSatisfy { $0 == 0 })
      offset += length
    }
    #expect(offset == alone.count)

    var learned = MessageAnonymizer()
    for message in messages { learned.learn(message.rawSpan, from: Self.exporter, arrival: 0) }
    var known = messages[1]
    #expect(learned.anonymize(&known, from: Self.exporter, arrival: 0, with: &turned))
    #expect(learned.counters.clearedSets == 0)
    #expect(Self.decode([messages[0], known]).records.count == Self.decode(Array(messages[..<2])).records.count)
  }

  /// Returns a message with a template of one field and a data set of one record.
  private static func ipfix(element: UInt16, enterprise: UInt32? = nil, _ value: [UInt8]) -> [UInt8] {
    var fields: [UInt8] = []
    func half(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
    fields += half(Int(element) | (enterprise == nil ? 0 : 0x8000)) + half(value.count)
    if let enterprise { fields += half(Int(enterprise >> 16)) + half(Int(enterprise & 0xffff)) }
    let template = half(2) + half(8 + fields.count) + half(256) + half(1) + fields
    let data = half(256) + half(4 + value.count) + value
    return half(10) + half(16 + template.count + data.count) + [UInt8](repeating: 1, count: 12) + template + data
  }

  @Test("what is not known to be harmless is cleared")
  func unknown() throws {
    let secret = Array("user-name-of-someone".utf8)
    var turned = Turned()
    // userName, a packet section, and an enterprise-specific element.
    for (element, enterprise) in [(371, nil), (313, nil), (315, nil), (12_345, 9)] as [(UInt16, UInt32?)] {
      var message = Self.ipfix(element: element, enterprise: enterprise, secret)
      var anonymizer = MessageAnonymizer()
      #expect(anonymizer.anonymize(&message, from: Self.exporter, arrival: 0, with: &turned))
      #expect(message.suffix(secret.count).allSatisfy { $0 == 0 }, "element \(element)")
      #expect(anonymizer.counters.clearedFields == 1)
    }
    // applicationName and packet octets are kept.
    for (element, value) in [(96, secret), (1, [0, 0, 0, 0, 0, 0, 1, 2])] as [(UInt16, [UInt8])] {
      let message = Self.ipfix(element: element, value)
      var same = message
      var anonymizer = MessageAnonymizer()
      #expect(anonymizer.anonymize(&same, from: Self.exporter, arrival: 0, with: &turned))
      #expect(same == message)
    }
  }

  @Test("whatever comes, it ends, and no octet lies outside of the message") func hostile() throws {
    let seed = runSeed("ANONYMIZATION_SEED")
    var random = TestSupport.SeededGenerator(seed: seed)
    let seeds =
      try Self.messages(.netFlow9, seed: seed) + Self.messages(.ipfix, seed: seed)
      + Self.messages(.netFlow5, seed: seed)
    var anonymizer = MessageAnonymizer()
    var turned = Turned()
    for _ in 0..<4000 {
      var message = seeds[Int.random(in: seeds.indices, using: &random)]
      for _ in 0..<Int.random(in: 0...6, using: &random) where !message.isEmpty {
        message[Int.random(in: message.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { message.removeLast(Int.random(in: 0...message.count, using: &random)) }
      let count = message.count
      _ = anonymizer.anonymize(&message, from: Self.exporter, arrival: 0, with: &turned)
      #expect(message.count == count, "seed \(seed)")
    }
  }

  @Test("what is no NetFlow is left out, who sent the others is another") func datagrams() throws {
    var anonymizer = DatagramAnonymizer(AnonymizationKey.random())
    let messages = try Self.messages(.netFlow9, seed: 5)
    var sources: Set<Endpoint> = []
    for message in messages + [Array("a secret of another protocol".utf8), []] {
      let datagram = Datagram(bytes: message.rawSpan, source: Self.exporter, arrival: 0)
      anonymizer.anonymize(datagram) { sources.insert($0.source) }
    }
    #expect(anonymizer.dropped == 2)
    #expect(sources.count == 1)
    #expect(sources.first?.address != Self.exporter.address)
    #expect(sources.first?.port == Self.exporter.port)
  }
}
