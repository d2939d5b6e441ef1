import FlowFilter
import FlowModel
import NetworkBytes
import Testing

@Suite("Filters on events, port blocks, segments and the top label")
struct EventFilterTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let text: String
    let test: FlowTest

    init(_ text: String, _ test: FlowTest) { (self.text, self.test) = (text, test) }

    var testDescription: String { text }
  }

  private static let created: Set<UInt64> = [1, 4, 6, 8, 10, 14, 16]

  @Test(
    "are read, with numbers or names",
    arguments: [
      Sample("nat event 4", .number([.natEvent], .equal(4))),
      Sample("nat event > 3", .number([.natEvent], .greater(3))),
      Sample("nat event create", .number([.natEvent], .oneOf(created))),
      Sample("NAT EVENT = Add", .number([.natEvent], .oneOf(created))),
      Sample("nat event nat44-session-delete", .number([.natEvent], .equal(5))),
      Sample("nat event in [4, nat64-session-create 16]", .number([.natEvent], .oneOf([4, 6, 16]))),
      Sample("event 5", .number([.firewallEvent], .equal(5))),
      Sample("event denied", .number([.firewallEvent], .equal(3))),
      Sample("asa event deny", .number([.firewallEvent], .equal(3))),
      Sample("firewall event eq update", .number([.firewallEvent], .equal(5))),
      Sample("event in [deleted alert]", .number([.firewallEvent], .oneOf([2, 4]))),
      Sample("event ignore", .number([.firewallEvent], .equal(0))),
      Sample("forwarding status 66", .number([.forwardingStatus], .equal(66))),
      Sample("fwdstat dropped", .number([.forwardingStatus], .oneOf(Set(128...191)))),
      Sample("forwarding status dropped-acl-deny", .number([.forwardingStatus], .equal(129))),
      Sample("port block start 1024", .number([.portBlockStart], .equal(1024))),
      Sample("pblock end < 2k", .number([.portBlockEnd], .less(2000))),
      Sample("vni 5001", .number([.layer2Segment], .equal(5001))),
      Sample("l2 segment in [1 2]", .number([.layer2Segment], .oneOf([1, 2]))),
      Sample("layer2 segment > 0xff", .number([.layer2Segment], .greater(255))),
      Sample("mpls top ip 192.0.2.99", .address([.mplsTopLabelAddress], [Network(IPAddress(v4: 0xc000_0263))])),
      Sample(
        "mpls top net 192.0.2.0/24",
        .address([.mplsTopLabelAddress], [Network(IPAddress(v4: 0xc000_0200), length: 120)])),
    ])
  func productions(sample: Sample) throws {
    #expect(try FlowFilter(parsing: sample.text) == .test(sample.test))
    #expect(try FlowFilter(parsing: "not \(sample.text) and any") == .all([.not(.test(sample.test)), .any]))
  }

  @Test("words that begin a phrase keep what they mean alone")
  func alone() throws {
    #expect(try FlowFilter(parsing: "port 53") == .test(.number([.sourcePort, .destinationPort], .equal(53))))
    #expect(
      try FlowFilter(parsing: "nat port 53")
        == .test(.number([.postNATSourcePort, .postNATDestinationPort], .equal(53))))
  }

  @Test("a port lies in a block from its first to its last port, and in no block that a flow lacks")
  func blocks() throws {
    let origin = FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 10)
    func matches(_ text: String, _ start: UInt16, _ end: UInt16) throws -> Bool {
      var rare = FlowExtension()
      (rare.portBlockStart, rare.portBlockEnd) = (start, end)
      return try FlowFilter(parsing: text).matches(FlowRow(FlowRecord(), origin: origin, rare: rare), collector: "")
    }
    for (port, isIn) in [(1023, false), (1024, true), (2000, true), (2047, true), (2048, false)] {
      #expect(try matches("port block \(port)", 1024, 2047) == isIn, "\(port)")
      #expect(try matches("pblock \(port)", 1024, 2047) == isIn, "\(port)")
    }
    #expect(try !matches("port block 0", 0, 0))
  }

  @Test(
    "what is not understood is told with its place and what was expected",
    arguments: [
      (
        "event opened",
        "column 7: expected a number up to 255, or one of alert, create, created, delete, deleted, denied, deny, ignore, term, update, found 'opened'"
      ),
      ("event 256", "column 7: expected a number up to 255, found '256'"),
      ("nat src event 4", "column 9: expected ip, host, net or port, found 'event'"),
      ("vni 16777216", "column 5: expected a number up to 16777215, found '16777216'"),
      ("port block", "column 11: expected a number up to 65535, found the end"),
      ("port block start x", "column 18: expected a number up to 65535, found 'x'"),
    ])
  func errors(text: String, message: String) {
    let error = #expect(throws: FilterError.self) { try FlowFilter(parsing: text) }
    #expect("\(error.map { "\($0)" } ?? "")".hasSuffix(message), "\(error.map { "\($0)" } ?? "")")
  }
}
