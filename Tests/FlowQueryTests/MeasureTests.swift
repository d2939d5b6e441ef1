import FlowFilter
import FlowModel
import FlowQuery
import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("Several questions in one reading")
struct MeasureTests {
  private static let seed = runSeed("MEASURE_SEED")

  @Test("the answers are those that each question has alone, over any files and workers")
  func model() throws {
    var random = SeededGenerator(seed: Self.seed)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(700, &random)
    let path = folder.file("a.parquet")
    try table.write(to: path, groupRows: 100)
    let filters = ["", "src port 53", "proto tcp and dst port 443", "src net 10.0.0.0/16 or proto udp", "bytes > 1000"]
    for round in 0..<10 {
      let start = FlowTable.newYear + Int64(random.below(3_000_000))
      let window = start..<(start + 1 + Int64(random.below(2_000_000)))
      var scan = Scan([path])
      scan.window = TimeWindow(window)
      scan.workers = 1 + round % 3
      var questions: [FlowQuestion] = []
      for text in filters.shuffled(using: &random).prefix(1 + random.below(5)) {
        let filter = text.isEmpty ? FlowFilter.any : try FlowFilter(parsing: text)
        questions += [
          FlowQuestion(filter, .sums), FlowQuestion(filter, .beginnings),
          FlowQuestion(filter, .values(.destinationPort)), FlowQuestion(filter, .addresses(.sourceAddress)),
        ]
      }
      let answers = try scan.measure(questions, limit: 10_000).answers
      #expect(answers.count == questions.count)
      for (question, answer) in zip(questions, answers) {
        var alone = scan
        alone.filter = question.filter
        let note = "MEASURE_SEED=\(Self.seed): \(question)"
        switch question.figure {
        case .sums:
          #expect(answer.sums == (try alone.series(bin: nil).totals), "\(note)")
        case .beginnings:
          // Flows that start in the window also overlap it.
          let flows = try alone.series(bin: nil).totals.flows
          #expect(answer.beginnings <= flows, "\(note)")
          if question.filter == .any {
            #expect(answer.beginnings == UInt64(table.rows.count { window.contains($0.start) }), "\(note)")
          }
        case .values:
          let key = try GroupKey(parsing: "dst_port")
          #expect(answer.valueCount == (try alone.top(1, by: [key]).first?.groupCount), "\(note)")
        case .addresses:
          let key = try GroupKey(parsing: "src_addr")
          let top = try alone.top(10_000, by: [key]).first
          #expect(answer.valueCount == top?.groupCount, "\(note)")
          #expect(
            Set(answer.addresses.map(\.description)) == Set((top?.rows ?? []).compactMap { $0.key[0] }), "\(note)")
        }
      }
    }
  }

  @Test("more values than are held are not counted, and do not end the others")
  func limit() throws {
    var random = SeededGenerator(seed: Self.seed)
    let folder = try TemporaryFolder()
    let path = folder.file("a.parquet")
    try FlowTable.random(300, &random).write(to: path)
    let questions = [FlowQuestion(.any, .addresses(.sourceAddress)), FlowQuestion(.any, .sums)]
    let answers = try Scan([path]).measure(questions, limit: 3).answers
    #expect(answers[0].valueCount == nil)
    #expect(answers[0].addresses == [])
    #expect(answers[1].sums.flows == 300)
  }

  @Test("of a store only the hours that were asked for are looked at")
  func hours() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: Self.seed)
    for (hour, count) in [
      ("date=2026-01-01/hour=22", 10), ("date=2026-01-01/hour=23", 20), ("date=2026-01-02/hour=00", 40),
    ] {
      try FileManager.default.createDirectory(atPath: folder.file(hour), withIntermediateDirectories: true)
      try FlowTable.random(count, &random).write(to: folder.file("\(hour)/flows-a.parquet"))
    }
    let day: Int64 = 86_400_000
    func flows(_ hours: Range<Int64>) throws -> UInt64? {
      let scan = Scan(store: folder.path, hours: hours)
      return scan.isEmpty ? nil : try scan.measure([FlowQuestion(.any, .sums)], limit: 1).answers.first?.sums.flows
    }
    let midnight = FlowTable.newYear + day
    #expect(try flows((midnight - 1)..<midnight) == 20)
    #expect(try flows((midnight - 1)..<(midnight + 1)) == 60)
    #expect(try flows((midnight - 7_200_000)..<midnight) == 30)
    #expect(try flows((midnight + 3_600_000)..<(midnight + day)) == nil)
  }
}
