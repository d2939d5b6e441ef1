import FlowAggregation
import FlowOutput
import NetFlow

/// A number of the ledger: its location, and its external names. Status and metrics are generated from the table of
/// all, and the status is decoded with it.
package struct LedgerCounter: Sendable {
  package enum Kind: String, Sendable {
    case counter, gauge
  }

  /// Section and name in the status.
  package let group: String
  package let name: String
  /// Name of the metric after `sagflow_`, by Prometheus's conventions, and its label.
  package let metric: String
  package let label: (name: String, value: String)?
  package let kind: Kind
  package let help: String
  package let path: any WritableKeyPath<Ledger, UInt64> & Sendable

  private init(
    _ group: String, _ name: String, _ metric: String, label: (String, String)? = nil, kind: Kind = .counter,
    _ help: String, _ path: any WritableKeyPath<Ledger, UInt64> & Sendable
  ) {
    self.group = group
    self.name = name
    self.metric = metric
    self.label = label.map { (name: $0.0, value: $0.1) }
    self.kind = kind
    self.help = help
    self.path = path
  }

  /// All counters; those of one metric are adjacent.
  package static let all: [LedgerCounter] =
    datagrams + refused + issues + records + sequence + early + cache + emitted + volumes + rows + store

  private static let issues: [LedgerCounter] = DecodeIssue.allCases.map {
    .init(
      "issues", $0.name, "decode_issues_total", label: ("reason", $0.name),
      "Problems found in datagrams, by reason; short_datagram and bad_version reject the whole datagram.",
      \Ledger.decode[$0])
  }

  private static let datagrams: [LedgerCounter] = [
    .init(
      "datagrams", "received", "datagrams_received_total", "Datagrams that reached the process.",
      \.receivedDatagrams),
    .init(
      "datagrams", "streamed", "streamed_messages_total",
      "IPFIX messages received over TCP or TLS; included in datagrams_received_total.", \.streamedMessages),
    .init(
      "datagrams", "taken", "datagrams_taken_total", "Datagrams passed to the decoder: decoded or rejected.",
      \.decode.datagrams),
    .init(
      "datagrams", "rejected", "datagrams_rejected_total", "Datagrams with an invalid header.",
      \.decode.rejectedDatagrams),
    .init(
      "datagrams", "kernel_dropped", "kernel_dropped_datagrams_total",
      "Datagrams dropped by the kernel because the socket buffer was full.", \.kernelDrops),
    .init(
      "datagrams", "untaken", "untaken_datagrams_total",
      "Datagrams still in the kernel's buffers when the collector stopped.", \.untakenDatagrams),
    .init(
      "datagrams", "recovered", "recovered_datagrams_total",
      "Datagrams recovered from the journal after a crash; included in those received.", \.recoveredDatagrams),
    .init(
      "datagrams", "unjournaled", "unjournaled_datagrams_total",
      "Datagrams not journaled because the journal could not be written or was full.", \.unjournaledDatagrams),
    .init(
      "datagrams", "rings_unread", "unread_rings_total",
      "Rings of earlier runs that were damaged or from another boot; their datagrams are lost.", \.unreadRings),
    .init(
      "datagrams", "clock_corrected", "clock_corrected_datagrams_total",
      "Datagrams whose flow times were corrected because the exporter's clock is off.", \.decode.clockCorrected),
    .init(
      "datagrams", "origins_merged", "merged_origins_total",
      "Origins (exporter, domain, version) merged because a limit was reached.", \.mergedOrigins),
  ]

  private static let refused: [LedgerCounter] = refusals.map {
    .init(
      "datagrams", "refused_\($0.name)", "datagrams_refused_total", label: ("reason", $0.name),
      "Datagrams refused by exporters.deny, exporters.allow or exporters.maximumRate.", $0.path
    )
  }

  private static let refusals: [(name: String, path: any WritableKeyPath<Ledger, UInt64> & Sendable)] = [
    ("denied", \.refused.denied), ("not_allowed", \.refused.notAllowed), ("over_rate", \.refused.overRate),
  ]

  private static let records: [LedgerCounter] = [
    .init("records", "flow", "records_total", label: ("kind", "flow"), "Records decoded.", \.decode.flowRecords),
    .init(
      "records", "options", "records_total", label: ("kind", "options"), "Records decoded.", \.decode.optionsRecords),
    .init(
      "records", "reverse", "reverse_records_total", "Flow records created for the other direction of biflows.",
      \.decode.reverseRecords),
    .init(
      "records", "filtered", "records_filtered_total", "Flow records dropped by the filter.",
      \.filteredRecords),
    .init("records", "templates", "templates_total", "Template definitions received.", \.decode.templates),
    .init(
      "records", "totals_evicted", "totals_evicted_total",
      "Flows with running totals, and firewall connections, evicted because a limit was reached.",
      \.evictedTotals),
  ]

  private static let sequence: [LedgerCounter] = [
    .init(
      "sequence", "lost", "sequence_lost", kind: .gauge,
      "Missing by sequence number (v5: flows, v9: datagrams, IPFIX: records); decreases when late data arrives.",
      \.decode.sequence.lost),
    .init(
      "sequence", "gaps", "sequence_gaps_total", "Gaps in sequence numbers.",
      \.decode.sequence.gaps),
    .init(
      "sequence", "reordered", "sequence_reordered_total", "Datagrams that arrived out of order.",
      \.decode.sequence.reordered),
    .init(
      "sequence", "duplicates", "sequence_duplicates_total", "Duplicate datagrams.", \.decode.sequence.duplicates),
    .init(
      "sequence", "restarts", "exporter_restarts_total", "Exporter restarts detected.",
      \.decode.sequence.restarts),
  ]

  private static let early: [LedgerCounter] = [
    .init(
      "early_sets", "decoded", "early_sets_total", label: ("result", "decoded"),
      "Data sets that arrived before their template, by result.", \.decode.earlyDecoded),
    .init(
      "early_sets", "given_up", "early_sets_total", label: ("result", "given_up"),
      "Data sets that arrived before their template, by result.", \.decode.earlyGivenUp),
    .init(
      "early_sets", "waiting", "early_sets_waiting", kind: .gauge, "Data sets waiting for their template.",
      \.waitingSets),
  ]

  private static let cache: [LedgerCounter] = [
    .init(
      "flows", "opened", "flow_records_total", label: ("result", "opened"),
      "Flow records, by their effect on the cache.",
      \.flows.opened),
    .init(
      "flows", "merged", "flow_records_total", label: ("result", "merged"),
      "Flow records, by their effect on the cache.",
      \.flows.merged),
    .init("flows", "live", "flows_live", kind: .gauge, "Live flows in the cache.", \.liveFlows),
  ]

  private static let emitted: [LedgerCounter] = emissions.map {
    .init(
      "flows", "emitted_\($0.name)", "flows_emitted_total", label: ("reason", $0.name), "Flows that left the cache.",
      $0.path)
  }

  private static let emissions: [(name: String, path: any WritableKeyPath<Ledger, UInt64> & Sendable)] = [
    ("idle", \.flows.emittedIdle), ("active", \.flows.emittedActive), ("end_of_flow", \.flows.emittedEndOfFlow),
    ("forced", \.flows.emittedForced), ("no_room", \.flows.emittedNoRoom), ("as_sent", \.flows.emittedUnmerged),
  ]

  private static let volumes: [LedgerCounter] = [
    .init(
      "flows", "bytes_in", "flow_bytes_total", label: ("stage", "decoded"),
      "Bytes of flows, not scaled by the sampling rate.",
      \.flows.octetsIn),
    .init(
      "flows", "bytes_out", "flow_bytes_total", label: ("stage", "emitted"),
      "Bytes of flows, not scaled by the sampling rate.",
      \.flows.octetsOut),
    .init(
      "flows", "packets_in", "flow_packets_total", label: ("stage", "decoded"),
      "Packets of flows, not scaled by the sampling rate.",
      \.flows.packetsIn),
    .init(
      "flows", "packets_out", "flow_packets_total", label: ("stage", "emitted"),
      "Packets of flows, not scaled by the sampling rate.",
      \.flows.packetsOut),
    .init(
      "flows", "extra_texts_dropped", "extra_texts_dropped_total",
      "Values of the column extra dropped because live flows held too many.", \.droppedTexts),
  ]

  private static let rows: [LedgerCounter] = [
    .init(
      "rows", "waiting", "rows_waiting", kind: .gauge, "Flows that left the cache and wait to be passed to the store.",
      \.waitingRows),
    .init(
      "rows", "handed_over", "rows_handed_over_total", "Flows passed to the store's thread.", \.handedOverRows),
    .init(
      "rows", "dropped", "rows_dropped_total", "Flows dropped because the store was too slow.", \.droppedRows),
    .init("rows", "printed", "rows_printed_total", "Flows printed instead of stored.", \.printedRows),
  ]

  private static let store: [LedgerCounter] = [
    .init("store", "received", "store_rows_received_total", "Rows received by the writer.", \.store.received),
    .init(
      "store", "committed", "store_rows_committed_total", "Rows in committed files.", \.store.committed),
    .init(
      "store", "lost", "store_rows_lost_total", "Rows lost because they could be neither written nor kept.",
      \.store.lost),
    .init(
      "store", "held", "store_rows_held", kind: .gauge,
      "Rows in the open file, waiting for it, or in files waiting for a checkpoint.", \.store.held),
    .init("store", "files", "store_files_committed_total", "Files committed.", \.store.committedFiles),
    .init("store", "bytes", "store_bytes_committed_total", "Bytes of committed files.", \.store.committedOctets),
    .init("store", "failures", "store_write_failures_total", "Failed attempts to write.", \.store.failures),
  ]
}

extension Ledger: Codable {
  /// Encodes sections of numbers by name.
  public func encode(to encoder: any Encoder) throws {
    var sections: [String: [String: UInt64]] = [:]
    for counter in LedgerCounter.all {
      sections[counter.group, default: [:]][counter.name] = self[keyPath: counter.path]
    }
    try sections.encode(to: encoder)
  }

  /// Decodes what `encode` wrote; a missing number is 0, an unknown one is skipped, for compatibility between versions.
  /// Sessions are not included.
  public init(from decoder: any Decoder) throws {
    self.init()
    let sections = try [String: [String: UInt64]](from: decoder)
    for counter in LedgerCounter.all { self[keyPath: counter.path] = sections[counter.group]?[counter.name] ?? 0 }
  }
}
