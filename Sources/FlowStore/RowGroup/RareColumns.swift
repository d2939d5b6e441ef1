import NetFlow
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
  private var applicationTexts = TextDictionary()
  private var sourceTexts = AddressDictionary()
  private var destinationTexts = AddressDictionary()
  private var labelTexts = TextDictionary()
  private var extraTexts = TextDictionary()

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
    let none = FlowExtension()
    for record in block {
      let fields = record.extensionNumber == 0 ? none : extensions[Int(record.extensionNumber) - 1]
      applications.append(applicationTexts.index(of: FlowText.application(fields)))
      sourceAddresses.append(sourceTexts.index(of: fields.postNATSource))
      destinationAddresses.append(destinationTexts.index(of: fields.postNATDestination))
      sourcePorts.append(UInt32(fields.postNATSourcePort))
      destinationPorts.append(UInt32(fields.postNATDestinationPort))
      labels.append(labelTexts.index(of: FlowText.mplsLabels(fields)))
      extras.append(extraTexts.index(of: fields.extra.isEmpty ? nil : fields.extra))
    }
  }

  func write(_ column: FlowColumn, to file: inout ParquetWriter) throws(ParquetError) {
    guard hasAny else {
      if column.parquet.isOptional { try file.writeNulls() } else { try file.write(repeating: 0) }
      return
    }
    switch column {
    case .application: try file.write(indices: applications.span, dictionary: applicationTexts.texts)
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
