// Capture: sources of datagrams. UDP sockets (Socket/) and capture files (File/, with the frame parser in Frame/) both
// provide `Datagram`s. Knows nothing of their content.

public import NetworkBytes

/// A received UDP datagram, or a message over a connection, borrowed from the receiver or capture file.
public struct Datagram: ~Escapable {
  /// The UDP payload, possibly empty, or a message; empty for a connection's end.
  public let bytes: RawSpan
  /// Source address and port.
  public let source: Endpoint
  /// Destination port; 0 if unknown.
  public let localPort: UInt16
  /// Arrival (or capture) time, nanoseconds since 1970 UTC.
  public let arrival: UnixNanoseconds
  /// The connection; nil for a UDP datagram.
  public let stream: StreamPart?

  @inlinable @inline(__always) @_lifetime(copy bytes)
  public init(
    bytes: RawSpan, source: Endpoint, localPort: UInt16 = 0, arrival: UnixNanoseconds, stream: StreamPart? = nil
  ) {
    self.bytes = bytes
    self.source = source
    self.localPort = localPort
    self.arrival = arrival
    self.stream = stream
  }

  /// Whether there is a message, as opposed to a connection's end.
  @inlinable @inline(__always)
  public var isMessage: Bool { stream?.event != .end }
}
