import NetworkBytes

extension SessionTable {
  /// Returns the place of the session for a message over a connection: that of exactly this connection and domain (RFC
  /// 7011 §2, Transport Session).
  mutating func place(
    of header: MessageHeader, from exporter: Endpoint, to localPort: UInt16, connection: UInt32,
    _ directory: ExporterDirectory?
  ) -> SessionPlace {
    let key = SessionKey(
      exporter: exporter, localPort: localPort, version: header.version, domain: header.domain, transport: .tcp,
      stream: connection)
    let index = Self.recentIndex(key)
    if let place = recent[index], place.key == key { return place }
    let place: SessionPlace
    if let known = places[key] {
      place = known
    } else {
      place = open(key, directory)
      connections[connection, default: []].append(place)
    }
    recent[index] = place
    return place
  }

  /// Ends the sessions of a connection.
  mutating func endConnection(_ connection: UInt32, _ directory: ExporterDirectory?) {
    severed.remove(connection)
    for place in connections.removeValue(forKey: connection) ?? [] { end(place, directory) }
  }

  /// Ends the sessions of all connections because the process that accepted them has ended.
  mutating func endAllConnections(_ directory: ExporterDirectory?) {
    for connection in connections.keys.sorted() { endConnection(connection, directory) }
    severed = []
  }
}
