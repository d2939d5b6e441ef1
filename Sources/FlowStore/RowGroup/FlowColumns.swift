import NetFlow
import NetworkBytes
import Parquet

/// A row group's values, column by column in sorted order; memory is used again from group to group.
struct FlowColumns: Sendable {
  /// Integer columns, by `FlowColumn.index`: those of 32 bits and less, and indices into dictionaries.
  private var narrow: [[UInt32]] = Array(repeating: [], count: FlowColumn.allCases.count)
  private var octets: [UInt64] = []
  private var packets: [UInt64] = []
  private var starts: [Int64] = []
  private var ends: [Int64] = []
  private var flowTypes = StringDictionary()
  private let directions: StringDictionary
  private var nextHops = ValueDictionary<IPAddress>()
  private var sourceMACs = ValueDictionary<MACAddress>()
  private var destinationMACs = ValueDictionary<MACAddress>()
  private var rare = RareColumns()
  private var names = NameColumns()

  /// Rows that are copied out before every column takes its part of them: few enough to stay in a near cache.
  private static let blockSize = 512

  init() {
    var texts = StringDictionary()
    for direction in UInt8(1)...2 { texts.append(FlowText.direction(direction) ?? "") }
    directions = texts
  }

  /// Takes the rows in the order that `sorter` found.
  mutating func gather(
    _ rows: borrowing FlowBatch, _ sorter: borrowing RowSorter, origins: [FlowOrigin], names table: NameTable
  ) {
    removeAll()
    rare.begin(hasAny: !rows.extensions.isEmpty)
    names.begin(table, hasRare: !rows.extensions.isEmpty)
    let columns = OriginColumns(origins, types: &flowTypes)
    var block: [FlowRecord] = []
    for start in stride(from: 0, to: rows.count, by: Self.blockSize) {
      let end = min(start + Self.blockSize, rows.count)
      block.removeAll(keepingCapacity: true)
      block.append(addingCapacity: end - start) { block in
        for index in start..<end { block.append(rows.records[Int(sorter.items[index].number)]) }
      }
      gatherAddresses(sorter, start..<end)
      gather(block, columns)
      rare.gather(block, rows.extensions)
      names.gather(block, rows.extensions, origins, table)
    }
  }

  private mutating func removeAll() {
    for index in narrow.indices { narrow[index].removeAll(keepingCapacity: true) }
    octets.removeAll(keepingCapacity: true)
    packets.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    nextHops.removeAll()
    sourceMACs.removeAll()
    destinationMACs.removeAll()
  }

  private mutating func gatherAddresses(_ sorter: borrowing RowSorter, _ range: Range<Int>) {
    narrow[FlowColumn.exporterAddress.index].append(addingCapacity: range.count) { ranks in
      for index in range { ranks.append(sorter.exporter(sorter.items[index].key)) }
    }
    narrow[FlowColumn.sourceAddress.index].append(addingCapacity: range.count) { ranks in
      for index in range { ranks.append(sorter.source(sorter.items[index].key)) }
    }
    narrow[FlowColumn.destinationAddress.index].append(addingCapacity: range.count) { ranks in
      for index in range { ranks.append(sorter.destination(sorter.items[index].key)) }
    }
  }

  private mutating func gather(_ block: [FlowRecord], _ origins: OriginColumns) {
    starts.append(each: block) { $0.start.storable }
    ends.append(each: block) { $0.end.storable }
    octets.append(each: block) { $0.octets }
    packets.append(each: block) { $0.packets }
    take(block, .observationDomainID) { origins.domains[Int($0.origin)] }
    take(block, .flowType) { origins.types[Int($0.origin)] }
    take(block, .sourcePort) { UInt32($0.sourcePort) }
    take(block, .destinationPort) { UInt32($0.destinationPort) }
    take(block, .protocolIdentifier) { UInt32($0.protocolIdentifier) }
    take(block, .tcpFlags) { UInt32($0.tcpFlags) }
    take(block, .typeOfService) { UInt32($0.typeOfService) }
    take(block, .icmpType) { UInt32($0.icmpType) }
    take(block, .icmpCode) { UInt32($0.icmpCode) }
    take(block, .records) { $0.records }
    take(block, .samplingRate) { $0.samplingRate }
    take(block, .ingressInterface) { $0.ingressInterface }
    take(block, .egressInterface) { $0.egressInterface }
    take(block, .direction) { $0.direction == 0 ? ParquetWriter.nullIndex : UInt32($0.direction) - 1 }
    take(block, .sourceAS) { $0.sourceAS }
    take(block, .destinationAS) { $0.destinationAS }
    take(block, .sourceMask) { UInt32($0.sourceMask) }
    take(block, .destinationMask) { UInt32($0.destinationMask) }
    take(block, .sourceVLAN) { UInt32($0.sourceVLAN) }
    take(block, .destinationVLAN) { UInt32($0.destinationVLAN) }
    take(block, .endReason) { UInt32($0.endReason) }
    take(block, .vrf) { $0.vrf }
    nextHops.append(each: block, to: &narrow[FlowColumn.nextHop.index]) { $0.nextHop }
    sourceMACs.append(each: block, to: &narrow[FlowColumn.sourceMAC.index]) { MACAddress(octets: $0.sourceMAC) }
    destinationMACs.append(each: block, to: &narrow[FlowColumn.destinationMAC.index]) {
      MACAddress(octets: $0.destinationMAC)
    }
  }

  @inline(__always)
  private mutating func take(_ block: [FlowRecord], _ column: FlowColumn, _ value: (FlowRecord) -> UInt32) {
    narrow[column.index].append(each: block, value)
  }

  /// Writes all columns in file order.
  mutating func write(to file: inout ParquetWriter, _ sorter: borrowing RowSorter) throws(ParquetError) {
    for column in FlowColumn.allCases {
      let values = narrow[column.index]
      switch column {
      case .timeStart: try file.write(int64: starts.span)
      case .timeEnd: try file.write(int64: ends.span)
      case .octets: try file.write(uint64: octets.span)
      case .packets: try file.write(uint64: packets.span)
      case .exporterAddress: try file.write(indices: values.span, dictionary: sorter.exporters)
      case .sourceAddress: try file.write(indices: values.span, dictionary: sorter.sources)
      case .destinationAddress: try file.write(indices: values.span, dictionary: sorter.destinations)
      case .flowType: try file.write(indices: values.span, dictionary: flowTypes)
      case .direction: try file.write(indices: values.span, dictionary: directions)
      case .nextHop: try file.write(indices: values.span, dictionary: nextHops.texts())
      case .sourceMAC: try file.write(indices: values.span, dictionary: sourceMACs.texts())
      case .destinationMAC: try file.write(indices: values.span, dictionary: destinationMACs.texts())
      case .application, .postNATSourceAddress, .postNATDestinationAddress, .postNATSourcePort,
        .postNATDestinationPort, .mplsLabels, .extra:
        try rare.write(column, to: &file)
      case .ingressInterfaceName, .egressInterfaceName, .applicationName, .vrfName:
        try names.write(column, to: &file)
      default: try file.write(uint32: values.span)
      }
    }
  }
}

/// What an origin number stands for, as columns have it.
private struct OriginColumns {
  let domains: [UInt32]
  let types: [UInt32]

  init(_ origins: [FlowOrigin], types texts: inout StringDictionary) {
    domains = origins.map(\.domain)
    var versions: [UInt16] = []
    texts.removeAll()
    var types: [UInt32] = []
    for origin in origins {
      if let known = versions.firstIndex(of: origin.version) {
        types.append(UInt32(known))
      } else {
        versions.append(origin.version)
        types.append(texts.append(FlowText.flowType(version: origin.version)))
      }
    }
    self.types = types
  }
}

extension Array where Element: BitwiseCopyable {
  /// Appends one value of each record.
  @inline(__always)
  mutating func append(each records: [FlowRecord], _ value: (FlowRecord) -> Element) {
    append(addingCapacity: records.count) { output in
      for record in records { output.append(value(record)) }
    }
  }
}
