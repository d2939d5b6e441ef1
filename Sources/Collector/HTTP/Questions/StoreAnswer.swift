import FlowModel
import FlowQuery
import FlowText
import NIOCore
import NetworkBytes

/// The common part of all results of store queries.
struct StoreAnswer {
  /// What the result lacks and why, one line each.
  var notices: [String]
  var report: Scan.Report
  var window: TimeWindow
  /// Duration for rates.
  var seconds: Double

  /// Appends the first members: `from`, `to`, `seconds`, `until`, `live`.
  func begin(_ object: inout JSONObject, to json: inout [UInt8]) {
    let range = window.range
    // A window without a start begins with the first flow.
    let from =
      window.isOpenAtStart ? min(report.times?.lowerBound ?? range.upperBound, range.upperBound) : range.lowerBound
    for (name, time) in [("from", from), ("to", range.upperBound)] {
      object.appendName(name, to: &json)
      JSONText.append(time.storable, to: &json)
    }
    object.appendName("seconds", to: &json)
    json += "\(seconds.isFinite ? seconds : 0)".utf8
    object.appendName("until", to: &json)
    if let until = report.liveUntil ?? report.times?.upperBound {
      JSONText.append(until.storable, to: &json)
    } else {
      JSONText.appendNull(to: &json)
    }
    object.append("live", report.liveUntil != nil, to: &json)
  }

  /// Appends the last member: `report`.
  func end(_ object: inout JSONObject, to json: inout [UInt8]) {
    object.appendName("report", to: &json)
    var inner = JSONObject()
    inner.append("rowsScanned", UInt64(report.rowsScanned), to: &json)
    inner.append("rowsSelected", UInt64(report.rowsSelected), to: &json)
    inner.append("filesRead", UInt64(report.filesRead), to: &json)
    for (name, lines) in [("unread", report.failures.messages), ("notices", notices + report.failures.notices)] {
      inner.appendName(name, to: &json)
      JSONText.appendArray(lines, to: &json) { JSONText.append($0, to: &$1) }
    }
    inner.end(to: &json)
    object.end(to: &json)
    json.append(UInt8(ascii: "\n"))
  }

  /// Appends `flows`, `packets`, `bytes`, `pps`, `bps`.
  func append(_ name: String, _ sums: FlowSums, _ object: inout JSONObject, to json: inout [UInt8]) {
    object.appendName(name, to: &json)
    var inner = JSONObject()
    append(sums, &inner, to: &json)
    inner.end(to: &json)
  }

  /// Appends the same as members of an object.
  func append(_ sums: FlowSums, _ object: inout JSONObject, to json: inout [UInt8]) {
    let rates = sums.rates(over: seconds)
    object.append("flows", sums.flows, to: &json)
    object.append("packets", sums.packets, to: &json)
    object.append("bytes", sums.octets, to: &json)
    object.append("pps", rates.packets, to: &json)
    object.append("bps", rates.bits, to: &json)
  }
}

extension StoreQuestion {
  /// Runs the query; if no flow is in the window, the result is empty.
  func ask<Answer>(
    _ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool, _ body: (Scan) throws -> Answer
  ) throws -> (answer: Answer, notices: [String]) {
    let flows = supply.flows(isCommitted: isCommitted)
    var scan = scan(flows, isCancelled)
    do {
      return (try body(scan), flows.notices)
    } catch let error as QueryError {
      guard case .emptyWindow = error else { throw error }
      scan.sources = []
      return (try body(scan), flows.notices + ["\(error)"])
    }
  }
}

extension JSONObject {
  mutating func append(_ name: String, _ value: Bool, to json: inout [UInt8]) {
    appendName(name, to: &json)
    json += (value ? "true" : "false").utf8
  }

  mutating func append(_ name: String, _ value: String?, to json: inout [UInt8]) {
    appendName(name, to: &json)
    if let value { JSONText.append(value, to: &json) } else { JSONText.appendNull(to: &json) }
  }
}

extension GroupKey {
  /// Parses the keys of a parameter.
  static func keys(_ parameters: QueryParameters, isBidirectional: Bool) throws(APIError) -> [GroupKey] {
    var keys: [GroupKey] = []
    for text in parameters.all("by") {
      do throws(GroupKeyError) {
        var key = try GroupKey(parsing: text)
        if isBidirectional { try key.mergeDirections() }
        keys.append(key)
      } catch {
        throw .parameter("by", "\(error)")
      }
    }
    if let key = keys.first(where: { $0.parts.count > maximumParts }) {
      throw .parameter("by", "\(key.parts.count) columns in one key; at most \(maximumParts) are allowed")
    }
    return keys
  }

  private static let maximumParts = 16

  /// Appends `key` and `names` of a group.
  func append(_ key: [String?], _ object: inout JSONObject, to json: inout [UInt8]) {
    let names = zip(parts, key).map { part, value in Self.name(part, value) }
    for (name, values) in [("key", key), ("names", names)] {
      object.appendName(name, to: &json)
      JSONText.appendArray(values, to: &json) { value, json in
        if let value { JSONText.append(value, to: &json) } else { JSONText.appendNull(to: &json) }
      }
    }
  }

  private static func name(_ part: Part, _ value: String?) -> String? {
    guard let value, let naming = part.column.naming, let number = UInt64(value) else { return nil }
    let name = naming.name(number)
    return name == value ? nil : name
  }
}
