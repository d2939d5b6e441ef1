import Testing

/// The ledger that `collect` and `replay` print at the end.
struct PrintedLedger {
  /// Totals by stage: datagrams, records, flows, rows.
  private(set) var totals: [String: Int] = [:]
  /// Parts by `stage part`, such as `rows committed`, and other counters by name.
  private(set) var parts: [String: Int] = [:]
  let text: String
  private static let stages = ["datagrams", "records", "flows", "rows", "early sets"]

  /// Parses the table in the output, and checks that each stage is the sum of its parts, independently of the program's
  /// own check.
  init(_ errors: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    text = errors
    for line in errors.split(separator: "\n") {
      var words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
      if words.prefix(2) == ["early", "sets"] { words.replaceSubrange(0...1, with: ["early sets"]) }
      guard let stage = words.first else { continue }
      if Self.stages.contains(stage), words.count > 1, let total = Int(words[1]), words.count == 2 || words[2] == "=" {
        let sum = words.dropFirst(3).joined(separator: " ").split(separator: " + ").map { Self.part($0) }
        totals[stage] = total
        for (count, name) in sum { parts["\(stage) \(name)"] = count }
        #expect(total == sum.reduce(0) { $0 + $1.0 }, "\(errors)", sourceLocation: sourceLocation)
      } else if stage == "beside" {
        let rest = words.dropFirst().joined(separator: " ").split(separator: ", ").map { Self.part($0) }
        for (count, name) in rest { parts[name] = count }
      }
    }
    try #require(totals.count >= 4, "no ledger in: \(errors)", sourceLocation: sourceLocation)
    #expect(!errors.contains("DOES NOT ADD UP"), "\(errors)", sourceLocation: sourceLocation)
    let records = self["records opened a flow"] + self["records merged"] + self["records filtered out"]
    #expect(totals["records"] == records + self["records options"], sourceLocation: sourceLocation)
    #expect(totals["flows"] == self["records opened a flow"], sourceLocation: sourceLocation)
    #expect(totals["rows"] == self["flows"] - self["flows live"], "\(errors)", sourceLocation: sourceLocation)
  }

  subscript(_ name: String) -> Int { totals[name] ?? parts[name] ?? 0 }

  private static func part(_ text: some StringProtocol) -> (Int, String) {
    let words = text.split(separator: " ")
    return (words.first.flatMap { Int($0) } ?? -1, words.dropFirst().joined(separator: " "))
  }
}
