import FlowFilter
import FlowModel
import FlowQuery
import FlowStore
import FlowText
import TestSupport
import Testing

@Suite("Filters against a row-by-row model")
struct FilterModelTests {
  private struct Condition: Sendable {
    var text: String
    var holds: @Sendable (FlowTable.Row) -> Bool
  }

  private static let atoms: [Condition] = [
    Condition(text: "any") { _ in true },
    Condition(text: "src port 53") { $0["src_port"].number == 53 },
    Condition(text: "port 443") { $0["src_port"].number == 443 || $0["dst_port"].number == 443 },
    Condition(text: "dst port > 4999") { $0["dst_port"].number > 4999 },
    Condition(text: "proto udp") { $0["proto"].number == 17 },
    Condition(text: "proto 255") { $0["proto"].number == 255 },
    Condition(text: "bytes > 5000") { $0.octets > 5000 },
    Condition(text: "packets < 10") { $0.packets < 10 },
    Condition(text: "in if 2") { $0["in_if"].number == 2 },
    Condition(text: "ipv4") { $0["src_addr"].text?.contains(".") == true },
    Condition(text: "ipv6") { $0["src_addr"].text?.contains(":") == true },
    Condition(text: "src net 10.0.1.0/24") { $0["src_addr"].text?.hasPrefix("10.0.1.") == true },
    Condition(text: "dst net 2001:db8:2::/48") {
      $0["dst_addr"].text?.hasPrefix("2001:db8:2:") == true
    },
    Condition(text: "host 10.0.0.1") {
      $0["src_addr"].text == "10.0.0.1" || $0["dst_addr"].text == "10.0.0.1"
    },
    Condition(text: "src net 2001:db8:1::/48") { $0["src_addr"].text?.hasPrefix("2001:db8:1:") == true },
    Condition(text: "src net 0.0.0.0/0") { $0["src_addr"].text?.contains(".") == true },
    Condition(text: "next net 192.0.2.2/32") { $0["next_hop"].text == "192.0.2.2" },
  ]

  private static func random(depth: Int, _ random: inout SeededGenerator) -> Condition {
    guard depth > 0 else { return atoms[random.below(atoms.count)] }
    let a = Self.random(depth: depth - 1, &random)
    let kind = random.below(4)
    if kind == 0 { return Condition(text: "not (\(a.text))") { !a.holds($0) } }
    let b = Self.random(depth: depth - 1, &random)
    return kind == 1
      ? Condition(text: "(\(a.text)) or (\(b.text))") { a.holds($0) || b.holds($0) }
      : Condition(text: "(\(a.text)) and (\(b.text))") { a.holds($0) && b.holds($0) }
  }

  private static func starts(_ scan: Scan) throws -> [String] {
    var text: [UInt8] = []
    _ = try scan.rows([.timeStart], format: .csv) {
      text += copy $0
      return true
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("rows, sums and windows are those of the model, whatever the filter")
  func model() throws {
    let seed = runSeed("FLOWQUERY_FILTER_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(300, &random)
    try table.write(to: folder.file("a.parquet"))
    let all = Self.atoms + (0..<80).map { Self.random(depth: 1 + $0 % 3, &random) }
    for (number, condition) in all.enumerated() {
      var scan = Scan([folder.file("a.parquet")])
      scan.filter = try FlowFilter(parsing: condition.text)
      scan.isStrict = true
      var wanted = table.rows.filter(condition.holds)
      if number % 2 == 1 {
        // Starts inside the flows, and ends inside or after them.
        let lower = FlowTable.newYear + Int64(random.below(1_500_000))
        let window = lower..<(lower + 1 + Int64(random.below(1_500_000)))
        scan.window = TimeWindow(window)
        wanted = wanted.filter { $0.start < window.upperBound && $0.end >= window.lowerBound }
      }
      let note: Comment = "seed \(seed), number \(number): \(condition.text)"
      #expect(try Self.starts(scan) == wanted.map { AnswerStyle().text($0.start) }, note)
      let totals = try scan.series(bin: nil).totals
      #expect(totals.flows == UInt64(wanted.count), note)
      // A filter selects whole flows; the sums include the portion inside the window.
      let range = scan.window?.range
      #expect(totals.octets == wanted.reduce(0) { $0 + $1.share(of: $1.octets, in: range) }, note)
      #expect(totals.packets == wanted.reduce(0) { $0 + $1.share(of: $1.packets, in: range) }, note)
      scan.countsWhole = true
      let whole = try scan.series(bin: nil).totals
      #expect(whole.flows == UInt64(wanted.count), note)
      #expect(whole.octets == wanted.reduce(0) { $0 + $1.octets }, note)
      #expect(whole.packets == wanted.reduce(0) { $0 + $1.packets }, note)
    }
  }

  @Test("counters are compared as they are shown: with the sampling rate or without")
  func unscaled() throws {
    var random = SeededGenerator(seed: 1)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(100, &random)
    try table.write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    scan.filter = try FlowFilter(parsing: "bytes > 1500")
    for isScaled in [true, false] {
      scan.isScaled = isScaled
      let wanted = table.rows.filter { (isScaled ? $0.octets : $0["bytes"].number) > 1500 }
      let totals = try scan.series(bin: nil).totals
      #expect(totals.flows == UInt64(wanted.count))
      #expect(
        totals.octets == wanted.reduce(0) { $0 + (isScaled ? $1.octets : $1["bytes"].number) })
    }
  }
}
