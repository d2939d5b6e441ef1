import FlowFilter
import FlowModel
import FlowQuery
import FlowText
import Foundation
import NetworkBytes
import Parquet
import TestSupport
import Testing

/// Files from other programs may have any number in any column; queries must still return an answer.
@Suite("Files with the least and the greatest numbers")
struct ExtremeFileTests {
  private static let times: [Int64] = [
    .min, .min + 1, -62_135_596_800_001, -62_135_596_800_000, -1, 0, 1, FlowTable.newYear, 253_402_300_799_999,
    253_402_300_800_000, .max - 1, .max,
  ]
  private static let counts: [UInt64] = [0, 1, 1 << 53, .max / 2, .max - 1, .max]
  private static let texts = [
    "", "10.0.0.1", "::", "x", "1.2.3.4.5", "fe80::1%eth0", "\u{1b}[31m", "a\"b,\n", "=1+1", "{", #"{"a":1}"#,
    "é\u{202e}\u{9b}", "\u{7f}", "12:34", "aa:bb:cc:dd:ee:ff",
  ]

  /// Returns a file of every pair of times, with all kinds of counters and texts.
  private static func file(_ folder: TemporaryFolder) throws -> String {
    var random = SeededGenerator(seed: 17)
    var rows: [FlowTable.Row] = []
    for start in times {
      for end in times {
        var row: FlowTable.Row = [
          "time_start": .number(UInt64(bitPattern: start)), "time_end": .number(UInt64(bitPattern: end)),
          "bytes": .number(counts[random.below(6)]), "packets": .number(counts[random.below(6)]),
          "sampling_rate": .number([0, 1, 1000, UInt64(UInt32.max)][random.below(4)]),
          "src_port": .number(65_535), "proto": .number(255), "in_if": .number(UInt64(UInt32.max)),
        ]
        for name in ["src_addr", "dst_addr", "next_hop", "app_name", "extra", "src_mac"] {
          row[name] = .text(texts[random.below(texts.count)])
        }
        rows.append(row)
      }
    }
    var table = FlowTable(rows: rows)
    table.columns += [
      .init(name: "extra", type: .string, isOptional: true), .init(name: "src_mac", type: .string, isOptional: true),
    ]
    let path = folder.file("extreme.parquet")
    try table.write(to: path, groupRows: 10)
    return path
  }

  private static let windows: [Range<Int64>?] = [
    nil, .min ..< .max, Int64.min..<0, 0 ..< .max, 0..<1, FlowTable.newYear..<(FlowTable.newYear + 3_600_000),
    -62_135_596_800_000..<253_402_300_800_000,
  ]

  private static func scans(_ path: String) -> [Scan] {
    windows.flatMap { window in
      ([nil, 0, .max] as [Int64?]).map { now in
        var scan = Scan([path])
        scan.window = window.map { TimeWindow($0) }
        scan.now = now
        return scan
      }
    }
  }

  @Test("have tops by any key, with any window, with their course over time")
  func tops() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(folder)
    let keys = try [
      "record", "src_addr/24", "addr", "src_mac", "mac", "extra", "app_name", "time_start", "in_if", "sampling_rate",
      "bytes",
    ].map { try GroupKey(parsing: $0) }
    for scan in Self.scans(path) {
      do {
        let answers = try scan.top(5, by: scan.now == nil ? keys : [keys[0]], history: TopHistory())
        #expect(answers.allSatisfy { $0.seconds.isFinite && $0.seconds >= 0 })
      } catch QueryError.tooManyGroups {
        // Thousands of years in short bins.
      }
    }
    for statistic in Statistic.allCases {
      #expect(try Scan([path]).top(5, by: [keys[0]], sortedBy: statistic).first?.rows.isEmpty == false)
    }
    // Sums saturate at the greatest number.
    let all = try #require(try Scan([path]).top(1, by: [keys[0]]).first)
    #expect(all.totals.flows == 144)
    #expect(all.totals.octets == .max)
    #expect(all.report.failures.unread.isEmpty)
  }

  @Test("have sums over time, or too many spans of it")
  func series() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(folder)
    let key = try GroupKey(parsing: "proto")
    for scan in Self.scans(path) {
      #expect(try scan.series(bin: nil).seconds.isFinite)
      for bin: Int64 in [1000, 3_600_000, 86_400_000, 36_525 * 86_400_000] {
        for rule in BinRule.allCases {
          do {
            let answer = try scan.series(bin: bin, by: rule)
            for bin in answer.bins { #expect(answer.seconds(of: bin) >= 0 && bin.start < bin.end) }
          } catch QueryError.tooManyGroups {}
        }
        do { _ = try scan.series(bin: bin, by: key, count: 3) } catch QueryError.tooManyGroups {}
      }
    }
  }

  @Test("have rows in every order, as JSON that can be read and as tables without control characters")
  func rows() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(folder)
    for order in [nil] + RowOrder.allCases.map(Optional.some) {
      for format in RowFormat.allCases {
        var text: [UInt8] = []
        let report = try Scan([path]).rows(FlowColumn.allCases, format: format, order: order) { line in
          text += copy line
          return true
        }
        #expect(report.rowsSelected == 144)
        let output = String(decoding: text, as: UTF8.self)
        if format == .csv { continue }
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == 144)
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy(ShownText.isShown) })
        guard format == .json else { continue }
        for line in lines {
          let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
          #expect(object["extra"] is String || object["extra"] is [String: Any])
        }
      }
    }
  }

  @Test(
    "are filtered by what follows from their numbers",
    arguments: ["bps > 1", "pps > 0 and duration > 5", "bytes > 1m", "duration < 1", "bpp > 1", "not src net ::/0"])
  func filters(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(folder)
    for var scan in Self.scans(path) {
      scan.filter = try FlowFilter(parsing: text)
      #expect(try scan.series(bin: nil).totals.flows <= 144)
    }
  }
}
