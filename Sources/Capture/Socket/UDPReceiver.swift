import CSockets
import Glibc
import NetworkBytes

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
  /// The most datagrams taken at a time.
  private let batch: Int
  /// The journal's segment and how long it is: where the next batch will go.
  private var place: (segment: UInt64, offset: UInt64) = (0, 0)
  private var sockets: [Listener] = []
  private var polled: [pollfd]

  /// - Parameter batch: The most datagrams taken at a time, 1 to 1024.
  public init(batch: Int = 64) throws(SocketError) {
    let wakeUp = try WakeUp()
    ring = try ReceiveRing(slots: batch)
    self.batch = ring.slots
    self.wakeUp = wakeUp
    polled = [pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
  }

  /// A receiver whose batches outlive the process until they are in the journal: they are received into a file, which holds
  /// several, so that the journal is written less often.
  ///
  /// - Parameter path: the file, best in memory (tmpfs): where pages have to be written to a disk, the kernel may have to wait
  ///   for one while the process is killed. Made if it is not there. `left` tells of what an earlier process left in it.
  public init(batch: Int = 64, receivingInto path: String) throws {
    let wakeUp = try WakeUp()
    ring = try ReceiveRing(slots: min(batch * Self.heldBatches, 1024), in: path)
    self.batch = batch
    let found = ring.takeLeft()
    left = found.count > 0 ? (found.segment, found.offset) : nil
    self.wakeUp = wakeUp
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

  /// Where in the journal the batch belongs that an earlier process received last and did not get into it: the segment,
  /// and how long that was before; nil if there is none. Until something is received, that is the batch.
  public private(set) var left: (segment: UInt64, offset: UInt64)?

  /// Says where the next batch will go.
  public mutating func begin(_ journal: borrowing JournalFile) {
    place = (journal.segment, journal.size)
  }

  /// Full batches that the file holds.
  private static let heldBatches = 4

  /// Datagrams that only the file holds as yet.
  public var unsettled: Int { ring.unsettled }

  /// Whether the file has no room for another full batch: what it holds is to be appended to the journal, or will be given
  /// up.
  public var isFull: Bool { ring.unsettled + batch > ring.slots }

  /// Appends what the file holds to the journal. If that cannot be written, it will not outlive the process.
  public mutating func append(to journal: inout JournalFile) throws(JournalError) {
    defer {
      ring.settle()
      place = (journal.segment, journal.size)
    }
    let local = sockets.isEmpty ? Endpoint(address: .unspecified, port: 0) : sockets[socketIndex].endpoint
    try journal.append(&ring, as: local.c)
  }

  /// What the file holds will not be in a journal.
  public mutating func settle() { ring.settle() }

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
      let batch = ring.receive(self.batch, from: sockets[index].descriptor, before: place)
      try sockets[index].account(for: batch, slots: self.batch)
      if batch.count > 0 {
        socketIndex = index
        return true
      }
    }
    return false
  }
}
