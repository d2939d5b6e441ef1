package import FlowAggregation
package import FlowModel
package import NetFlow
package import NetworkBytes

/// What a pipeline knows between two datagrams, as it is kept over a restart.
package struct PipelineState: Sendable {
  /// All but the flows themselves.
  package struct Known: Codable, Sendable {
    /// The pipeline's clock, milliseconds since 1970 UTC.
    package var time: UnixMilliseconds
    /// Records that the filter did not let pass.
    package var filtered: UInt64
    package var decoder: FlowDecoderState
    package var flows: FlowCacheState.Totals
  }

  package var known: Known
  package var flows: [FlowCacheState.Flow]
  /// What the flows' extension numbers count into, from 1 on.
  package var extensions: [FlowExtension]

  package init(known: Known, flows: [FlowCacheState.Flow], extensions: [FlowExtension]) {
    self.known = known
    self.flows = flows
    self.extensions = extensions
  }
}
