/// Datagrams dropped by the kernel because a socket's receive buffer was full: extends the kernel's 32-bit counter,
/// which wraps, to 64 bits.
public struct KernelDrops: Equatable, Sendable {
  /// Drops counted so far.
  public private(set) var total: UInt64 = 0
  /// Last value of the kernel's counter.
  public private(set) var last: UInt32

  /// - Parameter last: Value of the kernel's counter when drops were last counted; 0 for a new socket.
  public init(since last: UInt32 = 0) {
    self.last = last
  }

  /// Processes a value of the kernel's counter. An older value, as carried by a datagram that waited in the queue, is
  /// ignored.
  public mutating func observe(_ value: UInt32) {
    let delta = value &- last
    guard delta < 1 << 31 else { return }
    total &+= UInt64(delta)
    last = value
  }
}
