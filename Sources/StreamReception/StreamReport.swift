/// Counters of connections since the start.
public struct StreamReport: Equatable, Sendable {
  /// Why connections were closed or refused.
  public enum Reason: String, CaseIterable, Sendable {
    /// The settings do not allow this sender.
    case sender = "sender"
    /// The maximum in all, or per address, is exceeded.
    case tooMany = "too_many"
    case tooManyOfAddress = "too_many_of_address"
    /// The data was not an IPFIX message.
    case protocolError = "protocol_error"
    /// The TLS handshake is missing or failed.
    case handshake = "tls_handshake"
    /// The certificate has none of the allowed names.
    case clientName = "tls_client_name"
    /// A message was not completed in time.
    case slowMessage = "slow_message"
    case idle = "idle"
    /// Its session was evicted to bound memory.
    case severed = "session_evicted"
  }

  /// Open connections, including those whose last messages wait for their worker.
  public var open = 0
  /// Those not being read because their worker's queue is full.
  public var paused = 0
  public var accepted: UInt64 = 0
  /// Closed by the collector, by reason; those for the first three reasons were never accepted.
  public var closed: [Reason: UInt64] = [:]

  public init() {}
}
