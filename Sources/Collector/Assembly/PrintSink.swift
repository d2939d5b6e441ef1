public import FlowModel
public import FlowOutput
public import FlowText
import NetFlow

/// Prints flows as they leave the cache.
public final class PrintSink: FlowSink {
  private var printer: FlowPrinter
  private let output: TextOutput
  private var hasHeader = false
  public private(set) var counters = SinkCounters()

  public init(_ format: RowFormat, _ style: AnswerStyle = AnswerStyle(), to output: TextOutput) {
    printer = FlowPrinter(format, style: style)
    self.output = output
  }

  public var hasRoom: Bool { true }

  public func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
    if !hasHeader { output.write { printer.appendHeader(to: &$0) } }
    hasHeader = true
    for (index, record) in flows.records.enumerated() {
      let rare = record.extensionNumber == 0 ? nil : flows.extensions[Int(record.extensionNumber) - 1]
      let row = FlowRow(
        record, origin: context.origins[Int(record.origin)], rare: rare, names: context.names,
        facts: flows.facts(of: index))
      output.write { printer.append(row, to: &$0) }
    }
    counters.printed &+= UInt64(flows.count)
    flows.removeAll()
  }

  public func advance(to context: FlowContext, _ backpressure: Backpressure) {}

  public func finish(_ context: FlowContext) { output.flush() }
}
