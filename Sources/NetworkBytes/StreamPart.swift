/// What a message that came over a connection (TCP, TLS) is of that connection.
public struct StreamPart: Equatable, Sendable {
  public enum Event: Sendable {
    /// The connection's first message.
    case first
    /// A message behind others.
    case next
    /// No message: the connection has ended.
    case end
  }

  /// Tells connections apart that one run of the collector accepted.
  public var connection: UInt32
  public var event: Event
  /// Octets of messages before it, modulo 2^32.
  public var position: UInt32

  public init(connection: UInt32, event: Event, position: UInt32 = 0) {
    self.connection = connection
    self.event = event
    self.position = position
  }
}
