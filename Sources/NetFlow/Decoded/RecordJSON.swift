import FlowText
import NetworkBytes

/// JSON of decoded records and the decoder's counters, one line per record.
public enum RecordJSON {
  /// Appends the record as a JSON object and a line feed.
  ///
  /// Members: exporter and port, version, domain, template, kind (`flow` or `options`), exportTime (seconds), seq (as
  /// sent), fields by name, the number of omitted zero-length fields (`emptyLeftOut`) if any, and for records with
  /// times relative to the exporter's uptime their UTC equivalents (`derived`).
  public static func append(_ record: DecodedRecord, to line: inout [UInt8]) {
    var object = JSONObject()
    object.appendName("exporter", to: &line)
    line.append(UInt8(ascii: "\""))
    record.exporter.address.appendText(to: &line)
    line.append(UInt8(ascii: "\""))
    object.append("port", UInt64(record.exporter.port), to: &line)
    object.append("version", UInt64(record.header.version), to: &line)
    object.append("domain", UInt64(record.header.domain), to: &line)
    object.append("template", UInt64(record.template), to: &line)
    object.append("kind", record.kind == .flow ? "flow" : "options", to: &line)
    object.append("exportTime", UInt64(record.header.exportTime), to: &line)
    object.append("seq", UInt64(record.header.sequence), to: &line)
    object.appendName("fields", to: &line)
    DecodedField.appendJSON(record.fields, to: &line)
    if record.emptyLeftOut > 0 { object.append("emptyLeftOut", UInt64(record.emptyLeftOut), to: &line) }
    let (start, end) = (record.flowStart, record.flowEnd)
    if start != nil || end != nil {
      object.appendName("derived", to: &line)
      var times = JSONObject()
      if let start { append("flowStart", start, &times, to: &line) }
      if let end { append("flowEnd", end, &times, to: &line) }
      times.end(to: &line)
    }
    object.end(to: &line)
    line.append(UInt8(ascii: "\n"))
  }

  private static func append(
    _ name: String, _ milliseconds: Int64, _ object: inout JSONObject, to line: inout [UInt8]
  ) {
    object.appendName(name, to: &line)
    FieldValue.time(Timestamp(milliseconds: milliseconds)).appendJSON(to: &line)
  }

  /// Appends the counters as a JSON object and a line feed: every `DecodeIssue` of a replay by name, and two values
  /// counted elsewhere.
  ///
  /// - Parameter truncatedFrames: Frames of a capture that do not contain their complete datagram.
  public static func append(_ counters: DecodeCounters, truncatedFrames: UInt64, to json: inout [UInt8]) {
    var object = JSONObject()
    // Templates do not expire in a replay.
    for issue in DecodeIssue.allCases where issue != .templateExpired {
      object.append(issue.name, counters[issue], to: &json)
    }
    object.append("truncated_frame", truncatedFrames, to: &json)
    object.append("sequence_gap", counters.sequence.gaps, to: &json)
    object.end(to: &json)
    json.append(UInt8(ascii: "\n"))
  }
}
