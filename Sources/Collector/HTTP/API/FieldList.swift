import FlowFilter
import FlowModel
import FlowText

/// The columns of flows, for user interfaces: `/api/v1/fields`. Derived from the column table.
enum FieldList {
  /// - Parameter answersNames: whether host names may be requested.
  static func json(answersNames: Bool) -> [UInt8] {
    var (json, object) = ([UInt8](), JSONObject())
    object.appendName("columns", to: &json)
    JSONText.appendArray(FlowColumn.allCases, to: &json, append)
    object.appendName("keys", to: &json)
    let keys = ["record"] + FlowColumn.End.Property.allCases.map(\.rawValue)
    JSONText.appendArray(keys, to: &json) { JSONText.append($0, to: &$1) }
    object.append("answersNames", answersNames, to: &json)
    object.end(to: &json)
    json.append(UInt8(ascii: "\n"))
    return json
  }

  private static func append(_ column: FlowColumn, to json: inout [UInt8]) {
    var object = JSONObject()
    object.append("name", column.name, to: &json)
    object.append("kind", kind(of: column), to: &json)
    object.append("meaning", column.meaning, to: &json)
    object.append("groupable", isGroupable(column), to: &json)
    object.append("otherEnd", column.otherEnd?.name, to: &json)
    object.append("unit", column.kind == .counter ? column.name : nil, to: &json)
    let phrase = column.filterPhrase
    let condition = phrase.map { "\($0) \(column.kind == .text ? "\"{}\"" : "{}")" }
    object.append("filter", condition, to: &json)
    object.append("notFilter", condition.map { "not \($0)" }, to: &json)
    object.end(to: &json)
  }

  private static func kind(of column: FlowColumn) -> String {
    switch column.kind {
    case .time: "time"
    case .counter: "counter"
    case .number: "number"
    case .address: "address"
    case .mac: "mac"
    case .text: "text"
    case .json: "json"
    }
  }

  /// Returns whether a column has few enough values for useful sums.
  private static func isGroupable(_ column: FlowColumn) -> Bool {
    switch column.kind {
    case .number, .address, .mac, .text: true
    case .time, .counter, .json: false
    }
  }
}
