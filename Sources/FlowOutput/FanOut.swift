public import FlowModel

/// Passes flows to several outputs. The first one determines whether there is room; another one that is full drops and
/// counts its flows, and delays neither the pipeline nor the others.
public final class FanOut: FlowSink {
  private let first: any FlowSink
  private let others: [any FlowSink]

  public init(_ first: any FlowSink, _ others: [any FlowSink]) {
    self.first = first
    self.others = others
  }

  public var hasRoom: Bool { first.hasRoom }

  /// Counters of the first output.
  public var counters: SinkCounters { first.counters }

  public func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
    if flows.isEmpty { return }
    for other in others {
      var copy = flows.copy()
      other.take(&copy, context, .drop)
    }
    first.take(&flows, context, backpressure)
  }

  public func advance(to context: FlowContext, _ backpressure: Backpressure) {
    for other in others { other.advance(to: context, .drop) }
    first.advance(to: context, backpressure)
  }

  public func finish(_ context: FlowContext) {
    for other in others { other.finish(context) }
    first.finish(context)
  }
}
