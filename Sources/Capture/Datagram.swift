// Capture: where datagrams come from. UDP sockets (Socket/) and capture files (File/, over the frame parser in Frame/)
// both hand out `Datagram`s; nothing here knows what is in them.

public import NetworkBytes

/// A received UDP datagram, borrowed from the receiver or capture file that holds its octets.
public struct Datagram: ~Escapable {
  /// The UDP payload, possibly empty.
  public let bytes: RawSpan
  /// Who sent it: source address and UDP port.
  public let source: Endpoint
  /// The UDP port that it was sent to; 0: not known.
  public let localPort: UInt16
  /// When it arrived (capture files: when it was captured): nanoseconds since 1970 UTC.
  public let arrival: UnixNanoseconds

  @inlinable @inline(__always) @_lifetime(copy bytes)
  public init(bytes: RawSpan, source: Endpoint, localPort: UInt16 = 0, arrival: UnixNanoseconds) {
    self.bytes = bytes
    self.source = source
    self.localPort = localPort
    self.arrival = arrival
  }
}
