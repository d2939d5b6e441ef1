public import FlowAggregation
public import FlowOutput
public import NetFlow
public import NetworkBytes

/// The account of every datagram, record, flow and row.
///
/// Between two datagrams, each stage's sum equals the output of the previous stage (`imbalances` is empty).
public struct Ledger: Sendable {
  /// Datagrams that reached the process, and messages over TCP or TLS.
  public var receivedDatagrams: UInt64 = 0
  /// Messages over TCP or TLS; included in those received.
  public var streamedMessages: UInt64 = 0
  /// Datagrams dropped by the kernel because the socket buffer was full; not included in those received.
  public var kernelDrops: UInt64 = 0
  /// Datagrams still queued in the kernel when the collector had to stop; not included in those received.
  public var untakenDatagrams: UInt64 = 0
  /// Datagrams recovered from the journal after a crash; included in those received.
  public var recoveredDatagrams: UInt64 = 0
  /// Datagrams missing from the journal because it could not be written or was full.
  public var unjournaledDatagrams: UInt64 = 0
  /// Datagrams not decoded because of their sender or its rate.
  public var refused = RefusedDatagrams()
  /// Source of the latest of these.
  public var lastRefused: IPAddress?
  /// Unreadable rings of earlier runs, since the collector's start.
  public var unreadRings: UInt64 = 0
  public var decode = DecodeCounters()
  /// Data sets waiting for their template.
  public var waitingSets: UInt64 = 0
  /// Flow records rejected by the filter.
  public var filteredRecords: UInt64 = 0
  public var flows = FlowCounters()
  /// Flows in the cache.
  public var liveFlows: UInt64 = 0
  /// Flows that left the cache and have not reached the store.
  public var waitingRows: UInt64 = 0
  /// Flows passed to the store's thread.
  public var handedOverRows: UInt64 = 0
  /// Flows dropped because the store was too far behind.
  public var droppedRows: UInt64 = 0
  /// Rows output other than through the store, such as printed ones.
  public var printedRows: UInt64 = 0
  public var store = OutputCounters()
  /// `extra` texts omitted because of the limit for live flows.
  public var droppedTexts: UInt64 = 0
  /// Lookups of origins (exporter, domain, version) that were merged because of a limit.
  public var mergedOrigins: UInt64 = 0
  /// Flows with running totals, and connections, that were evicted because of a limit.
  public var evictedTotals: UInt64 = 0
  /// The state of each active session.
  public var sessions: [SessionSummary] = []

  public init() {}

  /// Rows in the open file or waiting for it.
  public var heldRows: UInt64 { store.held }

  public static func += (sum: inout Self, other: Self) {
    sum.receivedDatagrams &+= other.receivedDatagrams
    sum.streamedMessages &+= other.streamedMessages
    sum.kernelDrops &+= other.kernelDrops
    sum.untakenDatagrams &+= other.untakenDatagrams
    sum.recoveredDatagrams &+= other.recoveredDatagrams
    sum.unjournaledDatagrams &+= other.unjournaledDatagrams
    sum.refused += other.refused
    sum.lastRefused = other.lastRefused ?? sum.lastRefused
    sum.unreadRings &+= other.unreadRings
    sum.decode += other.decode
    sum.waitingSets &+= other.waitingSets
    sum.filteredRecords &+= other.filteredRecords
    sum.flows += other.flows
    sum.liveFlows &+= other.liveFlows
    sum.waitingRows &+= other.waitingRows
    sum.handedOverRows &+= other.handedOverRows
    sum.droppedRows &+= other.droppedRows
    sum.printedRows &+= other.printedRows
    sum.store += other.store
    sum.droppedTexts &+= other.droppedTexts
    sum.mergedOrigins &+= other.mergedOrigins
    sum.evictedTotals &+= other.evictedTotals
    // Those of one worker are not copied: there may be many.
    if sum.sessions.isEmpty { sum.sessions = other.sessions } else { sum.sessions += other.sessions }
  }

  /// Returns the ledger with the store's counters: flows that have not reached its thread count as waiting.
  public func settled(with counters: OutputCounters) -> Ledger {
    var ledger = self
    ledger.store = counters
    ledger.waitingRows &+= handedOverRows > counters.received ? handedOverRows - counters.received : 0
    return ledger
  }

  /// Sums that do not add up, one line each; empty if everything is accounted for.
  public var imbalances: [String] {
    var lines: [String] = []
    func check(_ what: String, _ left: UInt64, _ right: UInt64) {
      if left != right { lines.append("\(what): \(left) is not \(right)") }
    }
    check(
      "datagrams received = decoded + rejected + refused", receivedDatagrams,
      decode.decodedDatagrams &+ decode.rejectedDatagrams &+ refused.total)
    check(
      "data sets without template = decoded later + waiting + given up", decode[.unknownTemplate],
      decode.earlyDecoded &+ waitingSets &+ decode.earlyGivenUp)
    check(
      "flow records decoded + reverse = merged + opened + filtered out", decode.flowRecords &+ decode.reverseRecords,
      flows.merged &+ flows.opened &+ filteredRecords)
    check("flows opened = live + emitted", flows.opened, liveFlows &+ flows.emitted)
    check(
      "flows emitted = committed + held + waiting + printed + dropped + lost", flows.emitted,
      store.committed &+ heldRows &+ waitingRows &+ printedRows &+ droppedRows &+ store.lost)
    return lines
  }
}
