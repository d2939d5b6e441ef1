public import Enrichment
public import FlowAggregation
public import FlowFilter
public import NetFlow

/// What becomes of datagrams between their arrival and the sink.
public struct PipelineOptions: Sendable {
  public var decoder = FlowDecoderOptions()
  /// Whose datagrams are decoded.
  public var admission = AdmissionOptions()
  /// Which records go on; the others are counted.
  public var filter = RecordFilter()
  public var key = FlowKey.standard
  public var aging = AgingConfiguration()
  /// Seconds of a sink's window: no batch holds flows of two windows.
  public var window: Int64 = 300
  /// Flows handed to the sink at a time.
  public var batchSize = 16_384
  /// Whether flows that left the cache are handed to the sink once a second, however few they are.
  public var isPrompt = false
  /// What is known of flows, which they are given as they leave; nil: nothing is.
  public var knowledge: KnowledgeSource?

  public init() {}
}

/// Which records a pipeline takes.
public struct RecordFilter: Sendable {
  public var condition = FlowFilter.any
  /// This host, as `ident` asks for it.
  public var collector = ""

  public init() {}

  public init(_ condition: FlowFilter, collector: String) {
    self.condition = condition
    self.collector = collector
  }
}
