import FlowFilter
import FlowModel
import NetworkBytes
import Parquet

extension Scan {
  /// Takes several measurements in one pass. The scan's own filter is ignored.
  ///
  /// - Parameter limit: maximum number of distinct values of each measurement.
  /// - Returns: a result per question, and the report. The absence of flows is not an error.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func measure(_ questions: [FlowQuestion], limit: Int) throws -> (answers: [FlowFigures], report: Report) {
    var scan = self
    // Skips rows that match no question.
    let filters = questions.map(\.filter)
    scan.filter = filters.contains(.any) ? .any : .some(Array(Set(filters)))
    do throws(ScanFailure) {
      let texts = TextNumbers()
      var (parts, report) = try scan.run { Measuring(questions, window, texts, limit: limit) }
      var sum = parts.removeFirst()
      for part in parts { sum.merge(part) }
      return (sum.answers, report)
    } catch {
      throw error.cause
    }
  }
}

/// The results of one worker.
private struct Measuring: RowConsumer {
  fileprivate struct Part {
    let question: FlowQuestion
    var figures = FlowFigures()
    /// Nil if no values were requested, or there are too many.
    var values: Grouping?
  }

  private var parts: [Part]
  private let start: UnixMilliseconds

  init(_ questions: [FlowQuestion], _ window: TimeWindow?, _ texts: TextNumbers, limit: Int) {
    start = window?.range.lowerBound ?? .min
    parts = questions.map { question in
      var part = Part(question: question)
      switch question.figure {
      case .values(let column), .addresses(let column):
        part.values = Grouping(GroupKey(of: column), texts: texts, limit: limit)
      case .sums, .beginnings: break
      }
      return part
    }
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    let selected = RowMask(rows, of: view.rowCount)
    for index in parts.indices {
      let mask: RowMask
      do throws(ParquetReadError) {
        mask = (selected && (try view.rows(matching: parts[index].question.filter))).simplified
      } catch {
        throw .file(error)
      }
      if mask.isNone { continue }
      try parts[index].take(view, mask.rows, from: start)
    }
  }

  mutating func merge(_ other: Measuring) {
    for index in parts.indices { parts[index].merge(other.parts[index]) }
  }

  var answers: [FlowFigures] { parts.map(\.answer) }
}

extension Measuring.Part {
  fileprivate mutating func take(
    _ view: RowGroupView, _ rows: [UInt32]?, from start: UnixMilliseconds
  ) throws(ScanFailure) {
    switch question.figure {
    case .sums:
      do throws(ParquetReadError) { figures.sums += try SelectedFlows(view, rows).totals } catch { throw .file(error) }
    case .beginnings:
      let starts: IntegerColumn
      do throws(ParquetReadError) { starts = try view.integers(.timeStart) } catch { throw .file(error) }
      let count = rows?.count ?? view.rowCount
      for index in 0..<count where Int64(bitPattern: starts[rows.map { Int($0[index]) } ?? index]) >= start {
        figures.beginnings &+= 1
      }
    case .values, .addresses:
      do throws(ScanFailure) {
        try values?.take(view, rows: rows)
      } catch {
        guard case .query(.tooManyGroups) = error else { throw error }
        values = nil
      }
    }
  }

  fileprivate mutating func merge(_ other: Self) {
    figures.sums += other.figures.sums
    figures.beginnings &+= other.figures.beginnings
    if let others = other.values, values?.merge(others) == true { return }
    values = nil
  }

  fileprivate var answer: FlowFigures {
    var answer = figures
    switch question.figure {
    case .sums, .beginnings: break
    case .values: answer.valueCount = values?.count
    case .addresses:
      answer.valueCount = values?.count
      guard let values else { break }
      answer.addresses = (0..<values.count).map { values.layout.address(0, in: values.words($0)) }
    }
    return answer
  }
}

extension GroupKey {
  /// Groups by the values of one column.
  fileprivate init(of column: FlowColumn) {
    self.init(parts: [Part(name: column.name, column: column)])
  }

  private init(parts: [Part]) {
    self.parts = parts
  }
}

extension RowMask {
  /// - Parameter rows: the selected rows, ascending; nil for all.
  fileprivate init(_ rows: [UInt32]?, of count: Int) {
    guard let rows else {
      self = .all
      return
    }
    var flags = [UInt8](repeating: 0, count: count)
    for row in rows { flags[Int(row)] = 1 }
    self = .some(flags)
  }
}
