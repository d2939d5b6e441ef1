import Testing
import TrafficGenerator

@Suite("The generator")
struct FlowGeneratorTests {
  private func generator(_ version: ExportVersion, flows: UInt64, rate: Double) throws -> FlowGenerator {
    var configuration = MessageEncoder.Configuration(version: version)
    configuration.bootTime = bootTime
    return try FlowGenerator(configuration, seed: 11, flows: flows, rate: rate)
  }

  @Test("sends exactly the flows asked for, then nothing", arguments: ExportVersion.allCases, [0, 1, 29, 1_000])
  func total(version: ExportVersion, flows: UInt64) throws {
    var generator = try generator(version, flows: flows, rate: 0)
    var message: [UInt8] = []
    var octets: UInt64 = 0
    var messages: UInt64 = 0
    while !generator.isFinished {
      generator.next(at: bootTime + 1_000, into: &message)
      octets += UInt64(message.count)
      messages += 1
    }
    #expect(generator.sentFlows == flows)
    #expect(generator.sentMessages == messages)
    #expect(generator.sentOctets == octets)
    #expect(generator.unsupportedRecords == 0, "no IPv6 is made for v5")
    generator.next(at: bootTime, into: &message)
    #expect(message.isEmpty)
  }

  @Test("has exporters take turns, each with a domain, a sequence and templates of its own")
  func exporters() throws {
    var configuration = MessageEncoder.Configuration(version: .netFlow9)
    configuration.domain = 40
    configuration.bootTime = bootTime
    var generator = try FlowGenerator(configuration, seed: 11, exporters: 3, flows: 500, rate: 0)
    var message: [UInt8] = []
    var turn = 0
    while !generator.isFinished {
      generator.next(at: bootTime + 1_000, into: &message)
      #expect(generator.exporter == turn % 3)
      let (count, sequence, domain) = (message[2...3], message[12...15], message[16...19])
      #expect(Array(domain) == [0, 0, 0, UInt8(40 + turn % 3)])
      #expect(Array(sequence) == [0, 0, 0, UInt8(turn / 3)])
      if turn < 3 { #expect(message[20...21].elementsEqual([0, 0]), "templates first, \(count)") }
      turn += 1
    }
    #expect(turn > 6)
    #expect(generator.sentFlows == 500)
  }

  @Test("is due by its rate and fills messages, but never holds records for more than a second")
  func schedule() throws {
    var fast = try generator(.netFlow5, flows: 1_000, rate: 56_000)
    var message: [UInt8] = []
    #expect(fast.due == 0)
    fast.next(at: bootTime, into: &message)
    #expect(fast.sentFlows == 28, "1,400 octets hold 28 records")
    #expect(fast.due == 500_000)
    #expect(fast.wait(elapsed: 100_000) == 400_000)
    var slow = try generator(.netFlow5, flows: 1_000, rate: 3)
    slow.next(at: bootTime, into: &message)
    #expect(slow.sentFlows == 3)
    #expect(slow.due == 1_000_000_000)
    var slowest = try generator(.netFlow5, flows: 1_000, rate: 0.1)
    slowest.next(at: bootTime, into: &message)
    #expect(slowest.due == 10_000_000_000)
  }
}
