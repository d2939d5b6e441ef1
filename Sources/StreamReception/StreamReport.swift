/// What became of connections since the start.
public struct StreamReport: Equatable, Sendable {
  /// Why connections were closed, or not taken.
  public enum Reason: String, CaseIterable, Sendable {
    /// The settings do not take this sender.
    case sender = "sender"
    /// More than may be in all, or from one address.
    case tooMany = "too_many"
    case tooManyOfAddress = "too_many_of_address"
    /// What came was no IPFIX message.
    case protocolError = "protocol_error"
    /// No TLS handshake, or one that failed.
    case handshake = "tls_handshake"
    /// A certificate whose names the settings do not have.
    case clientName = "tls_client_name"
    /// A message that was begun was not completed in time.
    case slowMessage = "slow_message"
    case idle = "idle"
    /// Its session was forgotten to bound memory.
    case severed = "session_evicted"
  }

  /// Connections that are open, or whose last messages wait for their worker.
  public var open = 0
  /// Of them, those that are not read because their worker's queue is full.
  public var paused = 0
  public var accepted: UInt64 = 0
  /// Those that the collector closed, by reason; those of the first three were not accepted.
  public var closed: [Reason: UInt64] = [:]

  public init() {}
}
