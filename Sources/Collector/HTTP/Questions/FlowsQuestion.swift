import FlowModel
import FlowQuery
import FlowText
import NIOCore
import NetworkBytes

/// Individual flows: `/api/v1/flows`.
struct FlowsQuestion: APIQuestion {
  static let parameters = APIRoute.common + ["n", "columns", "sort"]

  private let store: StoreQuestion
  private let count: Int
  private let columns: [FlowColumn]
  private let sort: RowOrder?

  static let maximumCount = 10_000

  init(_ parameters: QueryParameters, now: UnixMilliseconds) throws(APIError) {
    store = try StoreQuestion(parameters, now: now)
    count = try parameters.integer("n", 1...Self.maximumCount, default: 100)
    sort = try parameters.choice("sort")
    columns = try Self.columns(parameters)
  }

  private static func columns(_ parameters: QueryParameters) throws(APIError) -> [FlowColumn] {
    guard let text = parameters.text("columns") else { return FlowColumn.tableColumns }
    var columns: [FlowColumn] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let column = FlowColumn.allCases.named(name) else {
        let nearest = Spelling.nearest(to: name, among: FlowColumn.allCases.map(\.name))
        let advice = nearest.isEmpty ? "/api/v1/fields lists them" : "did you mean \(nearest.joined(separator: ", "))?"
        throw .parameter("columns", "no column '\(name.prefix(64))'; \(advice)")
      }
      if columns.contains(column) { throw .parameter("columns", "duplicate column \(name)") }
      columns.append(column)
    }
    return columns
  }

  private func rows(
    _ format: RowFormat, _ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> (text: [UInt8], report: Scan.Report, notices: [String]) {
    var text: [UInt8] = []
    let (report, notices) = try store.ask(supply, isCancelled) { scan in
      var scan = scan
      scan.style.hasArrays = true
      text.removeAll()
      return try scan.rows(columns, format: format, limit: count, order: sort) { lines in
        let lines = copy lines
        text += lines
        return true
      }
    }
    return (text, report, notices)
  }

  func json(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer {
    let answer = try rows(.json, supply, isCancelled)
    // Without the last comma and line feed.
    let rows = answer.text.dropLast(2)
    var (json, object) = ([UInt8](), JSONObject())
    let seconds = TimeWindow(store.span).duration
    let common = StoreAnswer(
      notices: answer.notices, report: answer.report, window: store.window, seconds: seconds)
    common.begin(&object, to: &json)
    object.appendName("columns", to: &json)
    JSONText.appendArray(columns.map(\.name), to: &json) { JSONText.append($0, to: &$1) }
    object.appendName("rows", to: &json)
    json += "[\n".utf8
    json += rows
    json.append(UInt8(ascii: "]"))
    common.end(&object, to: &json)
    return ByteBuffer(bytes: json)
  }

  func csv(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer {
    var text = Scan.header(columns, format: .csv)
    text += try rows(.csv, supply, isCancelled).text
    return ByteBuffer(bytes: text)
  }
}
