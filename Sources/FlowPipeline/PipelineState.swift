package import FlowAggregation
package import FlowModel
package import NetFlow
package import NetworkBytes

/// The state of a pipeline between two datagrams, for a checkpoint.
package struct PipelineState: Sendable {
  /// Everything except the flows.
  package struct Known: Decodable, Sendable {
    /// The pipeline's clock, milliseconds since 1970 UTC.
    package var time: UnixMilliseconds
    /// Records rejected by the filter.
    package var filtered: UInt64
    package var refused: RefusedDatagrams
    package var decoder: FlowDecoderState
    package var flows: FlowCacheState.Totals

    package init(
      time: UnixMilliseconds, filtered: UInt64, refused: RefusedDatagrams = RefusedDatagrams(),
      decoder: FlowDecoderState, flows: FlowCacheState.Totals
    ) {
      self.time = time
      self.filtered = filtered
      self.refused = refused
      self.decoder = decoder
      self.flows = flows
    }

    private enum CodingKeys: CodingKey {
      case time, filtered, decoder, flows
    }

    /// Decodes the form of earlier versions, which had no admission rules.
    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self.init(
        time: try container.decode(UnixMilliseconds.self, forKey: .time),
        filtered: try container.decode(UInt64.self, forKey: .filtered),
        decoder: try container.decode(FlowDecoderState.self, forKey: .decoder),
        flows: try container.decode(FlowCacheState.Totals.self, forKey: .flows))
    }
  }

  package var known: Known
  package var flows: [FlowCacheState.Flow]
  /// Referred to by the flows' extension numbers, from 1.
  package var extensions: [FlowExtension]

  package init(known: Known, flows: [FlowCacheState.Flow], extensions: [FlowExtension]) {
    self.known = known
    self.flows = flows
    self.extensions = extensions
  }
}

extension PipelineState.Known {
  /// Appends everything except flows and the decoder's state, in the form used in checkpoints.
  package func append(to octets: inout OctetWriter) {
    octets.append(time)
    octets.append(filtered)
    for count in [refused.denied, refused.notAllowed, refused.overRate] { octets.append(count) }
    flows.append(to: &octets)
  }

  /// Reads what `append` wrote; the decoder's state is empty.
  package init(_ octets: inout OctetReader) throws(OctetFault) {
    let time = try octets.signed()
    let filtered = try octets.word()
    var refused = RefusedDatagrams()
    refused.denied = try octets.word()
    refused.notAllowed = try octets.word()
    refused.overRate = try octets.word()
    self.init(
      time: time, filtered: filtered, refused: refused, decoder: FlowDecoderState(),
      flows: try FlowCacheState.Totals(&octets))
  }
}
