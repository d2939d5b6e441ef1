import NetFlow
import NetworkBytes
import Parquet

/// The columns of `FlowExtension`: in most row groups no row has any, and they cost nothing.
struct RareColumns: Sendable {
  private var hasAny = false
  private var applications: [UInt32] = []
  private var sourceAddresses: [UInt32] = []
  private var destinationAddresses: [UInt32] = []
  private var sourcePorts: [UInt32] = []
  private var destinationPorts: [UInt32] = []
  private var labels: [UInt32] = []
  private var extras: [UInt32] = []
  private var applicationTexts = ValueDictionary<Application>()
  private var sourceTexts = ValueDictionary<IPAddress>()
  private var destinationTexts = ValueDictionary<IPAddress>()
  private var labelTexts = TextDictionary<LabelStack>()
  private var extraTexts = TextDictionary<String>()

  /// Begins a row group.
  ///
  /// - Parameter hasAny: whether any of its rows has an extension.
  mutating func begin(hasAny: Bool) {
    // A fresh value lets go of the texts of a group that had some.
    if self.hasAny { self = RareColumns() }
    self.hasAny = hasAny
  }

  mutating func gather(_ block: [FlowRecord], _ extensions: [FlowExtension]) {
    guard hasAny else { return }
    for record in block {
      if record.extensionNumber == 0 { appendNone() } else { append(extensions[Int(record.extensionNumber) - 1]) }
    }
  }

  private mutating func append(_ fields: FlowExtension) {
    applications.append(applicationTexts.index(of: Application(fields)))
    sourceAddresses.append(sourceTexts.index(of: fields.postNATSource))
    destinationAddresses.append(destinationTexts.index(of: fields.postNATDestination))
    sourcePorts.append(UInt32(fields.postNATSourcePort))
    destinationPorts.append(UInt32(fields.postNATDestinationPort))
    labels.append(labelTexts.index(of: LabelStack(fields), text: FlowText.mplsLabels(fields)))
    extras.append(extraTexts.index(of: fields.extra, text: fields.extra.isEmpty ? nil : fields.extra))
  }

  private mutating func appendNone() {
    applications.append(ParquetWriter.nullIndex)
    sourceAddresses.append(ParquetWriter.nullIndex)
    destinationAddresses.append(ParquetWriter.nullIndex)
    sourcePorts.append(0)
    destinationPorts.append(0)
    labels.append(ParquetWriter.nullIndex)
    extras.append(ParquetWriter.nullIndex)
  }

  func write(_ column: FlowColumn, to file: inout ParquetWriter) throws(ParquetError) {
    guard hasAny else {
      if column.parquet.isOptional { try file.writeNulls() } else { try file.write(repeating: 0) }
      return
    }
    switch column {
    case .application: try file.write(indices: applications.span, dictionary: applicationTexts.texts())
    case .postNATSourceAddress: try file.write(indices: sourceAddresses.span, dictionary: sourceTexts.texts())
    case .postNATDestinationAddress:
      try file.write(indices: destinationAddresses.span, dictionary: destinationTexts.texts())
    case .postNATSourcePort: try file.write(uint32: sourcePorts.span)
    case .postNATDestinationPort: try file.write(uint32: destinationPorts.span)
    case .mplsLabels: try file.write(indices: labels.span, dictionary: labelTexts.texts)
    default: try file.write(indices: extras.span, dictionary: extraTexts.texts)
    }
  }
}

/// Classification engine and selector as they are shown; engine 0 is null.
private struct Application: Textual {
  let engine: UInt8
  let selector: UInt64

  init(_ fields: FlowExtension) {
    engine = fields.applicationEngine
    selector = fields.shownApplicationSelector
  }

  var words: (UInt64, UInt64) { (UInt64(engine), selector) }
  var isNull: Bool { engine == 0 }
  func appendText(to text: inout [UInt8]) {
    text.append(contentsOf: FlowText.application(engine: engine, selector: selector).utf8)
  }
}

/// The labels of a stack, whatever their other bits say.
private struct LabelStack: Hashable {
  private var labels: [10 of UInt32]

  init(_ fields: FlowExtension) {
    labels = fields.mplsStack
    for depth in labels.indices { labels[depth] = labels[depth] == 0 ? .max : labels[depth] >> 4 }
  }

  static func == (a: Self, b: Self) -> Bool {
    a.labels.indices.allSatisfy { a.labels[$0] == b.labels[$0] }
  }

  func hash(into hasher: inout Hasher) {
    for depth in labels.indices { hasher.combine(labels[depth]) }
  }
}
