import FlowFilter
import FlowModel
import FlowStore
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Many networks in a filter")
struct NetworkSetTests {
  /// Returns addresses of both families, close to each other, so that networks of every length contain some.
  private static func address(_ random: inout SeededGenerator) -> IPAddress {
    switch random.below(4) {
    case 0: IPAddress(v4: UInt32(random.below(64)) << 24 | UInt32(random.below(4)))
    case 1: IPAddress(high: 0, low: UInt64(random.below(1 << 20)))
    case 2: IPAddress(high: UInt64(random.below(8)) << 61 | UInt64(random.below(4)), low: UInt64(random.below(4)))
    default: random.below(9) == 0 ? .unspecified : IPAddress(v4: UInt32(random.below(1 << 30)))
    }
  }

  @Test("a set holds what one of its networks holds, however many there are")
  func differential() {
    let seed = runSeed("NETWORK_SET_SEED")
    var random = SeededGenerator(seed: seed)
    for round in 0..<200 {
      let networks = (0..<(1 + random.below(40))).map { _ in
        let address = Self.address(&random)
        return Network(address, length: address.isV4 ? 96 + random.below(33) : random.below(129))
      }
      let set = NetworkSet(networks)
      for _ in 0..<100 {
        let address = Self.address(&random)
        #expect(
          set.contains(address) == networks.contains { $0.contains(address) },
          "seed \(seed), round \(round): \(address) in \(networks)")
      }
    }
  }

  private static let many = 20_000
  private static func text(_ number: Int) -> String { "198.\(18 + number >> 16).\(number >> 8 & 255).\(number & 255)" }

  /// Returns how many records pass.
  private static func count(_ filter: FlowFilter, sources: [String]) throws -> Int {
    let origin = FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 10)
    return try sources.count { source in
      var record = FlowRecord()
      record.source = try #require(IPAddress(source))
      return filter.matches(record, from: origin, collector: "")
    }
  }

  @Test("twenty thousand addresses are one condition, in a list, in a chain, and ruled out one by one")
  func chains() throws {
    let numbers = 0..<Self.many
    let list = try FlowFilter(parsing: "src ip in [\(numbers.map(Self.text).joined(separator: ",\n"))]")
    let chain = try FlowFilter(parsing: numbers.map { "src ip \(Self.text($0))" }.joined(separator: " or "))
    let excluded = try FlowFilter(parsing: numbers.map { "not src ip \(Self.text($0))" }.joined(separator: "\nand "))
    #expect(chain == list)
    #expect(excluded == .not(list))
    let sources = ["198.18.0.0", "198.18.78.31", "198.18.78.32", "2001:db8::1"]
    #expect(try Self.count(list, sources: sources) == 2)
    #expect(try Self.count(excluded, sources: sources) == 2)
    // Applies a large filter to every record.
    let record = Array(repeating: "198.18.78.32", count: 20_000)
    #expect(try Self.count(chain, sources: record) == 0)
  }

  @Test("what is joined asks for the same flows, and what differs stays apart")
  func joining() throws {
    func network(_ text: String) throws -> Network { try #require(Network(text)) }
    let (a, b) = (try network("10.0.0.1"), try network("10.0.0.2"))
    #expect(
      try FlowFilter(parsing: "src ip 10.0.0.1 or dst ip 10.0.0.1 or (src ip 10.0.0.2 or port 1) or port in [2 3]")
        == .some([
          .test(.address([.sourceAddress], [a, b])), .test(.address([.destinationAddress], [a])),
          .test(.number([.sourcePort, .destinationPort], .oneOf([1, 2, 3]))),
        ]))
    #expect(
      try FlowFilter(parsing: "ipv4 and not src ip 10.0.0.1 and proto 6 and not src ip 10.0.0.2")
        == .all([
          .test(.isIPv4(true)), .not(.test(.address([.sourceAddress], [a, b]))),
          .test(.number([.protocolIdentifier], .equal(6))),
        ]))
    #expect(
      try FlowFilter(parsing: "src ip 10.0.0.1 and src ip 10.0.0.2")
        == .all([.test(.address([.sourceAddress], [a])), .test(.address([.sourceAddress], [b]))]))
  }

  @Test("a record is of the family of whichever end it has")
  func families() throws {
    let origin = FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 10)
    for (source, destination, v4, v6) in [
      ("10.0.0.1", "10.0.0.2", true, false), ("::", "10.0.0.2", true, false), ("10.0.0.1", "::", true, false),
      ("2001:db8::1", "2001:db8::2", false, true), ("::", "2001:db8::2", false, true), ("::", "::", false, false),
      ("0.0.0.0", "255.255.255.255", true, false),
    ] {
      var record = FlowRecord()
      record.source = try #require(IPAddress(source))
      record.destination = try #require(IPAddress(destination))
      for (text, wanted) in [("ipv4", v4), ("ipv6", v6), ("not ipv4", !v4), ("not inet6", !v6)] {
        let passes = try FlowFilter(parsing: text).matches(record, from: origin, collector: "")
        #expect(passes == wanted, "\(text): \(source) \(destination)")
      }
    }
  }

  @Test("`::` is an address where the other end is one of IPv6, and absent elsewhere")
  func unspecified() throws {
    let origin = FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 10)
    for (text, destination, wanted) in [
      ("src net ::/64", "2001:db8::1", true), ("src net ::/0", "10.0.0.1", false), ("net ::/0", "10.0.0.1", false),
      ("not net ::/0", "10.0.0.1", true), ("src net ::/0", "::", false), ("src ip ::", "10.0.0.1", true),
      ("next net ::/0", "2001:db8::1", false), ("net 0.0.0.0/0", "2001:db8::1", false),
      ("net ::/0", "2001:db8::1", true),
      ("src ip in [::/64 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4]", "2001:db8::1", true),
      ("src ip in [::/64 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4]", "10.0.0.1", false),
    ] {
      var record = FlowRecord()
      record.destination = try #require(IPAddress(destination))
      #expect(
        try FlowFilter(parsing: text).matches(record, from: origin, collector: "") == wanted, "\(text): \(destination)")
    }
  }

  @Test("translated addresses and ports are those of the record's rare fields")
  func translated() throws {
    let origin = FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 10)
    var fields = FlowExtension()
    fields.postNATSource = try #require(IPAddress("203.0.113.5"))
    fields.postNATSourcePort = 2000
    var record = FlowRecord()
    record.extensionNumber = 2
    for (text, wanted) in [
      ("nat ip 203.0.113.5", true), ("nat src net 203.0.113.4/31", true), ("nat dst ip 203.0.113.5", false),
      ("nat dst net 0.0.0.0/0", false), ("nat port 2000", true), ("nat dst port < 1", false), ("nat port 0", false),
      ("nat src port in [1 2000]", true),
    ] {
      let filter = try FlowFilter(parsing: text)
      #expect(filter.matches(record, [FlowExtension(), fields], from: origin, collector: "") == wanted, "\(text)")
      #expect(!filter.matches(FlowRecord(), [], from: origin, collector: ""), "\(text)")
    }
  }
}
