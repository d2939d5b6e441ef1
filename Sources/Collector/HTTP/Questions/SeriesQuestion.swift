import FlowModel
import FlowQuery
import FlowText
import NIOCore
import NetworkBytes
import Settings

/// Time series: `/api/v1/series`.
struct SeriesQuestion: APIQuestion {
  static let parameters = APIRoute.common + ["by", "n", "bin", "points", "sort", "bin_by", "bidirectional"]

  private let store: StoreQuestion
  private let key: GroupKey?
  private let count: Int
  /// Milliseconds; nil for a length that gives about `points` bins.
  private let bin: Int64?
  private let points: Int
  private let sort: Statistic
  private let rule: BinRule

  /// More than any chart can show.
  static let maximumBins = 10_000
  /// Seconds.
  private static let longestBin = 36_525 * 86_400

  init(_ parameters: QueryParameters, now: UnixMilliseconds) throws(APIError) {
    store = try StoreQuestion(parameters, now: now)
    key = try GroupKey.keys(parameters, isBidirectional: try parameters.flag("bidirectional")).first
    count = try parameters.integer("n", 1...50, default: 8)
    points = try parameters.integer("points", 1...2000, default: 120)
    sort = try parameters.choice("sort") ?? .octets
    rule = try parameters.choice("bin_by") ?? .spread
    let text = parameters.text("bin") ?? "auto"
    if text == "auto" {
      bin = nil
    } else {
      guard let seconds = Quantity.seconds(text), (1...Self.longestBin).contains(seconds) else {
        throw .parameter("bin", "expected auto, or a duration such as 60s or 5m, found '\(text)'")
      }
      bin = Int64(seconds) * 1000
    }
    if let bin, !store.window.isOpenAtStart { try Self.check(bin, store.span) }
  }

  private static func check(_ bin: Int64, _ span: Range<UnixMilliseconds>) throws(APIError) {
    guard (span.upperBound - span.lowerBound) / bin <= Int64(maximumBins) else {
      throw .parameter("bin", "gives more than \(maximumBins) bins; use longer ones, a shorter window, or auto")
    }
  }

  // MARK: Querying

  /// - Returns: the series, and the length of its bins in milliseconds.
  private func sums(
    _ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> (answer: (sums: KeyedSeries, bin: Int64), notices: [String]) {
    try store.ask(supply, isCancelled) { scan in
      let span = store.window.isOpenAtStart ? try scan.coveredSpan() ?? store.now..<store.now : store.span
      let width = bin ?? TimeBins.usualWidth(for: span, points: points)
      try Self.check(width, span)
      let sums = try scan.series(
        bin: width, by: key, count: count, sortedBy: sort, rule: rule, limit: StoreQuestion.groupLimit)
      return (sums, width)
    }
  }

  // MARK: Formatting

  func json(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer {
    let (answer, notices) = try sums(supply, isCancelled)
    let sums = answer.sums
    var (json, object) = ([UInt8](), JSONObject())
    let common = StoreAnswer(notices: notices, report: sums.report, window: store.window, seconds: sums.seconds)
    common.begin(&object, to: &json)
    object.append("bin", UInt64(answer.bin), to: &json)
    object.appendName("by", to: &json)
    JSONText.appendArray(key?.parts.map(\.name) ?? [], to: &json) { JSONText.append($0, to: &$1) }
    object.appendName("times", to: &json)
    JSONText.appendArray(sums.bins.map(\.lowerBound), to: &json) { JSONText.append($0, to: &$1) }
    object.appendName("series", to: &json)
    JSONText.appendArray(sums.groups, to: &json) { group, json in
      var inner = JSONObject()
      key?.append(group.key, &inner, to: &json)
      Self.append(group.bins, &inner, to: &json)
      inner.append("p95", group.percentile95, to: &json)
      inner.end(to: &json)
    }
    object.appendName("other", to: &json)
    var inner = JSONObject()
    Self.append(sums.others, &inner, to: &json)
    inner.end(to: &json)
    common.append("totals", sums.totals, &object, to: &json)
    common.end(&object, to: &json)
    return ByteBuffer(bytes: json)
  }

  private static func append(_ bins: [FlowSums], _ object: inout JSONObject, to json: inout [UInt8]) {
    func append(_ name: String, _ value: (FlowSums) -> UInt64) {
      object.appendName(name, to: &json)
      JSONText.appendArray(bins, to: &json) { JSONText.append(value($0), to: &$1) }
    }
    append("flows") { $0.flows }
    append("packets") { $0.packets }
    append("bytes") { $0.octets }
  }

  /// Returns a row per bin and series, with the series' rank; rank 0 is all others.
  func csv(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer {
    let sums = try sums(supply, isCancelled).answer.sums
    var style = AnswerStyle()
    style.zone = store.zone
    var text: [UInt8] = []
    let first: [TableLayout.Column] = [.init("time", .left), .init("series", .right)]
    var printer = RowPrinter(first + (key?.titles ?? []) + FlowSums.counters, .csv, style)
    printer.appendHeader(to: &text)
    func append(_ rank: Int, _ values: [String?], _ bins: [FlowSums]) {
      for (bin, sums) in zip(sums.bins, bins) {
        printer.append(time: bin.lowerBound, to: &text)
        printer.append(UInt64(rank), to: &text)
        key?.append(values, to: &printer, &text)
        sums.appendCounters(to: &printer, &text)
        printer.endRow(to: &text)
      }
    }
    for (index, group) in sums.groups.enumerated() { append(index + 1, group.key, group.bins) }
    append(0, key?.parts.map { _ in nil } ?? [], sums.others)
    return ByteBuffer(bytes: text)
  }
}
