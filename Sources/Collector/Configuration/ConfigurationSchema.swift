import FlowFilter
import FlowModel
import FlowStore
import Logging
import NetworkBytes

/// The table of all settings. Checking, the shipped file, the manual page and reloading follow from it.
public enum ConfigurationSchema {
  /// Every setting, in the order of the shipped file. The defaults are those of `CollectorConfiguration()`.
  public static let settings: [Setting] =
    general + exporters + aggregation + store + journal + http + log + smartAccessGateway

  /// Heads of the shipped file's parts, by their key.
  static let sections: [(key: String, comment: String)] = [
    ("receive", "Reception."),
    ("exporters", "What exporters are believed, and how much they may make us remember."),
    ("exporters.earlyData", "Data sets that come before their template are held until it comes."),
    ("aggregation", "Merging records into flows."),
    ("store", "The directory of Parquet files: PATH/date=YYYY-MM-DD/hour=HH/flows-….parquet, in UTC."),
    ("store.retention", "Whole files are removed, the oldest first."),
    (
      "journal",
      "What was received and not committed yet outlives a crash: a capture file of it, and checkpoints of what is known."
    ),
    ("http", "What the running collector tells of itself: /healthz, /readyz, /metrics (Prometheus), /api/v1/status."),
    ("log", "Messages on standard error."),
    (
      "smartAccessGateway",
      "Defaults of `config flow-logs` and `config retarget`; timers and port are those of aggregation and listen."
    ),
  ]

  private static let general: [Setting] = [
    .list(
      "listen", \.listen, .scopedEndpoint, .restart,
      "UDP addresses and ports to receive on; [::] also receives IPv4 unless an IPv4 address here has its port."),
    .value(
      "receive.workers", \.receive.workers, .integer(0...1024), .restart,
      "Workers, each with sockets of its own; 0: one for every two processors, at least one."),
    .value(
      "receive.bufferSize", \.receive.bufferSize, .octets(4096...1 << 30), .restart,
      "Receive buffer of each socket, octets; above net.core.rmem_max only with CAP_NET_ADMIN."),
    .value(
      "filter", \.filter, .filter, .live,
      "Which flow records are taken, in nfdump's words, such as \"not src net 10.0.0.0/8\"; nothing: all."),
  ]

  private static let exporters: [Setting] = [
    .value(
      "exporters.clock", \.exporters.clock, .choice, .live,
      "correct: shift the flow times of an exporter whose clock is off; trust: keep them as sent."),
    .value(
      "exporters.maximumClockSkew", \.exporters.maximumClockSkew, .seconds(1...31_536_000), .live,
      "A clock further than this from the arrival is off, seconds."),
    .value(
      "exporters.samplingRate", \.exporters.samplingRate, .integer(1...Int(UInt32.max)), .live,
      "Sampling rate of exporters that tell none: one packet in this many was seen."),
    .map(
      "exporters.samplingRates", \.exporters.samplingRates, .integer(1...Int(UInt32.max)),
      names: "an IP address", .live, "The same by exporter address, such as {\"192.0.2.1\": 100}."),
    .map(
      "exporters.forcedSamplingRates", \.exporters.forcedSamplingRates, .integer(1...Int(UInt32.max)),
      names: "an IP address", .live, "Rates that override what the exporter reports, by exporter address."),
    .value(
      "exporters.detectRestarts", \.exporters.detectRestarts, .flag, .live,
      "true: after an exporter has restarted, its data wait for new templates."),
    .value(
      "exporters.shareTemplates", \.exporters.shareTemplates, .flag, .live,
      "true: templates from another port of an exporter serve where it provably goes on, or where all its ports agree."),
    .list(
      "exporters.outCountersAreReverse", \.exporters.outCountersAreReverse, .address, mayBeEmpty: true, .live,
      "Exporters whose elements 23 and 24 count the other direction of a flow: these are not taken for the flow's own."),
    .value(
      "exporters.maximumSessions", \.exporters.maximumSessions, .integer(1...16_777_216), .restart,
      "Sessions (exporter address and port, observation domain) kept at a time."),
    .value(
      "exporters.maximumTemplates", \.exporters.maximumTemplates, .integer(1...65_280), .restart,
      "Templates kept for one session."),
    .value(
      "exporters.templateLifetime", \.exporters.templateLifetime, .seconds(60...31_536_000, zero: "for ever"), .restart,
      "A template that its exporter has stopped repeating holds for three intervals, this long at least; 0: for ever."),
    .value(
      "exporters.earlyData.timeout", \.exporters.earlyData.timeout, .seconds(1...86_400, zero: "none"), .restart,
      "How long they wait for it, seconds; 0: not at all."),
    .value(
      "exporters.earlyData.maximumSize", \.exporters.earlyData.maximumSize, .octets(65_536...1 << 40), .restart,
      "Octets held at a time, all workers together; what comes beyond is given up."),
    .value(
      "exporters.earlyData.maximumSizePerSession", \.exporters.earlyData.maximumSizePerSession,
      .octets(65_536...1 << 40), .restart,
      "Octets held for one session; those that have waited longest are given up."),
  ]

  private static let aggregation: [Setting] = [
    .value(
      "aggregation.enabled", \.aggregation.enabled, .flag, .restart,
      "false: each record becomes a row of its own."),
    .value(
      "aggregation.activeTimeout", \.aggregation.activeTimeout, .seconds(1...86_400), .live,
      "A flow is written this long after its first packet even if it goes on, seconds."),
    .value(
      "aggregation.inactiveTimeout", \.aggregation.inactiveTimeout, .seconds(1...86_400), .live,
      "A flow is written this long after its last packet, seconds; at most activeTimeout."),
    .list(
      "aggregation.key", \.aggregation.key, .column, .restart,
      "Columns of the store that tell flows apart; /N behind an address keys on its prefix."),
    .value(
      "aggregation.maximumFlows", \.aggregation.maximumFlows, .integer(1...1_000_000_000), .live,
      "Live flows held at a time, all workers together; those seen least recently are written early."),
    .value(
      "aggregation.endOfFlow", \.aggregation.endOfFlow, .flag, .live,
      "true: a TCP flow is written as soon as FIN or RST was seen."),
  ]

  private static let store: [Setting] = [
    .value(
      "store.path", \.store.path, .path, .restart,
      "Where the files go; relative to the working directory (the service's is /var/lib/sagflow)."),
    .value(
      "store.rotation", \.store.rotation, .seconds(1...3600, dividing: 3600), .restart,
      "A file covers this much time, aligned to the clock, seconds; divides an hour."),
    .value(
      "store.maximumFileSize", \.store.maximumFileSize, .octets(1_000_000...1_000_000_000_000), .restart,
      "A file that reaches this size is closed before its time, octets."),
    .value(
      "store.rowGroupRows", \.store.rowGroupRows, .integer(1024...1_048_576), .restart,
      "Rows of a row group: more compress better and need more memory."),
    .value(
      "store.compressionLevel", \.store.compressionLevel, .integer(1...19), .restart, "zstd level."),
    .value(
      "store.extra", \.store.extra, .flag, .restart,
      "true: fields without a column of their own are kept as JSON in the column extra."),
    .value(
      "store.retention.age", \.store.retention.age,
      .seconds(3600...3_153_600_000, zero: "keep"), .live,
      "Files older than this are removed, such as 30d; 0: kept."),
    .value(
      "store.retention.size", \.store.retention.size,
      .octets(1_000_000...Int.max, zero: "keep"), .live,
      "The oldest files are removed above this total, such as 500G; 0: kept."),
  ]

  private static let journal: [Setting] = [
    .value(
      "journal.enabled", \.journal.enabled, .flag, .restart,
      "false: after a crash what came since the last checkpoint is lost."),
    .value(
      "journal.path", \.journal.path, .optional("a directory"), .restart,
      "Where journal and checkpoints go, on the disk of the store; empty: .journal in the store."),
    .value(
      "journal.maximumSize", \.journal.maximumSize, .octets(1_000_000...Int.max), .restart,
      "Octets of the journal since the last checkpoint, all workers together; half of it brings the next one."),
    .value(
      "journal.bufferSize", \.journal.bufferSize, .octets(1_000_000...(1 << 36)), .restart,
      "Memory for datagrams that wait for the journal's disk, all workers together, at least 5 MB for each."),
    .value(
      "journal.syncInterval", \.journal.syncInterval, .seconds(1...3600, zero: "none"), .restart,
      "It is synced to the disk this often, seconds: what a power failure costs; 0: the system decides."),
  ]

  private static let http: [Setting] = [
    .value("http.enabled", \.http.enabled, .flag, .restart, "false: nothing is told; `sagflow status` needs it."),
    .value(
      "http.listen", \.http.listen, .openEndpoint, .restart, "TCP address and port; port 0 takes one that is free."),
    .value(
      "http.public", \.http.isPublic, .flag, .restart,
      "true: http.listen may be reached from other hosts; whoever does can read exporters and counters."),
  ]

  private static let log: [Setting] = [
    .value("log.level", \.log.level, .choice, .live, "trace, debug, info, notice, warning, error or critical."),
    .value("log.format", \.log.format, .choice, .restart, "text, or json: one object a line."),
  ]

  private static let smartAccessGateway: [Setting] = [
    .value(
      "smartAccessGateway.region", \.smartAccessGateway.region, .optional("a cloud region such as cn-shanghai"), .live,
      "The cloud region of the flow logs, such as cn-shanghai."),
    .value(
      "smartAccessGateway.endpoint", \.smartAccessGateway.endpoint, .optional("a host name, HOST:PORT or a URL"), .live,
      "Endpoint of the API; empty: the region's public one, such as smartag.cn-shanghai.aliyuncs.com."),
    .value(
      "smartAccessGateway.collector", \.smartAccessGateway.collector,
      .optional("an IPv4 address, with :PORT if it is not that of listen"), .live,
      "Where the gateways send to: this host's address as they reach it, such as 192.0.2.10 or 192.0.2.10:9995."),
    .value(
      "smartAccessGateway.netflowVersion", \.smartAccessGateway.netflowVersion, .choice, .live,
      "The format that the gateways export in: v5, v9 or v10 (IPFIX)."),
  ]

  private static let byKey = Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0) })

  static func setting(_ key: String) -> Setting? { byKey[key] }

  static func isSection(_ key: String) -> Bool { sections.contains { $0.key == key } }

  /// Where settings that are each right disagree: their keys, and what to do.
  static func disagreements(in configuration: CollectorConfiguration) -> [(keys: [String], problem: String)] {
    var found: [(keys: [String], problem: String)] = []
    func report(_ lower: String, above upper: String) {
      let texts = [lower, upper].map { key in
        "\(key) (\(setting(key)?.text(in: configuration) ?? ""))"
      }
      found.append(([lower, upper], "\(texts[0]) is above \(texts[1]); lower the one or raise the other"))
    }
    if configuration.aggregation.inactiveTimeout > configuration.aggregation.activeTimeout {
      report("aggregation.inactiveTimeout", above: "aggregation.activeTimeout")
    }
    if configuration.exporters.earlyData.maximumSizePerSession > configuration.exporters.earlyData.maximumSize {
      report("exporters.earlyData.maximumSizePerSession", above: "exporters.earlyData.maximumSize")
    }
    if configuration.http.enabled, !configuration.http.listen.address.isLoopback, !configuration.http.isPublic {
      found.append(
        (
          ["http.listen", "http.public"],
          "\(configuration.http.listen) can be reached from other hosts; listen on 127.0.0.1 or set http.public: true"
        ))
    }
    found += overlaps(in: configuration.listen).map { (["listen"], $0) }
    found += filterProblems(in: configuration).map { (["filter"], $0) }
    let store = configuration.store
    if store.retention.size > 0, store.maximumFileSize > store.retention.size {
      report("store.maximumFileSize", above: "store.retention.size")
    }
    return found
  }

  /// Addresses that another one of the list hears already: the system lets only one of them be listened on.
  private static func overlaps(in listen: [ScopedEndpoint]) -> [String] {
    let all = listen.filter { $0.address == .unspecified || $0.address == IPAddress(v4: 0) }
    return all.flatMap { any in
      listen.filter { $0 != any && $0.port == any.port && $0.address.isV4 == any.address.isV4 }
        .map { "\(any) already covers \($0); remove one of them" }
    }
  }

  private static func filterProblems(in configuration: CollectorConfiguration) -> [String] {
    do throws(FilterError) {
      let filter = try FlowFilter(parsing: configuration.filter)
      let origin: [FlowColumn] = [.exporterAddress, .observationDomainID]
      let merged = origin.filter { !configuration.aggregation.key.contains($0.name) && filter.looks(at: [$0]) }
      guard configuration.aggregation.enabled, let first = merged.first else { return [] }
      return ["looks at \(first.name), which aggregation.key leaves out; put it into the key"]
    } catch {
      return ["\(error)"]
    }
  }
}
