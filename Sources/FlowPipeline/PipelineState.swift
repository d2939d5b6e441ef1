package import FlowAggregation
package import FlowModel
package import NetFlow
package import NetworkBytes

/// What a pipeline knows between two datagrams, as it is kept over a restart.
package struct PipelineState: Sendable {
  /// All but the flows themselves.
  package struct Known: Decodable, Sendable {
    /// The pipeline's clock, milliseconds since 1970 UTC.
    package var time: UnixMilliseconds
    /// Records that the filter did not let pass.
    package var filtered: UInt64
    /// Nil: none, or an earlier version wrote it.
    package var refused: RefusedDatagrams?
    package var decoder: FlowDecoderState
    package var flows: FlowCacheState.Totals

    package init(
      time: UnixMilliseconds, filtered: UInt64, decoder: FlowDecoderState, flows: FlowCacheState.Totals
    ) {
      self.time = time
      self.filtered = filtered
      self.decoder = decoder
      self.flows = flows
    }
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

extension PipelineState.Known {
  /// Appends what is neither the decoder's nor a flow as a checkpoint keeps it.
  package func append(to octets: inout OctetWriter) {
    octets.append(time)
    octets.append(filtered)
    flows.append(to: &octets)
  }

  /// Reads what `append` wrote; the decoder's state is that of a new one.
  package init(_ octets: inout OctetReader) throws(OctetFault) {
    let time = try octets.bounded()
    let filtered = try octets.word()
    self.init(time: time, filtered: filtered, decoder: FlowDecoderState(), flows: try FlowCacheState.Totals(&octets))
  }
}
