import FlowModel
import NetFlow
import Outputs

/// Prints flows as they leave the cache.
public struct PrintSink: FlowSink, ~Copyable {
  private let format: FlowFormat
  private let output: TextOutput
  private var hasHeader = false
  public private(set) var printed: UInt64 = 0

  public init(_ format: FlowFormat, to output: TextOutput) {
    self.format = format
    self.output = output
  }

  public var hasRoom: Bool { true }

  public mutating func take(_ flows: inout FlowBatch, _ moment: PipelineMoment) {
    if !hasHeader { output.write { format.appendHeader(to: &$0) } }
    hasHeader = true
    for record in flows.records {
      let rare = record.extensionNumber == 0 ? nil : flows.extensions[Int(record.extensionNumber) - 1]
      let row = FlowRow(record, origin: moment.origins[Int(record.origin)], rare: rare, names: moment.names)
      output.write { format.append(row, to: &$0) }
    }
    printed &+= UInt64(flows.count)
    flows.removeAll()
  }

  public mutating func turn(to moment: PipelineMoment) {}

  public mutating func finish(_ flows: inout FlowBatch, _ moment: PipelineMoment) {
    take(&flows, moment)
    output.flush()
  }
}
