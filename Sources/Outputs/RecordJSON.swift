import FlowModel
import NetFlow
import NetworkBytes

/// Decoded records and the decoder's counters as JSON, one line a record.
public enum RecordJSON {
  /// Appends the record as one JSON object and a line feed.
  ///
  /// Members: exporter and port, version, domain, template, kind (`flow` or `options`), exportTime (seconds), seq (as
  /// sent), fields by name, and where the record has times of the exporter's uptime, what they are in UTC (`derived`).
  public static func append(_ record: DecodedRecord, to line: inout [UInt8]) {
    line.append(contentsOf: #"{"exporter":""#.utf8)
    record.exporter.address.appendText(to: &line)
    line.append(contentsOf: #"","port":"#.utf8)
    JSONText.append(UInt64(record.exporter.port), to: &line)
    line.append(contentsOf: #","version":"#.utf8)
    JSONText.append(UInt64(record.header.version), to: &line)
    line.append(contentsOf: #","domain":"#.utf8)
    JSONText.append(UInt64(record.header.domain), to: &line)
    line.append(contentsOf: #","template":"#.utf8)
    JSONText.append(UInt64(record.template), to: &line)
    line.append(contentsOf: (record.kind == .flow ? #","kind":"flow""# : #","kind":"options""#).utf8)
    line.append(contentsOf: #","exportTime":"#.utf8)
    JSONText.append(UInt64(record.header.exportTime), to: &line)
    line.append(contentsOf: #","seq":"#.utf8)
    JSONText.append(UInt64(record.header.sequence), to: &line)
    line.append(contentsOf: #","fields":"#.utf8)
    DecodedField.appendJSON(record.fields, to: &line)
    appendDerived(record, to: &line)
    line.append(contentsOf: "}\n".utf8)
  }

  private static func appendDerived(_ record: DecodedRecord, to line: inout [UInt8]) {
    let times = [("flowStart", record.flowStart), ("flowEnd", record.flowEnd)]
    var separator = #","derived":{"#
    for case (let name, let milliseconds?) in times {
      line.append(contentsOf: separator.utf8)
      JSONText.appendKey(name, to: &line)
      FieldValue.time(Timestamp(milliseconds: milliseconds)).appendJSON(to: &line)
      separator = ","
    }
    if separator == "," { line.append(UInt8(ascii: "}")) }
  }

  /// Appends the counters as one JSON object and a line feed: every `DecodeIssue` of a replay under its name, and two
  /// that the decoder does not count so.
  ///
  /// - Parameter truncatedFrames: frames of a capture that hold less than their datagram.
  public static func append(_ counters: DecodeCounters, truncatedFrames: UInt64, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "{"))
    // Nothing expires in a replay.
    for issue in DecodeIssue.allCases where issue != .templateExpired {
      JSONText.appendKey(issue.name, to: &json)
      JSONText.append(counters[issue], to: &json)
      json.append(UInt8(ascii: ","))
    }
    JSONText.appendKey("truncated_frame", to: &json)
    JSONText.append(truncatedFrames, to: &json)
    json.append(UInt8(ascii: ","))
    JSONText.appendKey("sequence_gap", to: &json)
    JSONText.append(counters.sequence.gaps, to: &json)
    json.append(contentsOf: "}\n".utf8)
  }
}
