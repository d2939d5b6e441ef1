import FlowFilter
import FlowModel
import FlowQuery
import FlowText
import Foundation
import NetworkBytes

/// The flow selection of a query, from its parameters.
struct StoreQuestion: Sendable {
  var window: TimeWindow
  /// Milliseconds since 1970 UTC.
  var now: UnixMilliseconds
  var filter: FlowFilter
  var isScaled: Bool
  var isCommitted: Bool
  var countsWhole: Bool
  var zone: LocalZone?

  /// - Parameter now: milliseconds since 1970 UTC.
  init(_ parameters: QueryParameters, now: UnixMilliseconds) throws(APIError) {
    self.now = now
    zone = try Self.zone(parameters)
    window = try Self.window(parameters, now, zone)
    filter = try Self.filter(parameters)
    isScaled = try parameters.flag("scale", default: true)
    isCommitted = try parameters.flag("committed")
    countsWhole = try parameters.flag("whole")
  }

  private static func window(
    _ parameters: QueryParameters, _ now: UnixMilliseconds, _ zone: LocalZone?
  ) throws(APIError) -> TimeWindow {
    let window: TimeWindow
    do throws(TimeWindowError) {
      window = try TimeWindow(parsing: parameters.text("window") ?? "last 1h", now: now, zone: zone)
    } catch {
      throw .parameter("window", "\(error)")
    }
    if window.range.isEmpty { throw .parameter("window", "this time does not exist in the time zone; use another one") }
    return window
  }

  /// Parses the filter without including files.
  private static func filter(_ parameters: QueryParameters) throws(APIError) -> FlowFilter {
    let text = parameters.text("filter") ?? ""
    do throws(FilterError) {
      return try FlowFilter(parsing: text)
    } catch {
      var problem = APIError.parameter("filter", "\(error)")
      problem.column = characters(in: text, before: error) + 1
      throw problem
    }
  }

  /// Converts the column of a filter error, which counts from the beginning of its line, to a position in the text.
  private static func characters(in text: String, before error: FilterError) -> Int {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).prefix(max(0, error.line - 1))
    return lines.reduce(0) { $0 + $1.count + 1 } + max(0, error.column - 1)
  }

  private static func zone(_ parameters: QueryParameters) throws(APIError) -> LocalZone? {
    guard let name = parameters.text("zone") else { return nil }
    // Names refer to files, and this one comes from a client.
    let isName =
      name.utf8.count <= 64 && !name.contains("..") && name.first?.isLetter == true
      && name.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789_+-/".unicodeScalars.contains($0))
      }
    guard isName, let zone = TimeZone(identifier: name) else {
      throw .parameter("zone", "expected a time zone such as Europe/Berlin or UTC, found '\(name)'")
    }
    return zone.secondsFromGMT() == 0 && name == "UTC" ? nil : LocalZone(zone)
  }

  /// Returns the scan for the query.
  func scan(_ flows: FlowSupply.Flows, _ isCancelled: @escaping @Sendable () -> Bool) -> Scan {
    var scan = flows.scan
    scan.window = window
    scan.now = now
    scan.filter = filter
    scan.isScaled = isScaled
    scan.countsWhole = countsWhole
    scan.style.zone = zone
    scan.isCancelled = isCancelled
    scan.workers = Self.workers
    scan.niceness = Thread.backgroundNiceness
    return scan
  }

  /// Threads of one query; two queries run in parallel.
  private static let workers = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)

  /// Maximum number of groups of a query: two queries together use a sixteenth of this machine's memory, at about a
  /// hundred octets per group and with a copy per thread.
  static var groupLimit: Int {
    max(1_000_000, Int(ProcessInfo.processInfo.physicalMemory / 16 / 100 / 2)) / workers
  }

  /// The time that rates and bins refer to: the window up to now.
  var span: Range<UnixMilliseconds> { window.passed(by: now) }
}
