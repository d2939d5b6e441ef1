import Collector
import FlowPipeline
import Foundation
import NetFlow
import Testing

@Suite("The ledger outside of the program")
struct LedgerCounterTests {
  private static func numbers(_ ledger: Ledger) throws -> [String: [String: UInt64]] {
    try JSONDecoder().decode([String: [String: UInt64]].self, from: JSONEncoder().encode(ledger))
  }

  /// Returns how many numbers a value contains, directly or nested.
  private static func count(_ value: Any) -> Int {
    if value is any FixedWidthInteger { return 1 }
    return Mirror(reflecting: value).children.reduce(0) { $0 + count($1.value) }
  }

  @Test("every number of it is told")
  func complete() throws {
    var ledger = Ledger()
    // A counter that checkpoints of earlier versions lack.
    ledger.decode.reverseRecords = 0
    var told = try Self.numbers(ledger)
    // A mirror does not show the elements of an inline array.
    let issues = told.removeValue(forKey: "issues") ?? [:]
    #expect(Set(issues.keys) == Set(DecodeIssue.allCases.map(\.name)))
    #expect(told.values.reduce(0) { $0 + $1.count } == Self.count(ledger))
  }

  @Test("no two of its names mean the same number, and what was told is read back")
  func roundTrip() throws {
    var next: UInt64 = 0
    let distinct = try Self.numbers(Ledger()).mapValues { section in
      section.mapValues { _ in
        next += 1
        return next
      }
    }
    let ledger = try JSONDecoder().decode(Ledger.self, from: JSONEncoder().encode(distinct))
    #expect(try Self.numbers(ledger) == distinct)
  }

  @Test("another version's ledger is read as far as it is understood")
  func versions() throws {
    let text = "{\"datagrams\": {\"received\": 7, \"teleported\": 1}, \"dreams\": {\"dreamt\": 1}}"
    let ledger = try JSONDecoder().decode(Ledger.self, from: Data(text.utf8))
    #expect(ledger.receivedDatagrams == 7)
    #expect(try Self.numbers(ledger).values.flatMap(\.values).reduce(0, +) == 7)
  }
}
