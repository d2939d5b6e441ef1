import ArgumentParser
import Collector
import FlowFilter
import FlowQuery
import FlowStore
import FlowText
import Foundation
import Parquet
import Settings

/// The options of every command that asks the store: where it is, which flows, how counters are meant.
struct StoreOptions: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Option(
    name: [.customShort("r"), .long],
    help: ArgumentHelp(
      "A store, a directory of it, or a file; repeat for more (default: store.path).", valueName: "path"))
  var read: [String] = []

  @Option(
    name: [.customShort("t"), .long],
    help: ArgumentHelp(
      "Flows that overlap this: 'last 1h', today, yesterday, 2026-01-31, 2026-01-31T12:05, seconds since 1970, FROM..TO; UTC unless a time or --local says otherwise.",
      valueName: "window"))
  var time: String?

  @Flag(help: "Counters as exporters sent them, not multiplied by the sampling rate.")
  var noScale = false

  @Flag(help: "Times, days and bins of this host's time zone, those that are given and those that are shown.")
  var local = false

  @Flag(help: "Names of protocols and well-known ports instead of their numbers.")
  var names = false

  @Flag(help: "Stop at the first file that cannot be read.")
  var strict = false

  @OptionGroup var filterOptions: FilterOptions

  @Argument(help: "Which flows, in nfdump's words: src net 10.0.0.0/8 and dst port 443.")
  var filter: [String] = []

  /// The files and which of their flows.
  func scan() throws(CommandFailure) -> Scan {
    ScanMemory.keep()
    // Everything that can be known to be wrong, before a directory is walked.
    let filter = try filterOptions.filter(filter)
    let window = try parseWindow()
    let found = try findFiles()
    var scan = Scan(found.files)
    scan.unreadable = found.failures
    scan.filter = filter
    scan.window = window
    scan.isScaled = !noScale
    scan.isStrict = strict
    scan.style.hasNames = names
    scan.style.zone = zone
    return scan
  }

  private func findFiles() throws(CommandFailure) -> StoreFiles {
    let paths = read.isEmpty ? [try file.load().values.store.path] : read
    let found: StoreFiles
    do throws(QueryError) { found = try StoreFiles.find(paths) } catch { throw CommandFailure(error) }
    // An answer from nothing would say that there was nothing.
    if found.files.isEmpty { throw CommandFailure(ScanFailures(found.failures)) }
    return found
  }

  private var zone: LocalZone? { local ? LocalZone(.current) : nil }

  private func parseWindow() throws(CommandFailure) -> TimeWindow? {
    guard let time else { return nil }
    do throws(TimeWindowError) {
      return try TimeWindow(parsing: time, now: Int64(Date().timeIntervalSince1970 * 1000), zone: zone)
    } catch {
      throw CommandFailure(.usage, "--time: \(error)")
    }
  }

  /// Says on standard error what the answer lacks.
  ///
  /// - Throws: `CommandFailure` if it is more than what retention removed.
  func conclude(_ report: Scan.Report) throws(CommandFailure) {
    for notice in report.failures.notices { Console.error(notice) }
    if !report.failures.unread.isEmpty { throw CommandFailure(report.failures) }
  }
}

extension Scan.Report {
  /// `30936 of 69614 flows in 1 file`.
  var summary: String {
    "\(rowsSelected) of \(rowsScanned) flows in \(filesRead) file\(filesRead == 1 ? "" : "s")"
  }
}

extension CommandFailure {
  /// What an answer lacks.
  init(_ failures: ScanFailures) { self.init(.badData, failures.messages) }

  /// What a question to the store failed with.
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
    case .tooManyGroups: self.init(.unavailable, "\(error)")
    }
  }
}
