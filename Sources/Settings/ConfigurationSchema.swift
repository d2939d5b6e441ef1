import Alerts
import FlowAggregation
import FlowFilter
import FlowModel
import FlowStore
import Logging
import NetworkBytes

/// The table of all settings, from which validation, the shipped file, the manual page and reloading are derived.
public enum ConfigurationSchema {
  /// All settings, in the order of the shipped file. Defaults are those of `CollectorConfiguration()`.
  public static let settings: [Setting] =
    general + streams + exporters + labels + aggregation + store + journal + relay + outputs + http + alerts + log
    + smartAccessGateway

  /// Headings of the shipped file's sections, by key.
  static let sections: [(key: String, comment: String)] = [
    ("receive", "Reception."),
    ("streams", "IPFIX over TCP and TLS; see docs/streams.md."),
    ("tls", "Certificates for tls:// addresses, read again on reload."),
    ("exporters", "Trust in exporters, and limits on the state kept for them."),
    ("exporters.earlyData", "Data sets that arrive before their template are kept until it arrives."),
    (
      "labels",
      "Files with names and other facts to add to flows, read again when they change; see docs/labels.md. Empty: none."
    ),
    ("aggregation", "Merging records into flows."),
    ("store", "The directory of Parquet files: PATH/date=YYYY-MM-DD/hour=HH/flows-….parquet, in UTC."),
    ("store.retention", "Removes whole files, oldest first."),
    (
      "journal",
      "Crash safety: a journal of received datagrams, and checkpoints of the collector's state."
    ),
    ("relay", "Forwards received datagrams unchanged to other UDP collectors; see docs/relay.md."),
    (
      "http", "The web page, the API under /api/v1/, and monitoring: /healthz, /readyz and /metrics (Prometheus)."
    ),
    ("alerts", "Alert rules and actions; see docs/alerts.md for examples."),
    ("alerts.builtIn", "Alerts about exporters and the collector itself."),
    ("log", "Messages on standard error."),
    (
      "smartAccessGateway",
      "Defaults of `sagflow config` commands for flow logs; timeouts and port come from aggregation and listen."
    ),
  ]

  private static let general: [Setting] = [
    .list(
      "listen", .restart(\.listen), .listen,
      "ADDRESS:PORT to listen on; UDP unless prefixed with tcp:// or tls://. [::] has IPv4, too, unless one is listed."
    ),
    .value(
      "receive.workers", .restart(\.receive.workers), .integer(0...1024),
      "Worker threads, each with its own sockets; 0: one for every two processors, at least one."),
    .value(
      "receive.bufferSize", .restart(\.receive.bufferSize), .octets(4096...1 << 30),
      "Receive buffer of each socket, bytes; more than net.core.rmem_max requires CAP_NET_ADMIN."),
    .filter(
      "filter", .live(\.filter),
      "Accept only flow records that match, in nfdump's syntax, such as \"not src net 10.0.0.0/8\"; empty: all."),
  ]

  private static let exporters: [Setting] = [
    .list(
      "exporters.allow", .live(\.exporters.allow), .network, mayBeEmpty: true,
      "Addresses and prefixes whose datagrams are decoded, such as [192.0.2.0/24, 10.9.8.7]; empty: all."),
    .list(
      "exporters.deny", .live(\.exporters.deny), .network, mayBeEmpty: true,
      "Addresses and prefixes whose datagrams are counted and dropped; takes precedence over allow."),
    .value(
      "exporters.maximumRate", .live(\.exporters.maximumRate), .integer(0...1_000_000),
      "Datagrams per second and address that a worker decodes, with bursts of one second's worth; 0: unlimited."),
    .value(
      "exporters.clock", .live(\.exporters.clock), .choice,
      "correct: shift the flow times of an exporter whose clock is off; trust: keep them as sent."),
    .value(
      "exporters.maximumClockSkew", .live(\.exporters.maximumClockSkew), .seconds(1...31_536_000),
      "Tolerated difference between an exporter's clock and the arrival time, seconds."),
    .value(
      "exporters.samplingRate", .live(\.exporters.samplingRate), .integer(1...UInt32.max),
      "Sampling rate of exporters that announce none: one packet in this many was sampled."),
    .map(
      "exporters.samplingRates", .live(\.exporters.samplingRates), .integer(1...UInt32.max),
      names: "an IP address", "The same by exporter address, such as {\"192.0.2.1\": 100}."),
    .map(
      "exporters.forcedSamplingRates", .live(\.exporters.forcedSamplingRates), .integer(1...UInt32.max),
      names: "an IP address", "Rates that override what the exporter reports, by exporter address."),
    .value(
      "exporters.detectRestarts", .live(\.exporters.detectRestarts), .flag,
      "true: after a restart of an exporter, its data wait for new templates."),
    .value(
      "exporters.shareTemplates", .live(\.exporters.shareTemplates), .flag,
      "true: use templates from another port of an exporter if it provably continues there, or if all its ports agree."),
    .list(
      "exporters.outCountersAreReverse", .live(\.exporters.outCountersAreReverse), .address, mayBeEmpty: true,
      "Exporters whose elements 23 and 24 count the other direction of a flow."),
    .value(
      "exporters.biflows", .live(\.exporters.biflows), .choice,
      "rows: each direction of a biflow is a row; pairs: the other direction is in reverse_bytes and reverse_packets."),
    .elementsFile(
      "exporters.elementsFile", .live(\.exporters.elementsFile),
      "Names and types of enterprise elements: CSV (enterprise,number,name,type) or YAML; empty: as exporters report."
    ),
    .value(
      "exporters.maximumSessions", .restart(\.exporters.maximumSessions), .integer(1...16_777_216),
      "Maximum number of sessions (exporter address and port, observation domain)."),
    .value(
      "exporters.maximumTemplates", .restart(\.exporters.maximumTemplates), .integer(1...65_280),
      "Maximum number of templates per session."),
    .value(
      "exporters.templateLifetime", .restart(\.exporters.templateLifetime), .seconds(60...31_536_000, zero: "never"),
      "A template that is no longer repeated expires after three of its intervals, but not before this; 0: never."),
    .value(
      "exporters.earlyData.timeout", .restart(\.exporters.earlyData.timeout), .seconds(1...86_400, zero: "none"),
      "How long they wait, seconds; 0: drop them."),
    .value(
      "exporters.earlyData.maximumSize", .restart(\.exporters.earlyData.maximumSize), .octets(65_536...1 << 40),
      "Total size kept, bytes, all workers together; data beyond it is dropped."),
    .value(
      "exporters.earlyData.maximumSizePerSession", .restart(\.exporters.earlyData.maximumSizePerSession),
      .octets(65_536...1 << 40),
      "Size kept per session, bytes; beyond it the oldest are dropped."),
  ]

  private static let aggregation: [Setting] = [
    .value(
      "aggregation.enabled", .restart(\.aggregation.enabled), .flag,
      "false: each record becomes a row of its own."),
    .value(
      "aggregation.activeTimeout", .live(\.aggregation.activeTimeout), .seconds(1...86_400),
      "A long flow is written after this time, and continues as another row, seconds."),
    .value(
      "aggregation.inactiveTimeout", .live(\.aggregation.inactiveTimeout), .seconds(1...86_400),
      "A flow is written this long after its last packet, seconds; at most activeTimeout."),
    .flowKey(
      "aggregation.key", .restart(\.aggregation.key),
      "The flow key: columns that distinguish flows; /N after an address uses its prefix."),
    .value(
      "aggregation.maximumFlows", .live(\.aggregation.maximumFlows), .integer(1...1_000_000_000),
      "Maximum number of live flows, all workers together; beyond it the least recently seen are written early."),
    .value(
      "aggregation.endOfFlow", .live(\.aggregation.endOfFlow), .flag,
      "true: a TCP flow is written as soon as FIN or RST is seen."),
  ]

  private static let store: [Setting] = [
    .value(
      "store.path", .restart(\.store.path), .path,
      "Directory of the files; relative to the working directory. The service needs BindPaths= outside of /var/lib/sagflow."
    ),
    .value(
      "store.rotation", .restart(\.store.rotation), .seconds(1...3600, dividing: 3600),
      "Time covered by a file, aligned to the clock, seconds; divides an hour."),
    .value(
      "store.maximumFileSize", .restart(\.store.maximumFileSize), .octets(1_000_000...1_000_000_000_000),
      "A file that reaches this size is closed early, bytes."),
    .value(
      "store.rowGroupRows", .restart(\.store.rowGroupRows), .integer(1024...1_048_576),
      "Rows per row group: more compress better and need more memory."),
    .value(
      "store.compressionLevel", .restart(\.store.compressionLevel), .integer(1...19), "zstd compression level."),
    .value(
      "store.extra", .restart(\.store.extra), .flag,
      "true: keep fields without a column as JSON in the column extra."),
    .value(
      "store.retention.age", .live(\.retention.age), .seconds(3600...3_153_600_000, zero: "keep"),
      "Remove files older than this, such as 30d; 0: keep."),
    .value(
      "store.retention.size", .live(\.retention.size), .octets(1_000_000...Int64.max, zero: "keep"),
      "Remove the oldest files above this total size, such as 500G; 0: keep."),
  ]

  private static let journal: [Setting] = [
    .value(
      "journal.enabled", .restart(\.journal.enabled), .flag,
      "false: a crash loses what arrived since the last checkpoint."),
    .value(
      "journal.path", .restart(\.journal.path), .optional("a directory"),
      "Directory of journal and checkpoints, on the store's file system; empty: .journal in the store."),
    .value(
      "journal.maximumSize", .restart(\.journal.maximumSize), .octets(1_000_000...Int.max),
      "Maximum size since the last checkpoint, bytes, all workers together; half of it triggers a checkpoint."),
    .value(
      "journal.bufferSize", .restart(\.journal.bufferSize), .octets(1_000_000...(1 << 36)),
      "Memory for datagrams waiting for the journal's disk, bytes, all workers together; at least 5 MB for each."),
    .value(
      "journal.syncInterval", .restart(\.journal.syncInterval), .seconds(1...3600, zero: "none"),
      "Interval of syncs to disk, seconds; a power failure loses at most this much; 0: the system decides."),
  ]

  private static let relay: [Setting] = [
    .list(
      "relay.targets", .restart(\.relay.targets), .target, mayBeEmpty: true,
      "Addresses and ports of the other collectors."),
    .list(
      "relay.exporters", .restart(\.relay.exporters), .network, mayBeEmpty: true,
      "Exporters whose datagrams are forwarded, such as 192.0.2.0/24; empty: all."),
    .value(
      "relay.keepSource", .restart(\.relay.keepSource), .flag,
      "true: send from the exporter's own address and port; requires CAP_NET_RAW."),
    .value(
      "relay.queue", .restart(\.relay.queue), .octets(1_000_000...(1 << 36)),
      "Memory for datagrams waiting to be sent, bytes, all workers together; beyond it the oldest are dropped."),
  ]

  private static let outputs: [Setting] = [
    .records(
      "outputs", .live, OutputRecords.outputs,
      "Destinations of files and rows, such as [{name: lake, type: s3, region: eu-central-1, bucket: b}]; docs/outputs.md."
    )
  ]

  private static let http: [Setting] = [
    .value(
      "http.enabled", .restart(\.http.enabled), .flag,
      "false: no web page, API or metrics; `sagflow status` needs it."),
    .value(
      "http.listen", .restart(\.http.listen), .openEndpoint, "TCP address and port; port 0 selects a free one."),
    .value(
      "http.public", .restart(\.http.isPublic), .flag,
      "true: allow access from other hosts; without a token, anyone who can connect can read all flows."),
    .value(
      "http.tokenFile", .restart(\.http.tokenFile), .optional("the path of a file"),
      "A file whose first line is the token required by requests for data (Authorization: Bearer); empty: none."
    ),
    .list(
      "http.hosts", .restart(\.http.hosts), .hostName, mayBeEmpty: true,
      "Host names accepted in requests, in addition to localhost, this host's name and addresses; without ports."),
    .value(
      "http.resolve", .live(\.http.resolve), .flag,
      "true: the page and the API resolve host names of addresses; the system's resolver may query other hosts."
    ),
  ]

  private static let alerts: [Setting] = [
    .value(
      "alerts.interval", .live(\.alerts.interval), .seconds(1...3600),
      "Interval of evaluations, seconds; longer if they take long."),
    .value(
      "alerts.builtIn.exporterSilent", .live(\.alerts.builtIn.exporterSilent), .seconds(30...604_800, zero: "off"),
      "An exporter has sent nothing for this time and for ten of its usual intervals, seconds; 0: off."),
    .value(
      "alerts.builtIn.exporterLoss", .live(\.alerts.builtIn.exporterLoss), .integer(0...100),
      "Data of an exporter lost by sequence number, percent; 0: off."),
    .value(
      "alerts.builtIn.diskFree", .live(\.alerts.builtIn.diskFree), .integer(0...100),
      "Less of the store's disk than this is free, percent; 0: off."),
    .value(
      "alerts.builtIn.storeFailure", .live(\.alerts.builtIn.storeFailure), .flag,
      "true: the store cannot be written."),
    .value(
      "alerts.builtIn.rowsLost", .live(\.alerts.builtIn.rowsLost), .flag,
      "true: flows are dropped or lost because the store is too slow or fails."),
    .value(
      "alerts.builtIn.kernelDrops", .live(\.alerts.builtIn.kernelDrops), .flag,
      "true: the kernel drops datagrams."),
    .value(
      "alerts.builtIn.outputBehind", .live(\.alerts.builtIn.outputBehind), .seconds(60...604_800, zero: "off"),
      "A file has waited for an output for this long, seconds; 0: off."),
    .records(
      "alerts.actions", .live, AlertRecords.actions,
      "Webhooks and programs, such as [{name: noc, webhook: \"https://…\", headerFile: noc.token}]."
    ),
    .records(
      "alerts.rules", .live, AlertRecords.rules,
      "Rules on flows, such as [{name: dns, filter: src port 53, above: 100M}] (bits per second)."),
  ]

  private static let log: [Setting] = [
    .value("log.level", .live(\.logLevel), .choice, "trace, debug, info, notice, warning, error or critical."),
    .value("log.format", .restart(\.log.format), .choice, "text, or json: one object per line."),
  ]

  private static let smartAccessGateway: [Setting] = [
    .value(
      "smartAccessGateway.region", .live(\.smartAccessGateway.region), .optional("a cloud region such as cn-shanghai"),
      "The cloud region of the flow logs, such as cn-shanghai."),
    .value(
      "smartAccessGateway.endpoint", .live(\.smartAccessGateway.endpoint), .optional("a host name, HOST:PORT or a URL"),
      "Endpoint of the API; empty: the region's public one, such as smartag.cn-shanghai.aliyuncs.com."),
    .value(
      "smartAccessGateway.collector", .live(\.smartAccessGateway.collector),
      .optional("an IPv4 address, with :PORT if it is not that of listen"),
      "This host's address as the gateways reach it, such as 192.0.2.10 or 192.0.2.10:9995."),
    .value(
      "smartAccessGateway.netflowVersion", .live(\.smartAccessGateway.netflowVersion), .choice,
      "NetFlow version of the export: v5, v9 or v10 (IPFIX)."),
  ]

  private static let byKey = Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0) })

  static func setting(_ key: String) -> Setting? { byKey[key] }

  static func isSection(_ key: String) -> Bool { sections.contains { $0.key == key } }

  /// Checks the consistency of individually valid settings; returns their keys and what to do.
  static func disagreements(in configuration: CollectorConfiguration) -> [(keys: [String], problem: String)] {
    var found: [(keys: [String], problem: String)] = []
    func report(_ lower: String, above upper: String) {
      let texts = [lower, upper].map { key in
        "\(key) (\(setting(key)?.text(in: configuration) ?? ""))"
      }
      found.append(([lower, upper], "\(texts[0]) is above \(texts[1]); lower the one or raise the other"))
    }
    if configuration.live.aggregation.inactiveTimeout > configuration.live.aggregation.activeTimeout {
      report("aggregation.inactiveTimeout", above: "aggregation.activeTimeout")
    }
    if configuration.exporters.earlyData.maximumSizePerSession > configuration.exporters.earlyData.maximumSize {
      report("exporters.earlyData.maximumSizePerSession", above: "exporters.earlyData.maximumSize")
    }
    let http = configuration.http
    if http.enabled, !http.listen.address.isLoopback, !http.isPublic, http.tokenFile.isEmpty {
      found.append(
        (
          ["http.listen", "http.tokenFile", "http.public"],
          "\(http.listen) can be reached from other hosts; listen on 127.0.0.1, set http.tokenFile, or set http.public: true"
        ))
    }
    if let loop = configuration.relay.loop(to: configuration.datagramEndpoints.map(\.endpoint), isOwn: \.isLoopback) {
      let problem = "\(loop.target) is this collector itself, which listens on \(loop.listening); name another one"
      found.append((["relay.targets", "listen"], problem))
    }
    found += overlaps(in: configuration.listen).map { (["listen"], $0) }
    found += streamProblems(in: configuration)
    found += filterProblems(in: configuration).map { (["filter"], $0) }
    found += unknownActions(in: configuration.live.alerts).map { (["alerts.rules", "alerts.actions"], $0) }
    let retention = configuration.live.retention
    if retention.size > 0, configuration.store.maximumFileSize > retention.size {
      report("store.maximumFileSize", above: "store.retention.size")
    }
    return found
  }

  /// Returns addresses covered by another one in the list: the system allows listening on only one of them.
  private static func overlaps(in listen: [ListenSetting]) -> [String] {
    let all = listen.filter { $0.endpoint.address == .unspecified || $0.endpoint.address == IPAddress(v4: 0) }
    let covered = all.flatMap { any in
      listen.filter { other in
        other.endpoint != any.endpoint && other.endpoint.port == any.endpoint.port && other.isOfSameKind(any)
          && other.endpoint.address.isV4 == any.endpoint.address.isV4
      }.map { "\(any) already covers \($0); remove one of them" }
    }
    let twice = listen.filter { $0.transport == .tcp && listen.contains(ListenSetting(.tls, $0.endpoint)) }
    return covered + twice.map { "\($0) is tls://, too; give one of them another port" }
  }

  private static func unknownActions(in alerts: AlertOptions) -> [String] {
    let known = Set(alerts.actions.map(\.name))
    return alerts.rules.flatMap { rule in
      (rule.actions ?? []).filter { !known.contains($0) }
        .map { "rule \(rule.name) names the action \($0), which alerts.actions does not have" }
    }
  }

  private static func filterProblems(in configuration: CollectorConfiguration) -> [String] {
    let filter = configuration.live.filter.filter
    // Names are added to flows only when they are stored.
    let named = FlowColumn.allCases.filter { $0.isFreeText && filter.looks(at: [$0]) }
    if let column = named.first {
      return ["uses \(column.name), which records do not have when they arrive; compare the number"]
    }
    guard configuration.aggregation.enabled else { return [] }
    let origin: [FlowColumn] = [.exporterAddress, .observationDomainID]
    let merged = origin.filter {
      !configuration.aggregation.key.columns.contains($0) && filter.looks(at: [$0])
    }
    return merged.prefix(1).map { "uses \($0.name), which aggregation.key leaves out; add it to the key" }
  }
}
