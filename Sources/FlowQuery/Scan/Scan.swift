import Files
public import FlowFilter
import FlowModel
public import FlowText
import Foundation
public import NetworkBytes
public import Parquet
import Synchronization

/// The input of a query: sources, window, filter and options.
public struct Scan: Sendable {
  /// In the order in which rows are returned.
  public var sources: [FlowSource]
  /// Time up to which flows are included; nil for committed files only.
  public var liveUntil: UnixMilliseconds?
  /// What could not be read when files were searched for.
  public var unreadable: [ParquetReadError] = []
  public var filter = FlowFilter.any
  public var window: TimeWindow?
  /// Whether flows that overlap the window count whole in sums; otherwise only the portion of their octets and packets
  /// inside it.
  public var countsWhole = false
  /// The present time, milliseconds since 1970 UTC: rates of a window that ends later refer to its part until now; nil
  /// to use the whole window.
  public var now: UnixMilliseconds?
  /// Returns whether the query was canceled; called by all workers before each row group.
  public var isCancelled: (@Sendable () -> Bool)?
  /// Whether counters are multiplied by the sampling rate.
  public var isScaled = true
  /// How values are formatted.
  public var style = AnswerStyle()
  /// Whether the first unreadable file ends the scan.
  public var isStrict = false
  /// Number of threads.
  public var workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
  /// Their niceness, as in nice(1), and that of the caller from then on; 0 for that of the process. Where the kernel
  /// refuses it, they sleep while others want their cores.
  public var niceness = 0

  /// - Parameter files: paths.
  public init(_ files: [String]) {
    sources = files.map { .path($0) }
  }

  /// Statistics and failures of a scan.
  public struct Report: Sendable {
    /// Files and directories missing from the result.
    public internal(set) var failures = ScanFailures()
    /// Files and row groups that were read, and those that were skipped.
    public var filesRead = 0
    public var filesSkipped = 0
    /// Rows examined, and rows selected.
    public var rowsScanned = 0
    public var rowsSelected = 0
    /// Time up to which flows are included; nil for committed files only.
    public var liveUntil: UnixMilliseconds?
    /// Row groups of live flows that were read.
    var liveGroups = 0
    /// Earliest start and latest end of the flows in all files, milliseconds since 1970 UTC, including skipped ones.
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

/// Processes the rows that a scan selects. Each worker has its own; they are merged at the end.
protocol RowConsumer: Sendable {
  /// Takes a group's selected rows; nil for all.
  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure)
}

/// Why a consumer ends the scan, or a file cannot be read.
enum ScanFailure: Error {
  case file(ParquetReadError)
  case query(QueryError)
}

extension Scan {
  /// A row group to process, in file order.
  struct Unit {
    let file: Int
    let group: Int
  }

  /// Scans all row groups in parallel.
  ///
  /// - Parameter makeConsumer: called once per worker.
  /// - Returns: the consumers of all workers, and the report.
  func run<Consumer: RowConsumer>(
    _ makeConsumer: () -> Consumer
  ) throws(ScanFailure) -> ([Consumer], Report) {
    let plan = try plan()
    let next = Atomic(0)
    let outcomes = Mutex<[(Consumer, Report, ScanFailure?)]>([])
    let count = max(1, min(workers, plan.units.count))
    let consumers = (0..<count).map { _ in makeConsumer() }
    ScanThreads.perform(count, niceness: niceness) { worker, throttle in
      var consumer = consumers[worker]
      var report = Report()
      let failure = work(plan.units, next, &consumer, &report, &throttle)
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
    _ units: [Unit], _ next: borrowing Atomic<Int>, _ consumer: inout Consumer, _ report: inout Report,
    _ throttle: inout ContentionThrottle
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
        throttle.giveWay { isCancelled?() ?? false }
      } catch {
        guard case .file(let fault) = error else { return error }
        broken = unit.file
        do throws(ScanFailure) { try report.failures.note(fault, isStrict: isStrict) } catch { return error }
      }
    }
  }

  /// Whether sums include only the portion inside the window; for a moment, flows live at that time count whole.
  var isShared: Bool { !countsWhole && window.map { !$0.isMoment } ?? false }

  /// - Throws: `cancelled` if the query was canceled.
  func checkCancelled() throws(ScanFailure) {
    if let isCancelled, isCancelled() { throw .query(.cancelled) }
  }

  private static func open(_ source: FlowSource) throws(ScanFailure) -> OpenFile {
    do throws(ParquetReadError) { return try OpenFile(source) } catch { throw .file(error) }
  }

  /// Selects a group's rows and passes them to the consumer.
  private func take<Consumer: RowConsumer>(
    _ view: RowGroupView, _ consumer: inout Consumer, _ report: inout Report
  ) throws(ScanFailure) {
    report.rowsScanned += view.rowCount
    let mask: RowMask
    do throws(ParquetReadError) { mask = try view.selection(self) } catch { throw .file(error) }
    if mask.isNone { return }
    let rows = view.rows(of: mask)
    if let window, isShared, !view.isInside(window) { view.window = window.range }
    try consumer.take(view, rows: rows)
    report.rowsSelected += rows?.count ?? view.rowCount
  }

  /// Opens every file, skips those outside the window, and returns the row groups of the rest.
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
