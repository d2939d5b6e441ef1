import FlowModel
import NetworkBytes

/// Fields of a template with running totals and counts of connections, and those that identify their flows in addition
/// to the fields of a flow record. Templates with neither have no plan.
struct TotalsPlan: Sendable, BitwiseCopyable {
  /// Position of an element in a record; absent if the width is 0.
  struct Place: Sendable, BitwiseCopyable {
    /// Index among the template's sized fields.
    var field: UInt16 = 0
    /// Offset in the record; valid for templates of fixed length.
    var offset: UInt16 = 0
    var width: UInt16 = 0
  }

  /// Elements that are read (IANA IPFIX registry; reverse elements: RFC 5103). The first non-zero one of a range is
  /// used.
  private static let elements: [FieldElement] =
    totalElements.map { FieldElement($0) } + totalElements.map { FieldElement(reverse: $0) }
    + deltaElements.map { FieldElement(reverse: $0) } + flowElements.map { FieldElement($0) }
  private static let totalElements: [InformationElementID] = [
    .octetTotalCount, .layer2OctetTotalCount, .postOctetTotalCount, .packetTotalCount, .postPacketTotalCount,
  ]
  private static let deltaElements: [InformationElementID] = [
    .octetDeltaCount, .layer2OctetDeltaCount, .postOctetDeltaCount, .packetDeltaCount, .postPacketDeltaCount,
  ]
  private static let flowElements: [InformationElementID] = [
    .flowStartMilliseconds, .flowStartSysUpTime, .flowStartMicroseconds, .flowStartNanoseconds, .flowStartSeconds,
    .exporterIPv4Address, .exporterIPv6Address, .firewallEvent, .flowId, .observationTimeMilliseconds,
    .observationTimeSeconds, .initiatorOctets, .initiatorPackets, .responderOctets, .responderPackets,
  ]
  private static let items = Dictionary(uniqueKeysWithValues: zip(elements, elements.indices))

  /// Running totals: octets, packets, and those of the reverse direction.
  static let totals: [4 of Range<Int>] = [0..<3, 3..<5, 5..<8, 8..<10]
  /// Counts of the reverse direction since the last record.
  static let reverseOctetDeltas = 10..<13
  static let reversePacketDeltas = 13..<15
  /// Start of the flow as sent. Excludes flowStartDeltaMicroseconds, which is relative to the export and so differs
  /// between records.
  static let starts = 15..<20
  /// Original exporter reported by a mediator.
  static let exporterV4 = 20
  static let exporterV6 = 21
  /// firewallEvent, and the elements that identify the connection and order its events.
  static let event = 22
  static let flowID = 23
  static let eventMilliseconds = 24
  static let eventSeconds = 25
  /// Octets and packets of the initiator, then of the responder.
  static let connectionCounts = 26..<30

  private var places: [30 of Place] = .init(repeating: Place())
  /// The elements of the template, by their indices in `elements`.
  private var present: [30 of UInt8] = .init(repeating: 0)
  private var presentCount = 0
  /// Whether there are running totals.
  private(set) var hasTotals = false
  /// Whether there are firewall events with counts of the initiator or responder.
  private(set) var hasEvents = false
  /// Whether any count of the reverse direction is read.
  private(set) var hasReverse = false
  /// Whether there are running totals of the reverse direction.
  var hasReverseTotals: Bool { has(Self.totals[2]) || has(Self.totals[3]) }

  /// Indices of the running totals among the sized fields.
  var totalFields: [Int] { (0..<10).filter { places[$0].width != 0 }.map { Int(places[$0].field) } }

  /// - Parameter fields: Fields of a template, without those of zero length.
  /// - Returns: Nil if the template has neither totals nor counts of connections with events.
  init?(fields: [FieldSpecifier]) {
    var offset = 0
    var isAny = false
    for (index, field) in fields.enumerated() {
      if !field.isV9Scope, let item = Self.items[field.element], places[item].width == 0 {
        place(item, index, offset, field)
        isAny = true
      }
      offset += field.isVariable ? 0 : Int(field.length)
    }
    guard isAny else { return nil }
    hasTotals = has(0..<10)
    hasEvents = has(Self.event..<Self.event + 1) && has(Self.connectionCounts)
    hasReverse = hasReverseTotals || hasEvents && has(28..<30)
    guard hasTotals || hasEvents else { return nil }
  }

  private mutating func place(_ item: Int, _ index: Int, _ offset: Int, _ field: FieldSpecifier) {
    guard field.isVariable || Self.accepts(item, width: Int(field.length)) else { return }
    present[presentCount] = UInt8(truncatingIfNeeded: item)
    presentCount += 1
    places[item] = Place(
      field: UInt16(truncatingIfNeeded: index), offset: UInt16(truncatingIfNeeded: offset), width: field.length)
  }

  private static func accepts(_ item: Int, width: Int) -> Bool {
    switch item {
    case exporterV4: width == 4
    case exporterV6: width == 16
    default: (1...8).contains(width)
    }
  }

  private func has(_ items: Range<Int>) -> Bool { items.contains { places[$0].width != 0 } }

  /// Finds the elements in a measured record of variable length, which may have some in no usable width. In place: the plan is too
  /// large to be made for each record.
  mutating func locate(in layout: borrowing RecordLayout) {
    for index in 0..<presentCount {
      let item = Int(present[index])
      let field = Int(places[item].field)
      let width = layout.lengths[field]
      places[item].offset = UInt16(truncatingIfNeeded: layout.offsets[field])
      places[item].width = Self.accepts(item, width: width) ? UInt16(truncatingIfNeeded: width) : 0
    }
  }
}

extension TotalsPlan {
  /// Returns a record's value; 0 if absent.
  @inline(__always)
  func value(_ item: Int, _ view: borrowing RecordsView, _ record: Int) -> UInt64 {
    let offset = Int(places[item].offset)
    switch places[item].width {
    case 0: return 0
    case 4: return UInt64(view.be32(record, at: offset))
    case 8: return view.be64(record, at: offset)
    default: return view.unsigned(record, at: offset, width: Int(places[item].width))
    }
  }

  /// Returns the first non-zero value; 0 if there is none.
  @inline(__always)
  func first(_ items: Range<Int>, _ view: borrowing RecordsView, _ record: Int) -> UInt64 {
    for item in items {
      let value = value(item, view, record)
      if value != 0 { return value }
    }
    return 0
  }

  /// Returns the record's running totals.
  func totals(_ view: borrowing RecordsView, _ record: Int) -> RunningTotals {
    var totals = RunningTotals()
    for lane in 0..<4 {
      for item in Self.totals[lane] where places[item].width != 0 {
        let value = value(item, view, record)
        if totals.isPresent[lane], value == 0 { continue }
        totals.isPresent[lane] = true
        totals.values[lane] = value
        totals.widths[lane] = UInt64(places[item].width)
        if value != 0 { break }
      }
    }
    return totals
  }

  /// Adds the original exporter's address to the hash if records have one.
  func combineExporter(_ hash: inout SipHash, _ view: borrowing RecordsView, _ record: Int) {
    if places[Self.exporterV4].width != 0 { hash.combine(value(Self.exporterV4, view, record)) }
    if places[Self.exporterV6].width != 0 {
      let offset = Int(places[Self.exporterV6].offset)
      hash.combine(view.be64(record, at: offset))
      hash.combine(view.be64(record, at: offset + 8))
    }
  }
}
