import NetworkBytes

/// What a decoder knows of exporters, as it is kept over a restart: templates, sequence numbers, sampling rates, names,
/// counters, and the data that waits for its template.
public struct FlowDecoderState: Codable, Sendable {
  var sessions: [Session]
  var retired: DecodeCounters
  var origins: OriginTable
  var announcements: [ExporterDirectory.Kept]
  var lostBySequence: UInt64
}

extension FlowDecoder {
  /// What is to be kept. Takes copies, which cost little.
  public var state: FlowDecoderState {
    let (sessions, retired) = sessions.state
    return FlowDecoderState(
      sessions: sessions, retired: retired, origins: origins, announcements: directory.kept,
      lostBySequence: lostBySequence)
  }

  /// Goes on from what an earlier run knew. To be called before anything is decoded.
  public mutating func restore(_ state: FlowDecoderState) {
    origins = state.origins
    lostBySequence = state.lostBySequence
    directory.restore(state.announcements)
    sessions.restore(state.sessions, retired: state.retired, directory)
  }
}
