public import FlowAggregation
public import FlowOutput
public import NetFlow
public import NetworkBytes

/// Where every datagram, record, flow and row has gone.
///
/// When a pipeline is quiet, that is between two datagrams, each stage's sum is what the stage before gave it
/// (`imbalances` is empty).
public struct Ledger: Sendable {
  /// Datagrams that reached the process, and messages over TCP or TLS.
  public var receivedDatagrams: UInt64 = 0
  /// Messages over TCP or TLS; among those received.
  public var streamedMessages: UInt64 = 0
  /// Datagrams that the kernel dropped for lack of room in the socket's buffer; beside those received.
  public var kernelDrops: UInt64 = 0
  /// Datagrams that still waited in the kernel when the collector had to stop; beside those received.
  public var untakenDatagrams: UInt64 = 0
  /// Datagrams that the journal brought again after the process had ended; among those received.
  public var recoveredDatagrams: UInt64 = 0
  /// Datagrams that are not in the journal because it could not be written or was full.
  public var unjournaledDatagrams: UInt64 = 0
  /// Datagrams that were not given to the decoder: who sent them is not allowed to, or sent too many.
  public var refused = RefusedDatagrams()
  /// Who sent the newest of these.
  public var lastRefused: IPAddress?
  /// Rings of earlier runs whose datagrams could not be read, since the collector started.
  public var unreadRings: UInt64 = 0
  public var decode = DecodeCounters()
  /// Data sets that wait for their template.
  public var waitingSets: UInt64 = 0
  /// Flow records that the filter did not let pass.
  public var filteredRecords: UInt64 = 0
  public var flows = FlowCounters()
  /// Flows in the cache.
  public var liveFlows: UInt64 = 0
  /// Flows that left the cache and are not with the store yet.
  public var waitingRows: UInt64 = 0
  /// Flows handed to the thread that writes the store.
  public var handedOverRows: UInt64 = 0
  /// Flows that could not be handed to the store because it was too far behind.
  public var droppedRows: UInt64 = 0
  /// Rows given out other than through the store, such as printed ones.
  public var printedRows: UInt64 = 0
  public var store = OutputCounters()
  /// Texts of `extra` that were left out because live flows held as many as they may.
  public var droppedTexts: UInt64 = 0
  /// Origins (exporter, domain, version) that were counted among others because there were too many.
  public var mergedOrigins: UInt64 = 0
  /// Flows with running totals, and connections, that were forgotten because there were too many.
  public var evictedTotals: UInt64 = 0
  /// What is known of each session that sends.
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

  /// With the store's side: what was handed to its thread and has not come to it yet, waits.
  public func settled(with counters: OutputCounters) -> Ledger {
    var ledger = self
    ledger.store = counters
    ledger.waitingRows &+= handedOverRows > counters.received ? handedOverRows - counters.received : 0
    return ledger
  }

  /// Sums that do not come out, one line each; empty when everything is accounted for.
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
