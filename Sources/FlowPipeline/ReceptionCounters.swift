/// Counters of datagrams before the pipeline.
public struct ReceptionCounters: Sendable, Equatable {
  /// Datagrams that reached the process, including recovered ones.
  public var received: UInt64 = 0
  /// Messages over TCP or TLS; included in those received.
  public var streamed: UInt64 = 0
  /// Datagrams recovered from the journal after a crash.
  public var recovered: UInt64 = 0
  /// Datagrams missing from the journal because it could not be written or was full.
  public var unjournaled: UInt64 = 0
  /// Unreadable rings of earlier runs, since this start.
  public var unreadRings: UInt64 = 0
  /// Datagrams dropped by the kernel because a socket buffer was full; not included in those received.
  public var kernelDrops: UInt64 = 0
  /// Datagrams still queued in the kernel when the collector stopped; not included in those received.
  public var untaken: UInt64 = 0

  public init(received: UInt64 = 0) { self.received = received }

  /// Adds recovered datagrams, some of which are messages over connections.
  package mutating func recover(_ datagrams: UInt64, streamed messages: UInt64 = 0) {
    received &+= datagrams
    recovered &+= datagrams
    streamed &+= messages
  }
}
