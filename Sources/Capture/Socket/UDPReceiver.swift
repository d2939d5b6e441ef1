import CSystemCalls
import Glibc
public import NetworkBytes

/// Receives datagrams from any number of sockets in batches; each worker thread owns one.
///
///     switch try receiver.receive(timeout: 1_000) {
///     case .datagrams: for index in 0..<receiver.count { use(receiver.datagram(index)) }
///     case .nothing: tick()
///     case .woken: look(at: whatToDo)
///     }
public struct UDPReceiver: ~Copyable, Sendable {
  /// Why `receive` returned.
  public enum Reception: Sendable {
    /// A batch was received: `count` datagrams, at least one, all from socket `socketIndex`.
    case datagrams
    /// Nothing arrived in time, or a signal interrupted the wait.
    case nothing
    /// `wakeUp.wake()` was called, possibly for an earlier `.woken` already. Datagrams remain queued.
    case woken
  }

  /// Ends a wait of this receiver, from any thread.
  public let wakeUp: WakeUp
  /// The socket of the last batch.
  public private(set) var socketIndex = 0

  private var ring: ReceiveRing
  private var sockets: [Listener] = []
  private var polled: [pollfd]

  /// - Parameter batch: Maximum datagrams per batch, 1 to 1024.
  public init(batch: Int = 64) throws(SocketError) {
    let wakeUp = try WakeUp()
    ring = try ReceiveRing(slots: batch)
    buffer = nil
    self.wakeUp = wakeUp
    polled = [pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
  }

  /// Creates a receiver whose batches outlive the process and are journaled.
  ///
  /// What an earlier process received last and did not journal is the first batch: `count` datagrams.
  public init(journalingInto buffer: JournalBuffer) throws(SocketError) {
    wakeUp = try WakeUp()
    ring = ReceiveRing(buffer)
    self.buffer = buffer
    polled = [pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
  }

  deinit {
    for socket in sockets { sagflow_close(socket.descriptor) }
  }

  /// Adds a socket; its index is the number of sockets added before.
  public mutating func add(_ socket: consuming UDPSocket) {
    let endpoint = socket.localEndpoint
    let drops = socket.drops
    let descriptor = socket.release()
    sockets.append(Listener(descriptor: descriptor, endpoint: endpoint, drops: drops))
    polled.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
  }

  /// Number of datagrams in the last batch.
  public var count: Int { ring.count }

  /// Returns a datagram of the last batch; `index` must be below `count`.
  @_lifetime(borrow self)
  public func datagram(_ index: Int) -> Datagram {
    ring.datagram(index)
  }

  /// Where its batches are journaled; nil if they are not.
  public let buffer: JournalBuffer?

  /// Journals the last batch, which then outlives the process until it is in a file. Costs a copy.
  ///
  /// - Returns: octets; nil if there is no room, as when the disk is stalled, so that a crash would lose the batch.
  public mutating func journal() -> Int? {
    var local = sockets.isEmpty ? Endpoint(address: .unspecified, port: 0) : sockets[socketIndex].endpoint
    // The socket of a batch left by an earlier process is unknown.
    local.port = ring.localPort == 0 ? local.port : ring.localPort
    return ring.journal(as: local.c)
  }

  /// Journals a message over a connection, or the connection's end; call between two batches.
  ///
  /// - Parameter local: the local endpoint of the connection.
  /// - Returns: octets; nil if there is no room.
  public mutating func journal(_ datagram: borrowing Datagram, to local: Endpoint) -> Int? {
    ring.journal(datagram, to: local.c)
  }

  /// Excludes the last batch from the journal.
  public mutating func skipJournal() { ring.skip() }

  /// Also relays the last batch. Costs a copy, and never waits.
  ///
  /// - Returns: the number of datagrams that fit, from the first.
  public func relay(into buffer: RelayBuffer) -> Int { ring.relay(into: buffer) }

  /// Returns the descriptor of a socket, to pass it to another process.
  public func descriptor(_ socket: Int) -> Int32 { sockets[socket].descriptor }

  /// Continues counting the kernel's drops of an inherited socket.
  public mutating func resumeDrops(_ socket: Int, from last: UInt32) {
    // The counter of a new socket, of this process or boot, restarts at 0.
    guard sagflow_udp_drops(sockets[socket].descriptor) >= Int64(last) else { return }
    sockets[socket].drops = KernelDrops(since: last)
  }

  /// Number of sockets.
  public var socketCount: Int { sockets.count }
  /// Returns the address and port of a socket.
  public func localEndpoint(_ socket: Int) -> Endpoint { sockets[socket].endpoint }
  /// Returns the counters of a socket.
  public func counters(_ socket: Int) -> SocketCounters { sockets[socket].counters }
  /// Returns the kernel's drops at a socket, also for a checkpoint: `UDPSocket(adopting:dropsCounted:)` takes `last`.
  public func kernelDrops(_ socket: Int) -> KernelDrops { sockets[socket].drops }
}

extension UDPReceiver {
  /// Waits for datagrams and receives a batch, replacing the previous one.
  ///
  /// Sockets take turns. ICMP errors and temporary memory shortages are counted and do not end reception.
  ///
  /// - Parameter timeout: Maximum wait in milliseconds; 0 does not wait, a negative number waits indefinitely.
  /// - Throws: `SocketError` if a descriptor is unusable.
  public mutating func receive(timeout: Int32) throws(SocketError) -> Reception {
    ring.clear()
    if wakeUp.isPending {
      wakeUp.acknowledge()
      return .woken
    }
    let anyReady = sockets.contains { $0.isReady }
    // A single socket with a full batch needs no poll; among several, a busy one must not starve the others.
    if !anyReady || sockets.count > 1 {
      let ready = pollDescriptors(&polled, timeout: anyReady ? 0 : timeout)
      if ready < 0, ready != -EINTR { throw SocketError(operation: .wait, endpoint: nil, code: -ready) }
      if ready > 0, try markReady() { return .woken }
      if ready == 0, !anyReady { countKernelDrops() }
    }
    return try takeBatch() ? .datagrams : .nothing
  }

  /// Queries the kernel's drops at each socket. `receive` learns of drops with later datagrams, and queries them after
  /// a timeout; call this before a report to update the numbers.
  public mutating func countKernelDrops() {
    for index in sockets.indices {
      let drops = sagflow_udp_drops(sockets[index].descriptor)
      if drops >= 0 { sockets[index].drops.observe(UInt32(truncatingIfNeeded: drops)) }
    }
  }

  /// Processes the result of poll.
  ///
  /// - Returns: whether it included the wake-up.
  private mutating func markReady() throws(SocketError) -> Bool {
    for index in sockets.indices {
      let events = Int32(polled[index + 1].revents)
      if events & POLLNVAL != 0 {
        throw SocketError(operation: .receive, endpoint: sockets[index].endpoint, code: EBADF)
      }
      // Receiving fetches, and so clears, a pending socket error.
      if events != 0 { sockets[index].isReady = true }
    }
    guard polled[0].revents != 0 else { return false }
    wakeUp.acknowledge()
    return true
  }

  /// Receives a batch from the next ready socket.
  private mutating func takeBatch() throws(SocketError) -> Bool {
    for step in 1...max(1, sockets.count) {
      let index = (socketIndex + step) % max(1, sockets.count)
      guard index < sockets.count, sockets[index].isReady else { continue }
      let batch = ring.receive(
        from: sockets[index].descriptor, port: sockets[index].endpoint.port)
      try sockets[index].account(for: batch, slots: ring.slots)
      if batch.count > 0 {
        socketIndex = index
        return true
      }
    }
    return false
  }
}
