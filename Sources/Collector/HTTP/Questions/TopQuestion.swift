import FlowQuery
import FlowText
import NIOCore
import NetworkBytes

/// Top groups: `/api/v1/top`.
struct TopQuestion: APIQuestion {
  static let parameters = APIRoute.common + ["by", "n", "sort", "bidirectional", "history", "p95"]
  /// Parameters for CSV, which cannot include histories.
  static let csvParameters = APIRoute.common + ["by", "n", "sort", "bidirectional"]

  private let store: StoreQuestion
  private let keys: [GroupKey]
  private let count: Int
  private let sort: Statistic
  /// Number of spans; 0 for none.
  private let history: Int
  private let hasPercentile: Bool

  private static let maximumKeys = 8

  init(_ parameters: QueryParameters, now: UnixMilliseconds) throws(APIError) {
    store = try StoreQuestion(parameters, now: now)
    count = try parameters.integer("n", 1...1000, default: 10)
    sort = try parameters.choice("sort") ?? .octets
    history = try parameters.integer("history", 0...200, default: 0)
    hasPercentile = try parameters.flag("p95")
    let keys = try GroupKey.keys(parameters, isBidirectional: try parameters.flag("bidirectional"))
    guard keys.count <= Self.maximumKeys else {
      throw .parameter("by", "given \(keys.count) times; at most \(Self.maximumKeys) keys are allowed")
    }
    do throws(GroupKeyError) {
      self.keys = keys.isEmpty ? [try GroupKey(parsing: "src_addr")] : keys
    } catch {
      throw .parameter("by", "\(error)")
    }
  }

  private var course: TopHistory? {
    if history == 0 { return hasPercentile ? TopHistory() : nil }
    return hasPercentile ? TopHistory(spans: history) : TopHistory(spans: history, percentileSpans: history)
  }

  private func answers(
    _ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> (answer: [TopAnswer], notices: [String]) {
    try store.ask(supply, isCancelled) { scan in
      try scan.top(
        count, by: keys, sortedBy: sort, limit: StoreQuestion.groupLimit / keys.count, history: course)
    }
  }

  func json(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer {
    let (answers, notices) = try answers(supply, isCancelled)
    var (json, object) = ([UInt8](), JSONObject())
    guard let first = answers.first else { return ByteBuffer() }
    let common = StoreAnswer(
      notices: notices, report: first.report, window: store.window, seconds: first.seconds)
    common.begin(&object, to: &json)
    common.append("totals", first.totals, &object, to: &json)
    object.appendName("tables", to: &json)
    JSONText.appendArray(Array(zip(keys, answers)), to: &json) { table, json in
      append(table.0, table.1, common, to: &json)
    }
    common.end(&object, to: &json)
    return ByteBuffer(bytes: json)
  }

  private func append(_ key: GroupKey, _ answer: TopAnswer, _ common: StoreAnswer, to json: inout [UInt8]) {
    var table = JSONObject()
    table.appendName("by", to: &json)
    JSONText.appendArray(key.parts.map(\.name), to: &json) { JSONText.append($0, to: &$1) }
    table.append("groups", UInt64(answer.groupCount), to: &json)
    table.appendName("rows", to: &json)
    JSONText.appendArray(answer.rows, to: &json) { row, json in
      var object = JSONObject()
      key.append(row.key, &object, to: &json)
      common.append(row.sums, &object, to: &json)
      object.appendName("history", to: &json)
      JSONText.appendArray(history > 0 ? row.history : [], to: &json) { JSONText.append($0, to: &$1) }
      object.appendName("p95", to: &json)
      if hasPercentile, let percentile = row.percentile95 {
        JSONText.append(percentile, to: &json)
      } else {
        JSONText.appendNull(to: &json)
      }
      object.end(to: &json)
    }
    table.end(to: &json)
  }

  func csv(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer {
    let answers = try answers(supply, isCancelled).answer
    var text: [UInt8] = []
    for (key, answer) in zip(keys, answers) {
      var printer = RowPrinter(key.titles + FlowSums.columns, .csv)
      printer.appendHeader(to: &text)
      for row in answer.rows {
        key.append(row.key, to: &printer, &text)
        row.sums.append(over: answer.seconds, to: &printer, &text)
        printer.endRow(to: &text)
      }
    }
    return ByteBuffer(bytes: text)
  }
}
