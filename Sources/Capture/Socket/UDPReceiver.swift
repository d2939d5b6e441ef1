import CSystemCalls
import Glibc
public import NetworkBytes

/// Receives datagrams at any number of sockets, a batch at a time; each worker thread owns one.
///
///     switch try receiver.receive(timeout: 1_000) {
///     case .datagrams: for index in 0..<receiver.count { use(receiver.datagram(index)) }
///     case .nothing: tick()
///     case .woken: look(at: whatToDo)
///     }
public struct UDPReceiver: ~Copyable, Sendable {
  /// Why `receive` returned.
  public enum Reception: Sendable {
    /// A batch is there: `count` datagrams, at least one, all from socket `socketIndex`.
    case datagrams
    /// Nothing came in the given time, or a signal interrupted the wait.
    case nothing
    /// `wakeUp.wake()` was called, perhaps for an earlier `.woken` already. What waits at the sockets stays there.
    case woken
  }

  /// Ends this receiver's waiting, from any thread.
  public let wakeUp: WakeUp
  /// The socket that the last batch came from.
  public private(set) var socketIndex = 0

  private var ring: ReceiveRing
  private var sockets: [Listener] = []
  private var polled: [pollfd]

  /// - Parameter batch: The most datagrams taken at a time, 1 to 1024.
  public init(batch: Int = 64) throws(SocketError) {
    let wakeUp = try WakeUp()
    ring = try ReceiveRing(slots: batch)
    buffer = nil
    self.wakeUp = wakeUp
    polled = [pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
  }

  /// A receiver whose batches outlive the process, and are journaled.
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

  /// Adds a socket, whose index is the number of sockets added before it.
  public mutating func add(_ socket: consuming UDPSocket) {
    let endpoint = socket.localEndpoint
    let drops = socket.drops
    let descriptor = socket.release()
    sockets.append(Listener(descriptor: descriptor, endpoint: endpoint, drops: drops))
    polled.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
  }

  /// Datagrams in the last batch.
  public var count: Int { ring.count }

  /// Datagram `index` of the last batch, below `count`.
  @_lifetime(borrow self)
  public func datagram(_ index: Int) -> Datagram {
    ring.datagram(index)
  }

  /// Where its batches are journaled; nil: nowhere.
  public let buffer: JournalBuffer?

  /// Journals the last batch: it outlives the process until it is in a file. Costs a copy.
  ///
  /// - Returns: octets; nil if there is no room, as when the disk stands still: a crash would lose the batch.
  public mutating func journal() -> Int? {
    var local = sockets.isEmpty ? Endpoint(address: .unspecified, port: 0) : sockets[socketIndex].endpoint
    // Of a batch that an earlier process left, the socket is not known.
    local.port = ring.localPort == 0 ? local.port : ring.localPort
    return ring.journal(as: local.c)
  }

  /// Journals a message that came over a connection, or the connection's end; to be called between two batches.
  ///
  /// - Parameter local: the address and port that the connection was made to.
  /// - Returns: octets; nil if there is no room.
  public mutating func journal(_ datagram: borrowing Datagram, to local: Endpoint) -> Int? {
    ring.journal(datagram, to: local.c)
  }

  /// The last batch will not be in the journal.
  public mutating func skipJournal() { ring.skip() }

  /// Has the last batch be relayed, too. Costs a copy, and never waits.
  ///
  /// - Returns: how many of its first datagrams there was room for.
  public func relay(into buffer: RelayBuffer) -> Int { ring.relay(into: buffer) }

  /// Sockets as they can be handed to another process.
  public func descriptor(_ socket: Int) -> Int32 { sockets[socket].descriptor }

  /// Goes on counting the kernel's drops at an adopted socket from where an earlier process had counted them.
  public mutating func resumeDrops(_ socket: Int, from last: UInt32) {
    // A new socket, of this process or of a new boot, counts from 0 again.
    guard sagflow_udp_drops(sockets[socket].descriptor) >= Int64(last) else { return }
    sockets[socket].drops = KernelDrops(since: last)
  }

  /// Sockets added.
  public var socketCount: Int { sockets.count }
  /// The address and port of a socket.
  public func localEndpoint(_ socket: Int) -> Endpoint { sockets[socket].endpoint }
  /// What has happened at a socket so far.
  public func counters(_ socket: Int) -> SocketCounters { sockets[socket].counters }
  /// The kernel's drops at a socket, for a checkpoint as well: `UDPSocket(adopting:dropsCounted:)` takes `last`.
  public func kernelDrops(_ socket: Int) -> KernelDrops { sockets[socket].drops }
}

extension UDPReceiver {
  /// Waits for datagrams and takes a batch of them. The batch before is gone.
  ///
  /// Sockets take turns. ICMP errors and passing shortages of memory are counted and do not end reception.
  ///
  /// - Parameter timeout: Milliseconds to wait at most; 0 does not wait, a negative number waits without end.
  /// - Throws: `SocketError` when a descriptor is no longer usable.
  public mutating func receive(timeout: Int32) throws(SocketError) -> Reception {
    ring.clear()
    if wakeUp.isPending {
      wakeUp.acknowledge()
      return .woken
    }
    let anyReady = sockets.contains { $0.isReady }
    // A lone socket that filled its batch needs no poll; among several, a busy one must not hide the others.
    if !anyReady || sockets.count > 1 {
      let ready = pollDescriptors(&polled, timeout: anyReady ? 0 : timeout)
      if ready < 0, ready != -EINTR { throw SocketError(operation: .wait, endpoint: nil, code: -ready) }
      if ready > 0, try markReady() { return .woken }
      if ready == 0, !anyReady { countKernelDrops() }
    }
    return try takeBatch() ? .datagrams : .nothing
  }

  /// Asks the kernel for its drops at each socket. `receive` learns of drops with the datagrams that come after them,
  /// and asks when nothing comes in time; before a report this brings the numbers up to date.
  public mutating func countKernelDrops() {
    for index in sockets.indices {
      let drops = sagflow_udp_drops(sockets[index].descriptor)
      if drops >= 0 { sockets[index].drops.observe(UInt32(truncatingIfNeeded: drops)) }
    }
  }

  /// Takes over what poll has said.
  ///
  /// - Returns: whether it was the wake-up.
  private mutating func markReady() throws(SocketError) -> Bool {
    for index in sockets.indices {
      let events = Int32(polled[index + 1].revents)
      if events & POLLNVAL != 0 {
        throw SocketError(operation: .receive, endpoint: sockets[index].endpoint, code: EBADF)
      }
      // An error that waits at the socket is fetched, and so cleared, by receiving.
      if events != 0 { sockets[index].isReady = true }
    }
    guard polled[0].revents != 0 else { return false }
    wakeUp.acknowledge()
    return true
  }

  /// Takes a batch from the next socket that has something.
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
