/// The datagrams that the kernel dropped at a socket because its receive buffer was full: the kernel's 32-bit counter,
/// which wraps, carried on as a 64-bit count.
public struct KernelDrops: Equatable, Sendable {
  /// Drops counted so far.
  public private(set) var total: UInt64 = 0
  /// Where the kernel's counter was last seen.
  public private(set) var last: UInt32

  /// - Parameter last: Where the kernel's counter stood when its drops were last counted; 0 for a new socket.
  public init(since last: UInt32 = 0) {
    self.last = last
  }

  /// Takes in the kernel's counter. A value from before the last one, as a datagram that waited in the queue meanwhile
  /// carries, changes nothing.
  public mutating func observe(_ value: UInt32) {
    let delta = value &- last
    guard delta < 1 << 31 else { return }
    total &+= UInt64(delta)
    last = value
  }
}
