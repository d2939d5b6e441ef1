import FlowFilter
import FlowModel
import TestSupport
import Testing

@Suite("Filters as text")
struct FilterPrintTests {
  private static let columns = FlowColumn.allCases.filter { $0.filterTerm != nil }
  private static let comparisons = ["", "= ", "> ", "< ", ">= ", "<= ", "gt "]

  /// Returns a random term of the grammar.
  private static func term(_ random: inout SeededGenerator) -> String {
    func number(_ greatest: Int) -> String { String(random.below(greatest + 1)) }
    func text() -> String {
      let characters: [Character] = ["a", "Z", " ", "\"", "'", "\\", "/", "#", "@", "[", "流", "\t", "é"]
      let text = (0..<random.below(6)).map { _ in String(characters[random.below(characters.count)]) }
      return "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\" + $0 : $0 }.joined() + "\""
    }
    func address() -> String {
      let v6 = [
        "2001:db8::\(random.below(9))", "::", "::1", "::ffff:10.0.0.1", "fe80::/10", "2001:db8::/\(random.below(129))",
      ]
      let v4 = ["10.0.0.\(random.below(256))", "10/8", "192.0.2.0/\(random.below(33))", "0.0.0.0"]
      let all = v4 + v6
      return all[random.below(all.count)]
    }
    func list(_ element: () -> String) -> String {
      random.below(3) > 0
        ? element() : "in [" + (0...random.below(6)).map { _ in element() }.joined(separator: ", ") + "]"
    }
    func comparison(_ greatest: Int) -> String {
      random.below(4) == 0 ? list { number(greatest) } : comparisons[random.below(comparisons.count)] + number(greatest)
    }
    switch random.below(14) {
    case 0: return ["any", "ipv4", "ipv6", "inet"][random.below(4)]
    case 1: return "\(["duration", "pps", "bps", "bpp"][random.below(4)]) \(comparison(1 << 40))"
    case 2: return "flags \(["S", "SA", "0x12", "uaprsf"][random.below(4)])"
    case 3: return "dscp \(comparison(63))"
    case 4: return "mpls \(["any", "label1", "label10"][random.below(3)]) \(comparison(1 << 20 - 1))"
    case 5: return "ident \(text())"
    case 6: return "observation domain id \(comparison(1 << 31))"
    case 7:
      let sides = ["", "src ", "dst ", "src or dst ", "src and dst ", "nat ", "nat src ", "nat dst and src "]
      let side = sides[random.below(sides.count)]
      return random.below(2) == 0 ? "\(side)port \(comparison(65_535))" : "\(side)ip \(list { address() })"
    case 8: return "net 10.20.30.40 \(["255.0.0.0", "255.255.255.0", "0.0.0.0"][random.below(3)])"
    case 9: return "app \(["3:80", "http", text()][random.below(3)])"
    default:
      let column = columns[random.below(columns.count)]
      let phrase = column.filterPhrase ?? "any"
      switch column.kind {
      case .address: return "\(phrase) \(list { address() })"
      case .mac: return "\(phrase) 00:1b:44:11:3a:b\(random.below(8))"
      case .text: return "\(phrase) \(column == .direction ? list { "egress" } : list(text))"
      case .counter, .number, .time: return "\(phrase) \(comparison(128))"
      case .json: return "any"
      }
    }
  }

  private static func expression(_ depth: Int, _ random: inout SeededGenerator) -> String {
    guard depth > 0 else { return term(&random) }
    switch random.below(6) {
    case 0: return "not (\(expression(depth - 1, &random)))"
    case 1: return "!\(term(&random))"
    case 2, 3: return "(\(expression(depth - 1, &random))) and (\(expression(depth - 1, &random)))"
    case 4: return "(\(expression(depth - 1, &random))) or (\(expression(depth - 1, &random)))"
    default: return term(&random)
    }
  }

  @Test("a filter that is printed is read as the same filter")
  func roundTrip() {
    let seed = runSeed("SAGFLOW_FILTER_PRINT_SEED")
    var random = SeededGenerator(seed: seed)
    for round in 0..<3_000 {
      let text = Self.expression(round % 6, &random)
      do {
        let filter = try FlowFilter(parsing: text)
        let again = try FlowFilter(parsing: filter.description)
        #expect(again == filter, "seed \(seed), round \(round): \(text): \(filter)")
        // Texts from the command line and from files take another path.
        #expect(
          try FilterText(filter.description).filter() == filter, "seed \(seed), round \(round): \(text): \(filter)")
      } catch {
        Issue.record("seed \(seed), round \(round): \(text): \(error)")
      }
    }
  }
}
