import FlowFilter
import Foundation
import Settings
import TestSupport
import Testing

@Suite("The filter of a configuration")
struct FilterSettingTests {
  /// Returns the filter of a configuration.
  private static func filter(_ yaml: String) throws -> FlowFilter {
    try load(yaml).values.live.filter.filter
  }

  @Test(
    "it may span lines and hold comments, however YAML lets it",
    arguments: [
      "filter: not port 53 and ipv4",
      "filter: |\n  # what is taken\n  not port 53  # 流\n\n  and ipv4\nstore: {path: x}\n",
      "filter: >\n  # what is taken\n  not port 53  # names\n\n  and ipv4 # last\nstore: {path: x}\n",
      "filter: >-\n     not port 53 # names\n       and\n     ipv4",
      "filter: |2-\n     not port 53 # names\n  and ipv4",
      "filter: >1 # indented by one\n    not port 53 # names\n and ipv4", "filter: 'not port 53 # names\n  and ipv4'",
      "filter: \"not port 53 # names\n  and ipv4\"", "filter: \"not port 53 # names\\n  and ipv4\"",
      "filter:\n  not port 53\n  and ipv4", "store: {path: x}\nfilter: >\r\n  not port 53 # names\r\n  and ipv4\r\n",
    ])
  func lines(yaml: String) throws {
    #expect(try Self.filter(yaml) == FlowFilter(parsing: "not port 53 and ipv4"))
  }

  @Test("it includes files, whose names are relative to its own")
  func including() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("port 1\nor port 2 # or\n", as: "half.flt")
    _ = try folder.write("port 1\nor prt 2", as: "wrong.flt")
    func load(_ filter: String) throws -> CollectorConfiguration {
      try CollectorConfiguration.load(file: folder.write("filter: \(filter)\n", as: "c.yaml"), environment: [:]).values
    }
    let loaded = try load("\"ipv4 and @include half.flt\"")
    #expect(try loaded.live.filter.filter == FlowFilter(parsing: "ipv4 and (port 1 or port 2)"))
    for (filter, message) in [
      ("\"@include wrong.flt\"", "wrong.flt:2:4: expected a condition"),
      ("\"@include none.flt\"", "none.flt: no such file"),
      ("|\n  ipv4 and\n  prt 5", "c.yaml:1:9: filter: line 2, column 1: expected a condition"),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try load(filter) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test("a changed included file is a change of the filter, told in a line that ends")
  func reload() throws {
    let numbers = (0..<5000).map { "10.0.\($0 >> 8).\($0 & 255)" }.joined(separator: "\n")
    let (before, after) = (
      try load("filter: ipv4").values,
      try load("filter: |\n  src ip in [\n  \(numbers.replacing("\n", with: "\n  "))]").values
    )
    let change = try #require(ConfigurationReload(from: before, to: after).changes.first)
    #expect(change.key == "filter")
    #expect(change.description.utf8.count < 2000)
    #expect(!change.description.contains("\n"))
  }
}
