import Files
public import FlowFilter
import FlowModel
public import FlowText
import Foundation
public import NetworkBytes
public import Parquet
import Synchronization

/// What a question is put to: files, and which of their flows.
public struct Scan: Sendable {
  /// In the order in which rows are given.
  public var sources: [FlowSource]
  /// Up to when flows are in the answer; nil: as far as committed files go.
  public var liveUntil: UnixMilliseconds?
  /// What could not be looked at when the files were searched for.
  public var unreadable: [ParquetReadError] = []
  public var filter = FlowFilter.any
  public var window: TimeWindow?
  /// Whether flows that overlap the window count whole in sums; else only the share of their octets and packets that lies in
  /// it does.
  public var countsWhole = false
  /// The present time, milliseconds since 1970 UTC: rates of a window that ends later are over what has passed of it; nil: over
  /// all of it.
  public var now: UnixMilliseconds?
  /// Whether the answer is not wanted any more; asked before each row group, by all workers.
  public var isCancelled: (@Sendable () -> Bool)?
  /// Whether counters are multiplied by the sampling rate.
  public var isScaled = true
  /// How values are written.
  public var style = AnswerStyle()
  /// Whether the first file that cannot be read ends the scan.
  public var isStrict = false
  /// Threads.
  public var workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
  /// Of these threads, as in nice(1); 0: as the process has it.
  public var niceness = 0

  /// - Parameter files: paths.
  public init(_ files: [String]) {
    sources = files.map { .path($0) }
  }

  /// What a scan met beside its rows.
  public struct Report: Sendable {
    /// Files and directories that the answer lacks.
    public internal(set) var failures = ScanFailures()
    /// Files and row groups that were read, and those that could be passed over.
    public var filesRead = 0
    public var filesSkipped = 0
    /// Rows that were looked at, and those that were selected.
    public var rowsScanned = 0
    public var rowsSelected = 0
    /// Up to when flows are in the answer; nil: as far as committed files go.
    public var liveUntil: UnixMilliseconds?
    /// Row groups of live flows that were read.
    var liveGroups = 0
    /// Earliest start and latest end of all files' flows, milliseconds since 1970 UTC, also of those passed over.
    public var times: ClosedRange<Int64>?

    mutating func note(_ range: ClosedRange<Int64>) {
      times =
        min(
          times?.lowerBound ?? range.lowerBound, range.lowerBound)...max(
          times?.upperBound ?? range.upperBound, range.upperBound)
    }

    mutating func merge(_ other: Report) {
      failures.merge(other.failures)
      filesRead += other.filesRead
      filesSkipped += other.filesSkipped
      rowsScanned += other.rowsScanned
      rowsSelected += other.rowsSelected
      if let range = other.times { note(range) }
    }
  }
}

/// What is done with the rows that a scan selects. Each worker has one; in the end they are merged.
protocol RowConsumer: Sendable {
  /// Takes a group's selected rows; nil: all of them.
  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure)
}

/// Why a consumer ends the scan, or a file cannot be read on.
enum ScanFailure: Error {
  case file(ParquetReadError)
  case query(QueryError)
}

extension Scan {
  /// A row group that a worker takes, in the files' order.
  struct Unit {
    let file: Int
    let group: Int
  }

  /// Scans all row groups, spread over the workers.
  ///
  /// - Parameter makeConsumer: one for each worker.
  /// - Returns: the consumers, and what was met.
  func run<Consumer: RowConsumer>(
    _ makeConsumer: () -> Consumer
  ) throws(ScanFailure) -> ([Consumer], Report) {
    let plan = try plan()
    let next = Atomic(0)
    let outcomes = Mutex<[(Consumer, Report, ScanFailure?)]>([])
    let count = max(1, min(workers, plan.units.count))
    let consumers = (0..<count).map { _ in makeConsumer() }
    ScanThreads.perform(count, niceness: niceness) { worker in
      var consumer = consumers[worker]
      var report = Report()
      let failure = work(plan.units, next, &consumer, &report)
      outcomes.withLock { $0.append((consumer, report, failure)) }
    }
    var report = plan.report
    var finished: [Consumer] = []
    for (consumer, part, failure) in outcomes.withLock({ $0 }) {
      if let failure { throw failure }
      report.merge(part)
      finished.append(consumer)
    }
    return (finished, report)
  }

  private func work<Consumer: RowConsumer>(
    _ units: [Unit], _ next: borrowing Atomic<Int>, _ consumer: inout Consumer, _ report: inout Report
  ) -> ScanFailure? {
    var open: (index: Int, file: OpenFile)?
    var broken = -1
    while true {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard number < units.count else { return nil }
      do throws(ScanFailure) { try checkCancelled() } catch { return error }
      let unit = units[number]
      if unit.file == broken { continue }
      do throws(ScanFailure) {
        if open?.index != unit.file { open = (unit.file, try Self.open(sources[unit.file])) }
        guard let file = open?.file else { continue }
        try take(RowGroupView(file, group: unit.group, isScaled: isScaled), &consumer, &report)
      } catch {
        guard case .file(let fault) = error else { return error }
        broken = unit.file
        do throws(ScanFailure) { try report.failures.note(fault, isStrict: isStrict) } catch { return error }
      }
    }
  }

  /// Whether sums have of each flow what lies in the window; at a moment, flows that were live then count whole.
  var isShared: Bool { !countsWhole && window.map { !$0.isMoment } ?? false }

  /// - Throws: `cancelled` if nobody wants the answer any more.
  func checkCancelled() throws(ScanFailure) {
    if let isCancelled, isCancelled() { throw .query(.cancelled) }
  }

  private static func open(_ source: FlowSource) throws(ScanFailure) -> OpenFile {
    do throws(ParquetReadError) { return try OpenFile(source) } catch { throw .file(error) }
  }

  /// Selects a group's rows and hands them on.
  private func take<Consumer: RowConsumer>(
    _ view: RowGroupView, _ consumer: inout Consumer, _ report: inout Report
  ) throws(ScanFailure) {
    report.rowsScanned += view.rowCount
    let mask: RowMask
    do throws(ParquetReadError) { mask = try view.selection(self) } catch { throw .file(error) }
    if mask.isNone { return }
    let rows = mask.rows
    if let window, isShared, !view.isInside(window) { view.window = window.range }
    try consumer.take(view, rows: rows)
    report.rowsSelected += rows?.count ?? view.rowCount
  }

  /// Opens every file, passes over those outside of the window, and lists the rest's row groups.
  func plan() throws(ScanFailure) -> (units: [Unit], report: Report) {
    var units: [Unit] = []
    var report = Report()
    report.liveUntil = liveUntil
    for error in unreadable { try report.failures.note(error, isStrict: isStrict) }
    var known: Set<FileIdentity> = []
    for (index, source) in sources.enumerated() {
      try checkCancelled()
      do throws(ParquetReadError) {
        let file = try OpenFile(source)
        guard known.insert(file.identity).inserted else {
          report.failures.noteRepeated(source.path)
          continue
        }
        guard file.isFlowFile else {
          throw ParquetReadError(source.path, .unsupported("columns other than those of flows"))
        }
        guard file.hasTimes else { throw ParquetReadError(source.path, .unsupported("times without a unit")) }
        let groups = (0..<file.rowGroupCount).filter { group in
          guard let times = file.times(group) else { return true }
          report.note(times)
          return window?.overlaps(start: times.lowerBound, end: times.upperBound) ?? true
        }
        units += groups.map { Unit(file: index, group: $0) }
        if source.isSnapshot {
          report.liveGroups += groups.count
          continue
        }
        if groups.isEmpty { report.filesSkipped += 1 } else { report.filesRead += 1 }
      } catch {
        try report.failures.note(error, isStrict: isStrict)
      }
    }
    return (units, report)
  }
}
