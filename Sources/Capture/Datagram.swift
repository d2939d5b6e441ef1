// Capture: where datagrams come from. UDP sockets (Socket/) and capture files (File/, over the frame parser in Frame/)
// both hand out `Datagram`s; nothing here knows what is in them.

public import NetworkBytes

/// A received UDP datagram, or a message that came over a connection, borrowed from the receiver or capture file that holds its
/// octets.
public struct Datagram: ~Escapable {
  /// The UDP payload, possibly empty, or a message; a connection's end has none.
  public let bytes: RawSpan
  /// Who sent it: source address and port.
  public let source: Endpoint
  /// The port that it was sent to; 0: not known.
  public let localPort: UInt16
  /// When it arrived (capture files: when it was captured): nanoseconds since 1970 UTC.
  public let arrival: UnixNanoseconds
  /// Which connection it came over; nil: it is a UDP datagram.
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

  /// Whether there is a message: not where nothing but a connection's end is told.
  @inlinable @inline(__always)
  public var isMessage: Bool { stream?.event != .end }
}
