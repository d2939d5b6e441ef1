public import FlowModel
public import FlowText
import Parquet
import Synchronization

/// The order of rows.
public enum RowOrder: String, CaseIterable, Sendable {
  case timeStart = "time_start"
  case timeEnd = "time_end"
  case octets = "bytes"
  case packets
  case duration
  /// The latest end first.
  case newest

  /// Times ascend, counters descend.
  var isDescending: Bool { self != .timeStart && self != .timeEnd }
}

extension Scan {
  /// Returns matching flows as text, in order.
  ///
  /// - Parameters:
  ///   - limit: maximum number of rows.
  ///   - order: nil for the order of the files.
  ///   - emit: receives lines; returns false to stop.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func rows(
    _ columns: [FlowColumn], format: RowFormat, limit: Int = .max, order: RowOrder? = nil,
    emit: (borrowing [UInt8]) -> Bool
  ) throws -> Report {
    do throws(ScanFailure) {
      if let order { return try sorted(columns, format, limit, order, emit) }
      return try inOrder(columns, format, limit, emit)
    } catch {
      throw error.cause
    }
  }

  /// Returns the header line of a table or CSV.
  public static func header(_ columns: [FlowColumn], format: RowFormat) -> [UInt8] {
    var text: [UInt8] = []
    RowPrinter(columns, format).appendHeader(to: &text)
    return text
  }

  /// Formats row groups in parallel, a few ahead, and emits them in order.
  private func inOrder(
    _ columns: [FlowColumn], _ format: RowFormat, _ limit: Int, _ emit: (borrowing [UInt8]) -> Bool
  ) throws(ScanFailure) -> Report {
    var (units, report) = try plan()
    try requireFlows(report)
    var left = limit
    while !units.isEmpty, left > 0 {
      let ahead = Array(units.prefix(workers))
      units.removeFirst(ahead.count)
      let wanted = left
      try checkCancelled()
      for outcome in side(
        ahead,
        { _, view, rows throws(ParquetReadError) in
          let count = min(rows?.count ?? view.rowCount, wanted)
          let printed = rows.map { $0.prefix(count).map { Int($0) } } ?? Array(0..<count)
          let cells = try RowCells(columns, style, view, format: format, rows: printed)
          var printer = RowPrinter(columns, format, style)
          var lines: [UInt8] = []
          var ends: [Int] = []
          for index in 0..<count {
            cells.append(rows.map { Int($0[index]) } ?? index, to: &printer, &lines)
            if wanted < .max { ends.append(lines.count) }
          }
          return (lines, ends, count)
        }, &report)
      {
        guard let (lines, ends, count) = try note(outcome, &report) else { continue }
        let taken = min(count, left)
        report.rowsSelected += taken
        left -= taken
        let text = taken == count ? lines : Array(lines.prefix(taken > 0 ? ends[taken - 1] : 0))
        if !emit(text) || left == 0 { return report }
      }
    }
    return report
  }

  private enum Outcome<Value: Sendable>: Sendable {
    case value(Value)
    case nothing
    case fault(ParquetReadError)
  }

  /// Runs `body` in parallel for the selected rows of some row groups and their positions; returns the results in
  /// order.
  private func side<Value: Sendable>(
    _ units: [Unit], _ body: @escaping @Sendable (Int, RowGroupView, [UInt32]?) throws(ParquetReadError) -> Value,
    _ report: inout Report
  ) -> [Outcome<Value>] {
    let outcomes = Mutex<[Int: Outcome<Value>]>([:])
    let scanned = Atomic(0)
    ScanThreads.perform(units.count, niceness: niceness) { index, throttle in
      let outcome: Outcome<Value>
      do throws(ParquetReadError) {
        let view = RowGroupView(try OpenFile(sources[units[index].file]), group: units[index].group, isScaled: isScaled)
        scanned.add(view.rowCount, ordering: .relaxed)
        let mask = try view.selection(self)
        outcome = mask.isNone ? .nothing : .value(try body(index, view, view.rows(of: mask)))
      } catch {
        outcome = .fault(error)
      }
      outcomes.withLock { $0[index] = outcome }
      throttle.giveWay { isCancelled?() ?? false }
    }
    report.rowsScanned += scanned.load(ordering: .relaxed)
    let all = outcomes.withLock { $0 }
    return units.indices.map { all[$0] ?? .nothing }
  }

  private func note<Value>(
    _ outcome: Outcome<Value>, _ report: inout Report
  ) throws(ScanFailure) -> Value? {
    switch outcome {
    case .value(let value): return value
    case .nothing: return nil
    case .fault(let fault):
      try report.failures.note(fault, isStrict: isStrict)
      return nil
    }
  }

  /// A row's position and sort key, ascending.
  private struct Place: Sendable {
    var value: UInt64
    var unit: Int
    var row: Int

    static func isBefore(_ a: Place, _ b: Place) -> Bool {
      a.value != b.value ? a.value < b.value : (a.unit, a.row) < (b.unit, b.row)
    }
  }

  /// Selects rows by sort key alone, then formats them.
  private func sorted(
    _ columns: [FlowColumn], _ format: RowFormat, _ limit: Int, _ order: RowOrder,
    _ emit: (borrowing [UInt8]) -> Bool
  ) throws(ScanFailure) -> Report {
    var (units, report) = try plan()
    try requireFlows(report)
    var best: [Place] = []
    for start in stride(from: 0, to: units.count, by: workers) {
      let ahead = Array(units[start..<min(start + workers, units.count)])
      try checkCancelled()
      let outcomes = side(
        ahead,
        { _, view, rows throws(ParquetReadError) in
          try Self.values(of: order, view, rows)
        }, &report)
      for (index, outcome) in outcomes.enumerated() {
        guard let values = try note(outcome, &report) else { continue }
        best += values.map { Place(value: order.isDescending ? ~$0.value : $0.value, unit: start + index, row: $0.row) }
        report.rowsSelected += values.count
        if best.count > limit.multipliedReportingOverflow(by: 2).partialValue, limit < 1 << 40 {
          best.sort(by: Place.isBefore)
          best.removeLast(best.count - limit)
        }
      }
    }
    best.sort(by: Place.isBefore)
    if best.count > limit { best.removeLast(best.count - limit) }
    report.rowsSelected = best.count
    var lines: [[UInt8]] = Array(repeating: [], count: best.count)
    let byUnit = Dictionary(grouping: best.indices) { best[$0].unit }
    units = byUnit.keys.sorted().map { units[$0] }
    let keys = byUnit.keys.sorted()
    for start in stride(from: 0, to: units.count, by: workers) {
      let range = start..<min(start + workers, units.count)
      let wanted = range.map { byUnit[keys[$0]] ?? [] }
      let ranked = wanted.map { $0.map { best[$0].row } }
      try checkCancelled()
      let outcomes = side(
        Array(units[range]),
        { number, view, _ throws(ParquetReadError) in
          let cells = try RowCells(columns, style, view, format: format, rows: ranked[number])
          var printer = RowPrinter(columns, format, style)
          return ranked[number].map { row in
            var line: [UInt8] = []
            cells.append(row, to: &printer, &line)
            return line
          }
        }, &report)
      for (index, outcome) in outcomes.enumerated() {
        guard let texts = try note(outcome, &report) else { continue }
        for (place, text) in zip(wanted[index], texts) { lines[place] = text }
      }
    }
    for line in lines where !emit(line) { break }
    return report
  }

  /// Returns sort keys as ordered numbers: counters use all 64 bits, times are signed.
  private static func values(
    of order: RowOrder, _ view: RowGroupView, _ rows: [UInt32]?
  ) throws(ParquetReadError) -> [(row: Int, value: UInt64)] {
    let selected = rows.map { $0.map { Int($0) } } ?? Array(0..<view.rowCount)
    let sign = UInt64(1) << 63
    func signed(_ column: IntegerColumn) -> [(row: Int, value: UInt64)] { selected.map { ($0, column[$0] ^ sign) } }
    switch order {
    case .timeStart: return signed(try view.integers(.timeStart))
    case .timeEnd, .newest: return signed(try view.integers(.timeEnd))
    case .octets, .packets:
      let values = try view.counters(order == .octets ? .octets : .packets)
      return selected.map { ($0, values[$0]) }
    case .duration:
      let (starts, ends) = (try view.integers(.timeStart), try view.integers(.timeEnd))
      return selected.map { row in
        let (start, end) = (Int64(bitPattern: starts[row]), Int64(bitPattern: ends[row]))
        return (row, start < end ? end.distance(from: start) : 0)
      }
    }
  }
}

extension Int64 {
  /// Returns the distance from a smaller number.
  fileprivate func distance(from lesser: Int64) -> UInt64 { UInt64(bitPattern: self) &- UInt64(bitPattern: lesser) }
}
