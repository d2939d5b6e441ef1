public import FlowModel
public import NetworkBytes

/// IPFIX over TCP (RFC 7011 §10.4). What differs from UDP: a session is of one connection and ends with it, templates come once,
/// before their data, hold until they are withdrawn and are nobody else's, and nothing comes late or twice.
extension FlowDecoder {
  /// Decodes one message that came over a connection and appends its flow records to `batch`, or ends the connection's sessions.
  ///
  /// - Parameters:
  ///   - message: an IPFIX message.
  ///   - exporter: where the connection came from.
  ///   - localPort: the port that it was made to.
  ///   - part: which connection, and what of it.
  ///   - arrival: when it came, nanoseconds since 1970 UTC.
  public mutating func decode(
    _ message: RawSpan, from exporter: Endpoint, to localPort: UInt16, over part: StreamPart, arrival: UnixNanoseconds,
    into batch: inout FlowBatch
  ) {
    // What is known under the number of a connection that begins is of an earlier run, which was killed.
    if part.event != .next { sessions.endConnection(part.connection, directory) }
    if part.event == .end { return }
    guard let header = sessions.readHeader(ofStreamed: message) else { return }
    let place = sessions.place(
      of: header, from: exporter, to: localPort, connection: part.connection, directory)
    decode(message, header, &place.session, arrival: arrival, into: &batch)
    sessions.close(place, directory)
  }

  /// Ends the sessions of all connections: those of a process that has ended.
  public mutating func endConnections() { sessions.endAllConnections(directory) }

  /// Connections that cannot be decoded any further, because a session of theirs was forgotten to bound memory: closed, their
  /// exporter begins again with its templates. Each is told once.
  public mutating func takeSevered() -> Set<UInt32> {
    if sessions.severed.isEmpty { return [] }
    defer { sessions.severed = [] }
    return sessions.severed
  }
}
