import NetFlow
import Parquet

/// The columns of what exporters call things: in most row groups no exporter has told any, and they cost nothing.
struct NameColumns: Sendable {
  private var ingress = NameColumn(.interface)
  private var egress = NameColumn(.interface)
  private var application = NameColumn(.application)
  private var vrf = NameColumn(.vrf)

  /// Begins a row group.
  ///
  /// - Parameter hasRare: whether any of its rows has an extension.
  mutating func begin(_ names: NameTable, hasRare: Bool) {
    ingress.begin(names)
    egress.begin(names)
    application.begin(hasRare ? names : NameTable())
    vrf.begin(names)
  }

  mutating func gather(
    _ block: [FlowRecord], _ extensions: [FlowExtension], _ origins: [FlowOrigin], _ names: NameTable
  ) {
    ingress.append(block, origins, names) { UInt64($0.ingressInterface) }
    egress.append(block, origins, names) { UInt64($0.egressInterface) }
    vrf.append(block, origins, names) { UInt64($0.vrf) }
    application.append(block, origins, names) { record in
      record.extensionNumber == 0
        ? nil : ExporterNames.applicationNumber(extensions[Int(record.extensionNumber) - 1])
    }
  }

  func write(_ column: FlowColumn, to file: inout ParquetWriter) throws(ParquetError) {
    switch column {
    case .ingressInterfaceName: try ingress.write(to: &file)
    case .egressInterfaceName: try egress.write(to: &file)
    case .applicationName: try application.write(to: &file)
    default: try vrf.write(to: &file)
    }
  }
}

/// Names of one kind, each found by the row's origin and number.
private struct NameColumn: Sendable {
  private struct Place: Hashable {
    var origin: UInt32
    var number: UInt64
  }

  private let kind: ExporterNames.Kind
  private var isEmpty = true
  private var indices: [UInt32] = []
  private var texts = StringDictionary()
  private var byText: [String: UInt32] = [:]
  /// Places that were met lately, each where its number leads to, with their indices: rows repeat few.
  private var recent: [(place: Place, index: UInt32)?] = Array(repeating: nil, count: 256)

  init(_ kind: ExporterNames.Kind) { self.kind = kind }

  mutating func begin(_ names: NameTable) {
    let wasEmpty = isEmpty
    isEmpty = !names.has(kind)
    if wasEmpty { return }
    indices.removeAll(keepingCapacity: true)
    texts.removeAll()
    byText.removeAll()
    for index in recent.indices { recent[index] = nil }
  }

  @inline(__always)
  mutating func append(
    _ block: [FlowRecord], _ origins: [FlowOrigin], _ names: NameTable, _ number: (FlowRecord) -> UInt64?
  ) {
    if isEmpty { return }
    for record in block {
      guard let number = number(record) else {
        indices.append(ParquetWriter.nullIndex)
        continue
      }
      let place = Place(origin: record.origin, number: number)
      let slot = Int(truncatingIfNeeded: (number ^ UInt64(place.origin) << 5) & 255)
      if let known = recent[slot], known.place == place {
        indices.append(known.index)
      } else {
        let index = index(of: names.name(kind, number, of: origins[Int(record.origin)]))
        recent[slot] = (place, index)
        indices.append(index)
      }
    }
  }

  private mutating func index(of text: String?) -> UInt32 {
    guard let text else { return ParquetWriter.nullIndex }
    if let known = byText[text] { return known }
    let index = texts.append(text)
    byText[text] = index
    return index
  }

  func write(to file: inout ParquetWriter) throws(ParquetError) {
    if isEmpty { try file.writeNulls() } else { try file.write(indices: indices.span, dictionary: texts) }
  }
}
