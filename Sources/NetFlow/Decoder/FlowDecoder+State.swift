import FlowModel
import NetworkBytes

/// What a decoder knows of exporters, as it is kept over a restart: templates, sequence numbers, sampling rates, names,
/// counters, running totals, and the data that waits for its template.
public struct FlowDecoderState: Codable, Sendable {
  var sessions: [Session]
  var retired: DecodeCounters
  var origins: OriginTable
  var announcements: [ExporterDirectory.Kept]
  var lostBySequence: UInt64
  /// Nil: there are none, or an earlier version wrote it.
  var totals: TotalsMemory?
}

extension FlowDecoder {
  /// What is to be kept. Takes copies, which cost little.
  public var state: FlowDecoderState {
    let (sessions, retired) = sessions.state
    return FlowDecoderState(
      sessions: sessions, retired: retired, origins: origins, announcements: directory.kept,
      lostBySequence: lostBySequence, totals: totals.count == 0 && totals.evicted == 0 ? nil : totals)
  }

  /// Goes on from what an earlier run knew. To be called before anything is decoded.
  public mutating func restore(_ state: FlowDecoderState) {
    origins = state.origins
    lostBySequence = state.lostBySequence
    if let earlier = state.totals { totals.restore(earlier) }
    directory.restore(state.announcements)
    sessions.restore(state.sessions, retired: state.retired, directory)
  }
}
