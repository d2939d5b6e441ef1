public import FlowModel
public import NetworkBytes

/// IPFIX over TCP (RFC 7011 §10.4). Unlike over UDP, a session belongs to one connection and ends with it, templates
/// are sent once before their data, remain valid until withdrawn and apply to this session only, and messages are
/// neither reordered nor duplicated.
extension FlowDecoder {
  /// Decodes a message received over a connection and appends its flow records to `batch`, or ends the connection's
  /// sessions.
  ///
  /// - Parameters:
  ///   - message: IPFIX message.
  ///   - exporter: Remote endpoint of the connection.
  ///   - localPort: Local port of the connection.
  ///   - part: The connection, and which part of it this is.
  ///   - arrival: Time of arrival, nanoseconds since 1970 UTC.
  public mutating func decode(
    _ message: RawSpan, from exporter: Endpoint, to localPort: UInt16, over part: StreamPart, arrival: UnixNanoseconds,
    into batch: inout FlowBatch
  ) {
    // State left under the number of a new connection is from an earlier run that was killed.
    if part.event != .next { sessions.endConnection(part.connection, directory) }
    if part.event == .end { return }
    guard let header = sessions.readHeader(ofStreamed: message) else { return }
    let place = sessions.place(
      of: header, from: exporter, to: localPort, connection: part.connection, directory)
    decode(message, header, &place.session, arrival: arrival, into: &batch)
    sessions.close(place, directory)
  }

  /// Ends the sessions of all connections, those of a process that has ended.
  public mutating func endConnections() { sessions.endAllConnections(directory) }

  /// Returns, once each, connections that can no longer be decoded because one of their sessions was evicted. After
  /// such a connection is closed, the exporter reconnects and sends its templates again.
  public mutating func takeSevered() -> Set<UInt32> {
    if sessions.severed.isEmpty { return [] }
    defer { sessions.severed = [] }
    return sessions.severed
  }
}
