/// The position of a message within its connection (TCP, TLS).
public struct StreamPart: Equatable, Sendable {
  public enum Event: Sendable {
    /// The connection's first message.
    case first
    /// A later message.
    case next
    /// Not a message: the connection has ended.
    case end
  }

  /// Identifies a connection within one run of the collector.
  public var connection: UInt32
  public var event: Event
  /// Octets of earlier messages, modulo 2^32.
  public var position: UInt32

  public init(connection: UInt32, event: Event, position: UInt32 = 0) {
    self.connection = connection
    self.event = event
    self.position = position
  }
}
