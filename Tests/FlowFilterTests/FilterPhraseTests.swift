import FlowFilter
import FlowModel
import Testing

@Suite("Phrases that select a value of a column")
struct FilterPhraseTests {
  private static let columns = FlowColumn.allCases.filter { $0.filterPhrase != nil }

  @Test("a phrase and a value are a condition on that column alone", arguments: columns)
  func phrases(_ column: FlowColumn) throws {
    let phrase = try #require(column.filterPhrase)
    let value =
      switch column.kind {
      case .address: "10.0.0.1"
      case .mac: "00:1b:44:11:3a:b7"
      case .text: column == .direction ? "ingress" : "\"Gi 0/1\""
      case .counter, .number, .time, .json: "7"
      }
    let filter = try FlowFilter(parsing: "\(phrase) \(value)")
    #expect(filter.looks(at: [column]), "\(phrase)")
    let others = FlowColumn.allCases.filter { $0 != column }
    #expect(!filter.looks(at: Set(others)), "\(phrase)")
    #expect(try FlowFilter(parsing: "not \(phrase) \(value)") == .not(filter))
  }

  @Test("columns of both ends and of the flow have phrases, times and JSON have none")
  func known() {
    #expect(FlowColumn.sourceAddress.filterPhrase == "src ip")
    #expect(FlowColumn.exporterAddress.filterPhrase == "router ip")
    #expect(FlowColumn.observationDomainID.filterPhrase == "observation domain id")
    #expect(FlowColumn.postNATSourcePort.filterPhrase == "nat src port")
    #expect(FlowColumn.protocolIdentifier.filterPhrase == "proto")
    #expect(FlowColumn.applicationName.filterPhrase == "app-name")
    #expect(FlowColumn.egressInterfaceName.filterPhrase == "out if-name")
    #expect(FlowColumn.extra.filterPhrase == nil)
    #expect(FlowColumn.timeStart.filterPhrase == nil)
  }
}
