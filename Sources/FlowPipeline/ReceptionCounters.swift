/// What is counted before a pipeline: datagrams on their way to it.
public struct ReceptionCounters: Sendable, Equatable {
  /// Datagrams that reached the process, those that were recovered among them.
  public var received: UInt64 = 0
  /// Messages that came over TCP or TLS; among those received.
  public var streamed: UInt64 = 0
  /// Datagrams that the journal brought again after the process had ended.
  public var recovered: UInt64 = 0
  /// Datagrams that are not in the journal because it could not be written or was full.
  public var unjournaled: UInt64 = 0
  /// Rings of earlier runs whose datagrams could not be read, since this start.
  public var unreadRings: UInt64 = 0
  /// Datagrams that the kernel dropped for lack of room in a socket's buffer; beside those received.
  public var kernelDrops: UInt64 = 0
  /// Datagrams that still waited in the kernel when the collector stopped; beside those received.
  public var untaken: UInt64 = 0

  public init(received: UInt64 = 0) { self.received = received }

  /// So many datagrams came again from the journal, of them so many messages over connections.
  package mutating func recover(_ datagrams: UInt64, streamed messages: UInt64 = 0) {
    received &+= datagrams
    recovered &+= datagrams
    streamed &+= messages
  }
}
