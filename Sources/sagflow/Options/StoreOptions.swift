import ArgumentParser
import CloudAPI
import Collector
import FlowFilter
import FlowModel
import FlowQuery
import FlowStore
import FlowText
import Foundation
import Parquet
import Settings

/// Options of commands that query the store: location, selection and scaling.
struct StoreOptions: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Option(
    name: [.customShort("r"), .long],
    help: ArgumentHelp(
      "A store, a directory of it, or a file; repeatable (default: store.path).", valueName: "path"))
  var read: [String] = []

  @Option(
    name: [.customShort("t"), .long],
    help: ArgumentHelp(
      "Time window: 'last 1h', today, yesterday, 2026-01-31, 2026-01-31T12:05, seconds since 1970, FROM..TO; UTC unless a time has an offset or --local is given.",
      valueName: "window"))
  var time: String?

  @Flag(
    help:
      "Sum flows that overlap the window in full, not only the share of their bytes and packets inside it.")
  var whole = false

  @Flag(help: "Show counters as exported, not multiplied by the sampling rate.")
  var noScale = false

  @Flag(help: "Use this host's time zone for times, days and bins.")
  var local = false

  @Flag(help: "Show names of protocols and well-known ports instead of numbers.")
  var names = false

  @Flag(help: "Stop at the first file that cannot be read.")
  var strict = false

  @Flag(help: "Only committed files, without the live flows of a running collector.")
  var committed = false

  @OptionGroup var filterOptions: FilterOptions

  @Argument(help: "A filter in nfdump's syntax: src net 10.0.0.0/8 and dst port 443.")
  var filter: [String] = []

  /// Returns a scan of the selected flows.
  func scan() throws(CommandFailure) -> Scan {
    ScanMemory.keep()
    // Validates everything before a directory is listed.
    let filter = try parsedFilter()
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let window = try parseWindow(now)
    var scan = try find()
    scan.filter = filter
    scan.window = window
    scan.countsWhole = whole
    scan.now = now
    scan.isScaled = !noScale
    scan.isStrict = strict
    scan.style.hasNames = names
    scan.style.zone = zone
    return scan
  }

  /// Parses the filter, and recognizes a path that was given without `-r`.
  private func parsedFilter() throws(CommandFailure) -> FlowFilter {
    do throws(CommandFailure) {
      return try filterOptions.filter(filter)
    } catch {
      guard error.status == .usage, let path = filter.first(where: FileManager.default.fileExists(atPath:)) else {
        throw error
      }
      let shown = TerminalText.escaped(path)
      throw CommandFailure(.usage, "\(shown): not a filter; to read this store or file: -r \(shown)")
    }
  }

  /// Finds files, and the live flows of the store's collector.
  private func find() throws(CommandFailure) -> Scan {
    let paths = read.isEmpty ? [try file.load().values.store.path] : read
    let found: LiveStore
    do throws(QueryError) {
      found = committed ? try .committed(paths) : try .find(paths)
    } catch {
      guard case .noFiles = error, let collector = LiveStore.collectors(of: paths).first else {
        throw CommandFailure(error)
      }
      throw noFlowsYet(collector, paths)
    }
    // Anyone with write access to a store can respond for its collector, so notices are escaped.
    for notice in found.notices { Console.error(TerminalText.escaped(notice)) }
    // An empty result from no data would be misleading.
    if found.isEmpty { throw emptiness(of: found, paths) }
    return found.scan
  }

  /// Explains why there are no flows, and what to expect.
  private func emptiness(of found: LiveStore, _ paths: [String]) -> CommandFailure {
    guard found.files.failures.isEmpty else { return CommandFailure(ScanFailures(found.files.failures)) }
    guard let collector = found.collectors.first else {
      return CommandFailure(.noFiles(paths.joined(separator: ", ")))
    }
    return noFlowsYet(collector, paths)
  }

  private func noFlowsYet(_ collector: LiveState, _ paths: [String]) -> CommandFailure {
    func text(_ time: Int64) -> String { CivilTime.iso(milliseconds: time).prefix(19) + "Z" }
    let start =
      "\(paths.joined(separator: ", ")): no flows yet: the collector that started at \(text(collector.started))"
    if collector.datagrams == 0 {
      let listen = TerminalText.escaped(collector.listen.joined(separator: ", "))
      return CommandFailure(
        .noInput, "\(start) has received nothing on \(listen); check that exporters send there")
    }
    return CommandFailure(
      .noInput,
      "\(start) has received \(collector.datagrams) datagrams and has \(collector.liveFlows) live flows; the next file will be there at \(text(collector.nextFile)); sagflow status shows what became of all datagrams"
    )
  }

  private var zone: LocalZone? { local ? LocalZone(.current) : nil }

  private func parseWindow(_ now: Int64) throws(CommandFailure) -> TimeWindow? {
    guard let time else { return nil }
    do throws(TimeWindowError) {
      return try TimeWindow(parsing: time, now: now, zone: zone)
    } catch {
      throw CommandFailure(.usage, "--time: \(error)")
    }
  }

  /// Prints on standard error what the result lacks.
  ///
  /// - Throws: `CommandFailure` if that is more than what retention removed.
  func conclude(_ report: Scan.Report) throws(CommandFailure) {
    for notice in report.failures.notices { Console.error(notice) }
    if !report.failures.unread.isEmpty { throw CommandFailure(report.failures) }
  }
}

extension Scan.Report {
  /// `30936 of 69614 flows in 1 file, until 0.2 s ago`.
  var summary: String {
    let files = "\(rowsSelected) of \(rowsScanned) flows in \(filesRead) file\(filesRead == 1 ? "" : "s")"
    return files + (liveUntil.map { " and live, until \(Self.age(of: $0)) ago" } ?? "")
  }

  private static func age(of time: Int64) -> String {
    let age = max(0, Date().timeIntervalSince1970 - Double(time) / 1000)
    return age < 10 ? String(format: "%.1f s", age) : StatusReport.span(age)
  }
}

extension CommandFailure {
  /// Describes what a result lacks.
  init(_ failures: ScanFailures) { self.init(.badData, failures.messages) }

  /// Describes why a query failed.
  init(asking error: any Error) {
    switch error {
    case let error as QueryError: self.init(error)
    case let error as ParquetReadError: self.init(.badData, "\(error)")
    default: self.init(.inputOutput, "\(error)")
    }
  }

  init(_ error: QueryError) {
    switch error {
    case .noSuchPath, .noFiles, .emptyWindow: self.init(.noInput, "\(error)")
    case .tooManyGroups, .cancelled: self.init(.unavailable, "\(error)")
    }
  }
}
