import Capture
import Files
import Glibc
import NetworkBytes

/// One target as seen by the relay's thread: its progress and state.
struct RelayTarget {
  private let socket: RelaySocket
  private let index: Int
  private let log: RelayLog
  /// Everything before this position was sent, failed or was dropped.
  private(set) var position: UInt64 = 0
  /// Whether its socket is currently blocked.
  private(set) var isBlocked = false
  private(set) var report: RelayReport
  private var lastFailure: ContinuousClock.Instant?
  private var failureCode: Int32 = 0
  private var lastDrop: ContinuousClock.Instant?
  private var failedBefore: UInt64 = 0
  private var droppedBefore: UInt64 = 0

  /// Time without failures until recovery is logged.
  private static let calm = Duration.seconds(10)
  /// Calls of `send` before other targets get their turn.
  private static let turns = 16

  /// - Parameter index: index of the target.
  init(_ endpoint: Endpoint, _ socket: RelaySocket, _ index: Int, _ log: RelayLog) {
    self.socket = socket
    self.index = index
    self.log = log
    report = RelayReport(target: endpoint)
  }

  /// Its socket, if it is blocked.
  var blockedSocket: RelaySocket? { isBlocked ? socket : nil }

  /// Sends what waits before `end`, until the socket blocks or its turn is over.
  mutating func send(_ buffer: RelayBuffer, before end: UInt64) {
    isBlocked = false
    for _ in 0..<Self.turns where position < end {
      let sent = socket.send(buffer, from: position, before: end)
      report.sent &+= UInt64(sent.count)
      position = sent.next
      switch sent.error {
      case 0: continue
      case EAGAIN:
        isBlocked = true
        // A pending socket error would end every wait at once.
        socket.clearErrors()
        return
      default:
        position = buffer.record(at: position).next
        fail(sent.error)
      }
    }
  }

  /// Drops the oldest waiting datagrams, up to `end`.
  mutating func drop(_ buffer: RelayBuffer, before end: UInt64) {
    var count: UInt64 = 0
    while position < end {
      let record = buffer.record(at: position)
      if !record.isLeftOut { count &+= 1 }
      position = record.next
    }
    noteDropped(count)
  }

  /// Counts datagrams that did not fit into the buffer.
  mutating func noteDropped(_ count: UInt64) {
    guard count > 0 else { return }
    if lastDrop == nil {
      droppedBefore = report.dropped
      log.begin(.slow, index)
    }
    report.dropped &+= count
    lastDrop = ContinuousClock.now
  }

  private mutating func fail(_ code: Int32) {
    if code != failureCode || report.failure == nil { report.failure = Self.reason(code) }
    failureCode = code
    if lastFailure == nil {
      failedBefore = report.failed
      log.begin(.failing, index, report.failure ?? "")
    }
    report.failed &+= 1
    lastFailure = ContinuousClock.now
    socket.clearErrors()
  }

  /// Logs recoveries. Call once a second.
  mutating func tick() {
    let now = ContinuousClock.now
    if let last = lastFailure, now - last > Self.calm {
      (lastFailure, report.failure) = (nil, nil)
      log.end(.failing, index, count: report.failed - failedBefore)
    }
    if let last = lastDrop, now - last > Self.calm {
      lastDrop = nil
      log.end(.slow, index, count: report.dropped - droppedBefore)
    }
  }

  /// - Parameter head: head of the buffer.
  mutating func noteWaiting(_ head: UInt64) { report.waiting = head - position }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ECONNREFUSED: "\(errorText(code)); check that a collector listens there"
    case EMSGSIZE:
      "\(errorText(code)); the path has a smaller MTU, and relay.keepSource does not fragment datagrams"
    case EAFNOSUPPORT:
      "the exporter's address is not of the target's family (IPv4 or IPv6): relay.keepSource cannot keep it"
    default: errorText(code)
    }
  }
}
