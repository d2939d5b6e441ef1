import FlowAggregation
import FlowModel
import FlowQuery
import FlowStore
import Testing

@Suite("Keys of groups")
struct GroupKeyTests {
  @Test("columns, prefixes, shorthands and nfdump's names")
  func forms() throws {
    func columns(_ text: String) throws -> [FlowColumn] { try GroupKey(parsing: text).parts.map(\.column) }
    #expect(try columns("src_addr, dst_port") == [.sourceAddress, .destinationPort])
    #expect(
      try columns("record") == [
        .protocolIdentifier, .sourceAddress, .sourcePort, .destinationAddress, .destinationPort,
      ])
    #expect(try columns("srcip,dstport,router") == [.sourceAddress, .destinationPort, .exporterAddress])
    let prefix = try GroupKey(parsing: "src_addr/24,dst_addr/16/32")
    #expect(prefix.parts.map(\.name) == ["src_addr/24", "dst_addr/16/32"])
    #expect(prefix.parts.map { $0.prefix?.v4 } == [24, 16])
    #expect(prefix.parts.map { $0.prefix?.v6 } == [48, 32])
    let talkers = try GroupKey(parsing: "proto,talkers")
    #expect(talkers.parts.map(\.name) == ["proto", "addr"])
    #expect(talkers.otherEnd?.map(\.column) == [.protocolIdentifier, .destinationAddress])
    var pair = try GroupKey(parsing: "src_addr,dst_addr,proto")
    try pair.mergeDirections()
    #expect(pair.reverse?.map(\.column) == [.destinationAddress, .sourceAddress, .protocolIdentifier])
  }

  @Test(
    "what is not known is told with what is near",
    arguments: [
      ("src_adr", "did you mean src_addr"), ("", "expected a column"),
      ("src_port/24", "prefix length of an address column"),
      ("src_addr/33", "prefix length"), ("addr,port", "one shorthand for either end"), ("src_addr/", "prefix length"),
    ])
  func mistakes(text: String, words: String) {
    let error = #expect(throws: GroupKeyError.self) { try GroupKey(parsing: text) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test("directions are merged only where both ends are there")
  func directions() throws {
    var key = try GroupKey(parsing: "src_addr,dst_port")
    #expect(throws: GroupKeyError.self) { try key.mergeDirections() }
  }
}
