import FlowFilter
import FlowModel
import FlowQuery
import FlowText
import Foundation
import NetworkBytes

/// Which flows a question is about, read from its parameters.
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

  /// The text alone: files are not included, whatever it says.
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

  /// Columns of a filter's errors count from the beginning of their line; those of the API from that of the text.
  private static func characters(in text: String, before error: FilterError) -> Int {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).prefix(max(0, error.line - 1))
    return lines.reduce(0) { $0 + $1.count + 1 } + max(0, error.column - 1)
  }

  private static func zone(_ parameters: QueryParameters) throws(APIError) -> LocalZone? {
    guard let name = parameters.text("zone") else { return nil }
    // Names are those of files, and this is one of others'.
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

  /// The question put to flows.
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

  /// Threads of one question: two are answered at a time.
  private static let workers = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)

  /// Groups that a question may have: both together take a sixteenth of this machine's memory, at about a hundred octets for
  /// each, where every thread has all of them.
  static var groupLimit: Int {
    max(1_000_000, Int(ProcessInfo.processInfo.physicalMemory / 16 / 100 / 2)) / workers
  }

  /// What rates and bins are over, where the window says it: until now.
  var span: Range<UnixMilliseconds> { window.passed(by: now) }
}
