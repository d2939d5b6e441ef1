import CSystemCalls
import Glibc
import NetworkBytes

/// Counters of a socket.
public struct SocketCounters: Equatable, Sendable {
  /// Datagrams received.
  public var datagrams: UInt64 = 0
  /// Datagrams truncated at 65,535 octets, which does not happen with UDP.
  public var truncated: UInt64 = 0
  /// ICMP errors and memory shortages reported by the kernel.
  public var errors: UInt64 = 0
}

/// The state of a socket in its receiver.
struct Listener {
  let descriptor: Int32
  let endpoint: Endpoint
  var drops: KernelDrops
  var counters = SocketCounters()
  /// Whether datagrams may be waiting: reported by poll, or the last batch was full.
  var isReady = false

  /// Counts a batch.
  ///
  /// - Throws: `SocketError` for a permanent error.
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

  /// Returns whether an error is temporary: reported by ICMP messages of other hosts, or a memory shortage.
  private static func passes(_ code: Int32) -> Bool {
    switch code {
    case ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENETDOWN, ENETRESET, ENOPROTOOPT, EPROTO,
      EACCES, EMSGSIZE, EOPNOTSUPP, ETIMEDOUT, ENOMEM, ENOBUFS:
      true
    default: false
    }
  }
}
