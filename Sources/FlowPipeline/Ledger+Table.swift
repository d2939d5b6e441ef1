import FlowAggregation
import FlowOutput
import FlowText
import NetFlow
import NetworkBytes

extension Ledger {
  /// Formats the ledger as a short table: a line per stage, then the exporters with the most records, then imbalances.
  public func table(exporterLimit: Int = 16) -> String {
    let early = decode[.unknownTemplate] > 0 ? [earlyData] : []
    var text: [UInt8] = []
    for stage in stages + early {
      let parts = stage.parts.filter { $0.count > 0 || $0.isAlwaysShown }.map { "\($0.count) \($0.name)" }
      Self.sums.append([stage.name, String(stage.total), "  = " + parts.joined(separator: " + ")], to: &text)
    }
    let beside = besides.filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
    if !beside.isEmpty { Self.sums.append(["beside", "", "  " + beside.joined(separator: ", ")], to: &text) }
    appendExporters(limit: exporterLimit, to: &text)
    for imbalance in imbalances { text += "DOES NOT ADD UP: \(imbalance)\n".utf8 }
    return String(decoding: text, as: UTF8.self)
  }

  /// A name, a number and its parts.
  private static let sums = TableLayout(
    [.init("", .left, width: 10), .init("", .right, width: 14), .init("", .left)], gap: 0)

  private struct Part {
    var count: UInt64
    var name: String
    var isAlwaysShown = false
  }

  private typealias Stage = (name: String, total: UInt64, parts: [Part])

  private var stages: [Stage] {
    [
      (
        "datagrams", receivedDatagrams,
        [Part(count: decode.decodedDatagrams, name: "decoded", isAlwaysShown: true)]
          + [DecodeIssue.shortDatagram, .badVersion].map { Part(count: decode[$0], name: $0.name) }
          + [
            Part(count: refused.denied, name: "denied"), Part(count: refused.notAllowed, name: "not allowed"),
            Part(count: refused.overRate, name: "over their rate"),
          ]
      ),
      (
        "records", decode.flowRecords &+ decode.reverseRecords &+ decode.optionsRecords,
        [
          Part(count: flows.opened, name: "opened a flow", isAlwaysShown: true),
          Part(count: flows.merged, name: "merged", isAlwaysShown: true),
          Part(count: filteredRecords, name: "filtered out"),
          Part(count: decode.optionsRecords, name: "options"),
        ]
      ),
      (
        "flows", flows.opened,
        [
          Part(count: liveFlows, name: "live", isAlwaysShown: flows.opened == 0),
          Part(count: flows.emittedIdle, name: "idle"),
          Part(count: flows.emittedActive, name: "active"),
          Part(count: flows.emittedEndOfFlow, name: "end of flow"),
          Part(count: flows.emittedForced, name: "forced"), Part(count: flows.emittedNoRoom, name: "no room"),
          Part(count: flows.emittedUnmerged, name: "as sent"),
        ]
      ),
      (
        "rows", flows.emitted,
        [
          Part(count: store.committed, name: "committed", isAlwaysShown: printedRows == 0),
          Part(count: heldRows, name: "in the open file"), Part(count: waitingRows, name: "waiting"),
          Part(count: printedRows, name: "printed"), Part(count: droppedRows, name: "dropped, store too slow"),
          Part(count: store.lost, name: "lost, store failing"),
        ]
      ),
    ]
  }

  /// The stage of data sets that arrived before their template.
  private var earlyData: Stage {
    (
      "early sets", decode[.unknownTemplate],
      [
        Part(count: decode.earlyDecoded, name: "decoded later", isAlwaysShown: true),
        Part(count: waitingSets, name: "waiting for their template"),
        Part(count: decode.earlyGivenUp, name: "given up"),
      ]
    )
  }

  /// Counters that are not part of the sums.
  private var besides: [(count: UInt64, name: String)] {
    let sequence = decode.sequence
    let issues = DecodeIssue.allCases.filter { $0 != .shortDatagram && $0 != .badVersion }
    return [
      (kernelDrops, "datagrams dropped by the kernel"),
      (untakenDatagrams, "datagrams not taken before the end"), (unjournaledDatagrams, "datagrams unjournaled"),
      (unreadRings, "rings of earlier runs not read"),
      (sequence.lost, "lost by sequence number"),
      (sequence.reordered, "reordered"), (sequence.duplicates, "duplicate"), (sequence.restarts, "exporter restarts"),
      (decode.clockCorrected, "with corrected clock"), (decode.reverseRecords, "records of reverse directions"),
    ] + issues.map { (decode[$0], $0.name) } + [
      (evictedTotals, "totals_evicted"), (mergedOrigins, "origins merged (limit reached)"),
      (droppedTexts, "extra texts left out"),
      (store.failures, "failed writes"),
    ]
  }

  /// Appends the sessions with the most records.
  private func appendExporters(limit: Int, to text: inout [UInt8]) {
    guard !sessions.isEmpty else { return }
    let sorted = sessions.sorted {
      ($1.counters.flowRecords, $0.key.exporter.description, $0.key.domain)
        < ($0.counters.flowRecords, $1.key.exporter.description, $1.key.domain)
    }
    let width = max(8, sorted.prefix(limit).map { $0.key.exporter.description.count }.max() ?? 0)
    let layout = TableLayout(
      [
        .init("exporter", .left, width: width + 2), .init("version", .left, width: 9),
        .init("domain", .left, width: 10), .init("datagrams", .right, width: 12), .init("records", .right, width: 14),
        .init("lost", .right, width: 10),
      ], gap: 0)
    layout.appendHeader(to: &text)
    for session in sorted.prefix(limit) {
      let (key, counters) = (session.key, session.counters)
      layout.append(
        [
          key.exporter.description, String(key.version), String(key.domain), String(counters.datagrams),
          String(counters.flowRecords), String(counters.sequence.lost),
        ], to: &text)
    }
    if sorted.count > limit { text += "and \(sorted.count - limit) more\n".utf8 }
  }
}
