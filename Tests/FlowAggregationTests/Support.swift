import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes
import Testing

extension FlowColumn {
  /// The columns that can be part of a key.
  static let keys = allCases.filter(\.isKey)
}

/// Returns a key of the given columns.
func flowKey(_ columns: Set<FlowColumn>, prefixes: [FlowColumn: PrefixLengths] = [:]) -> FlowKey {
  do {
    return try FlowKey(columns, prefixes: prefixes)
  } catch {
    Issue.record(error)
    return .standard
  }
}

/// Returns a record of 1 packet and 100 octets from 10.0.0.`source`.
func record(_ source: UInt32 = 1, at time: Int64 = 0) -> FlowRecord {
  var record = FlowRecord()
  record.origin = 1
  record.samplingRate = 1
  record.source = IPAddress(v4: 0x0a00_0000 + source)
  record.destination = IPAddress(v4: 0x0a01_0001)
  record.sourcePort = 1000
  record.destinationPort = 443
  record.protocolIdentifier = 6
  record.octets = 100
  record.packets = 1
  record.start = time
  record.end = time
  return record
}

/// Returns the last octet of the source address, which identifies a flow of `record(_:)`.
func number(_ record: FlowRecord) -> UInt32 { record.source.v4 & 0xff }

extension FlowBatch {
  init(_ records: [FlowRecord]) {
    self.init()
    self.records = records
  }

  mutating func append(_ record: FlowRecord, _ rare: FlowExtension?) {
    records.append(record)
    guard let rare else { return }
    extensions.append(rare)
    records[records.count - 1].extensionNumber = UInt32(extensions.count)
  }

  /// Each row with all fields as text, sorted.
  var rows: [String] {
    records.map { record in
      text(record, record.extensionNumber == 0 ? nil : extensions[Int(record.extensionNumber) - 1])
    }
  }
}

/// Returns all fields of a record and its extension as text.
func text(_ r: FlowRecord, _ rare: FlowExtension?) -> String {
  let words = [r.originWord, r.interfaceWord, r.transportWord, r.traitsWord, r.autonomousSystemWord, r.routeWord]
  let macs = [r.sourceMACWord, r.destinationMACWord]
  let rest =
    rare.map {
      "\($0.postNATSource):\($0.postNATSourcePort) \($0.applicationSelector) \($0.extra) "
        + "\($0.reverseOctets)/\($0.reversePackets)"
    } ?? "-"
  return "\(r.source) \(r.destination) \(words) via \(r.nextHop) "
    + "\(r.octets)/\(r.packets)/\(r.records) \(r.start)-\(r.end) \(macs) reason \(r.endReason) \(rest)"
}

extension FlowCache {
  /// Merges records that arrive at `now`, and returns the flows emitted.
  mutating func merge(_ records: [FlowRecord], at now: Int64) -> [FlowRecord] {
    var batch = FlowBatch(records)
    var emitted = FlowBatch()
    merge(&batch, at: now, into: &emitted)
    return emitted.records
  }

  mutating func advance(to now: Int64) -> [FlowRecord] {
    var emitted = FlowBatch()
    advance(to: now, into: &emitted)
    return emitted.records
  }

  mutating func drain() -> [FlowRecord] {
    var emitted = FlowBatch()
    drain(into: &emitted)
    return emitted.records
  }
}

extension FlowRecord {
  var reason: FlowEndReason? { FlowEndReason(rawValue: endReason) }
}
