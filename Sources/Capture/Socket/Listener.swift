import CSystemCalls
import Glibc
import NetworkBytes

/// What has happened at a socket.
public struct SocketCounters: Equatable, Sendable {
  /// Datagrams received.
  public var datagrams: UInt64 = 0
  /// Datagrams that were longer than 65,535 octets and were cut; UDP has none such.
  public var truncated: UInt64 = 0
  /// Times the kernel told of an ICMP error or a shortage instead of a datagram.
  public var errors: UInt64 = 0
}

/// A socket as its receiver sees it.
struct Listener {
  let descriptor: Int32
  let endpoint: Endpoint
  var drops: KernelDrops
  var counters = SocketCounters()
  /// Whether datagrams may be waiting: poll said so, or the last batch was full.
  var isReady = false

  /// Counts a batch.
  ///
  /// - Throws: `SocketError` for an error that will not pass.
  mutating func account(for batch: sagflow_batch, slots: Int) throws(SocketError) {
    isReady = Int(batch.count) == slots
    if batch.has_kernel_drops != 0 { drops.observe(batch.kernel_drops) }
    if batch.count > 0 {
      counters.datagrams &+= UInt64(batch.count)
      counters.truncated &+= UInt64(batch.truncated)
    } else if batch.count < 0 {
      guard Self.passes(-batch.count) else {
        throw SocketError(operation: .receive, endpoint: endpoint, code: -batch.count)
      }
      counters.errors &+= 1
    }
  }

  /// Errors that other hosts' ICMP messages bring, and shortages of memory.
  private static func passes(_ code: Int32) -> Bool {
    switch code {
    case ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENETDOWN, ENETRESET, ENOPROTOOPT, EPROTO,
      EACCES, EMSGSIZE, EOPNOTSUPP, ETIMEDOUT, ENOMEM, ENOBUFS:
      true
    default: false
    }
  }
}
