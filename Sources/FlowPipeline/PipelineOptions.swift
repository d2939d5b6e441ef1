public import Enrichment
public import FlowAggregation
public import FlowFilter
public import NetFlow

/// Options of a pipeline.
public struct PipelineOptions: Sendable {
  public var decoder = FlowDecoderOptions()
  /// Which datagrams are decoded.
  public var admission = AdmissionOptions()
  /// Which records are processed; others are counted.
  public var filter = RecordFilter()
  public var key = FlowKey.standard
  public var aging = AgingConfiguration()
  /// Length of a sink's window, seconds: a batch never contains flows of two windows.
  public var window: Int64 = 300
  /// Number of flows passed to the sink at a time: few enough to be in a near cache when they are passed.
  public var batchSize = 4096
  /// Whether emitted flows are passed on once a second, however few.
  public var isPrompt = false
  /// Labels for flows that leave the cache; nil for none.
  public var knowledge: KnowledgeSource?

  public init() {}
}

/// Selects the records that a pipeline processes.
public struct RecordFilter: Sendable {
  public var condition = FlowFilter.any
  /// Name of this host, for `ident`.
  public var collector = ""

  public init() {}

  public init(_ condition: FlowFilter, collector: String) {
    self.condition = condition
    self.collector = collector
  }
}
