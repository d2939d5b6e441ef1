import FlowModel
import Foundation
import NetFlow
import NetworkBytes

extension FuzzTarget {
  /// Templates of every kind with their data, decoded with plans and in full: both yield the same number of records.
  package static let templates = FuzzTarget("templates", seeds: WireSeeds.messages) {
    octets throws(FuzzViolation) in try decode(octets, .templates)
  }

  /// Options templates, and the options data of exporters.
  package static let options = FuzzTarget("options", seeds: WireSeeds.messages) {
    octets throws(FuzzViolation) in try decode(octets, .options)
  }

  /// Decodes messages both ways.
  private static func decode(_ octets: [UInt8], _ emphasis: MessageMaker.Emphasis) throws(FuzzViolation) {
    var choices = Choices(octets)
    var messages = MessageMaker(emphasis)
    var rules = SessionRules()
    rules.limits = .capture
    rules.detectsRestarts = false
    rules.limits.sessions = 8
    var options = FlowDecoderOptions()
    options.rules = rules
    options.keepsExtra = choices.isOne(in: 2)
    let directory = ExporterDirectory(maximumCount: 20)
    var flows = FlowDecoder(options: options, directory: directory)
    var records = RecordDecoder(limits: rules.limits, directory: ExporterDirectory(maximumCount: 20))
    var batch = FlowBatch()
    var (datagrams, found, printed): (UInt64, UInt64, UInt64) = (0, 0, 0)
    var fault: String?
    while !choices.isEmpty, datagrams < 64 {
      let time: Int64 = 1_750_000_000_000 + Int64(datagrams) * 1000
      let message = messages.next(&choices, at: time)
      let exporter = Endpoint(address: IPAddress(v4: 1), port: choices.isOne(in: 8) ? 2 : 1)
      flows.decode(message.rawSpan, from: exporter, arrival: time * 1_000_000, into: &batch)
      datagrams += 1
      found += UInt64(batch.count)
      fault = fault ?? self.fault(in: batch)
      batch.removeAll()
      records.decode(message.rawSpan, from: exporter, arrival: time * 1_000_000) { record in
        printed += 1
        if printed % 8 == 1 { fault = fault ?? self.fault(in: record) }
      }
    }
    flows.refreshNames()
    let (fast, full) = (flows.counters, records.counters)
    if let fault { throw FuzzViolation(fault) }
    try FuzzViolation.check(fast.datagrams == datagrams && full.datagrams == datagrams, "datagrams are not counted")
    try FuzzViolation.check(
      fast.rejectedDatagrams == full.rejectedDatagrams,
      "\(fast.rejectedDatagrams) rejected, \(full.rejectedDatagrams) in full")
    try FuzzViolation.check(
      fast.flowRecords + fast.reverseRecords >= found,
      "\(found) records of \(fast.flowRecords) and \(fast.reverseRecords)")
    try FuzzViolation.check(full.flowRecords + full.optionsRecords == printed, "\(printed) records are not all counted")
  }

  private static func fault(in batch: borrowing FlowBatch) -> String? {
    for record in batch.records {
      if Int(record.extensionNumber) > batch.extensions.count { return "a record without its extension: \(record)" }
      if record.samplingRate == 0 { return "a record with the sampling rate 0: \(record)" }
    }
    return nil
  }

  private static func fault(in record: DecodedRecord) -> String? {
    var json: [UInt8] = []
    DecodedField.appendJSON(record.fields, to: &json)
    if (try? JSONSerialization.jsonObject(with: Data(json))) != nil { return nil }
    return "not JSON: \(String(decoding: json, as: UTF8.self))"
  }
}
