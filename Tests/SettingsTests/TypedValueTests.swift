import FlowAggregation
import FlowFilter
import NetFlow
import Settings
import Testing

@Suite("Filter and key are parsed when they are loaded")
struct TypedValueTests {
  @Test("a filter that is made by a library's user is right, or an error")
  func filter() throws {
    #expect(FilterSetting().filter == .any)
    #expect(try FilterSetting("") == FilterSetting())
    #expect(try FilterSetting("dst port 53").filter == FlowFilter(parsing: "dst port 53"))
    #expect(throws: FilterError.self) { try FilterSetting("prt 53") }
    #expect(throws: FilterError.self) { try FilterSetting("@include none.flt", directory: "/nonexistent/") }
  }

  @Test(
    "a bad filter is named with line and key, whichever source has it",
    arguments: [
      ("filter: prt 53\n", "c.yaml:1:9: filter: "), ("log: {}\nfilter: |\n  ipv4 and\n", "c.yaml:2:9: filter: "),
    ])
  func badFilter(yaml: String, start: String) throws {
    let found = try complaints(yaml)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(start) == true, "\(found)")
    let variable = try complaints("", environment: ["SAGFLOW_FILTER": "prt 53"])
    #expect(variable.count == 1)
    #expect(variable.first?.hasPrefix("SAGFLOW_FILTER: ") == true, "\(variable)")
  }

  @Test("a filter is looked at under the key that is loaded with it")
  func filterUnderKey() throws {
    let yaml = "filter: exporter ip 192.0.2.1\naggregation:\n  key: [src_addr]\n"
    let problem = "uses exporter_addr, which aggregation.key leaves out; add it to the key"
    #expect(try complaints(yaml) == ["c.yaml:1:9: filter: \(problem)"])
    #expect(try complaints(yaml + "  enabled: false\n") == [])
  }

  @Test("a key is a FlowKey, its text that of the columns in their order")
  func key() throws {
    let values = try load("aggregation:\n  key: [proto, dst_addr/16, src_addr/32/128]\n").values
    #expect(try values.aggregation.key == FlowKey(parsing: ["proto", "dst_addr/16", "src_addr"]))
    #expect(values.aggregation.key.words == ["src_addr", "dst_addr/16/32", "proto"])
    let metadata = Dictionary(uniqueKeysWithValues: values.storeMetadata.map { ($0.key, $0.value) })
    #expect(metadata["sagflow.key"] == "src_addr,dst_addr/16/32,proto")
    #expect(CollectorConfiguration().aggregation.key == .standard)
  }

  @Test(
    "a word that cannot be in a key is found at its line",
    arguments: [
      ("prot", "expected the name of a key column such as proto", "found 'prot'"),
      ("bytes", "expected the name of a key column such as ", "found 'bytes'"),
      ("src_port/24", "expected a column, for addresses with a prefix length as in src_addr/24", "found 'src_port/24'"),
      ("src_addr/33", "expected a column, for addresses with a prefix length as in src_addr/24", "found 'src_addr/33'"),
      ("dst_addr/8", "expected no duplicate columns", "found 'dst_addr/8'"),
      ("dst_addr", "expected no duplicates", "found 'dst_addr'"),
    ])
  func badKey(word: String, expected: String, found: String) throws {
    let lines = try complaints("aggregation:\n  key:\n    - dst_addr\n    - \(word)\n")
    #expect(lines.count == 1)
    let line = lines.first ?? ""
    #expect(line.hasPrefix("c.yaml:4:7: aggregation.key: \(expected)"), "\(line)")
    #expect(line.hasSuffix(", \(found)"), "\(line)")
  }

  @Test("sampling rates are as wide as in a record")
  func samplingRates() throws {
    let values = try load("exporters: {samplingRate: 4294967295}\n").values
    #expect(values.decoderOptions(workers: 1).samplingRate == UInt32.max)
    let found = try complaints("exporters: {samplingRate: 4294967296}\n")
    #expect(found.count == 1)
    #expect(found.first?.contains("a whole number from 1 to 4294967295, found '4294967296'") == true, "\(found)")
  }
}
