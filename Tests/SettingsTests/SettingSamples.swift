import TestSupport
import Testing

/// A value other than the default for each setting: as YAML, as elements, and a value that must be refused.
struct SettingSample: CustomTestStringConvertible {
  var key: String
  /// The value as in YAML and in the output of `config check -v`.
  var yaml: String
  var elements: [String]
  var refused: String

  var testDescription: String { key }

  static let all: [SettingSample] = [
    .init(
      "listen", #"["127.0.0.1:2055", "tcp://[::1]:4739"]"#, ["127.0.0.1:2055", "tcp://[::1]:4739"],
      "sctp://127.0.0.1:4739"),
    .init("receive.workers", "3", "1025"),
    .init("receive.bufferSize", "8Mi", "4095"),
    .init(
      "filter", "\"not src net 10.0.0.0/8 and port in [80 443]\"", ["not src net 10.0.0.0/8 and port in [80 443]"],
      "src 流"),
    .init("streams.maximumConnections", "12", "0"),
    .init("streams.maximumConnectionsPerAddress", "2", "50001"),
    .init("streams.idleTimeout", "600", "9"),
    .init("tls.certificate", "/etc/sagflow/tls.pem", "two words"),
    .init("tls.key", "/etc/sagflow/tls.key", "two words"),
    .init("tls.clientCa", "/etc/sagflow/exporters.pem", "two words"),
    .init("tls.clientNames", "[edge1.example.com, edge2]", ["edge1.example.com", "edge2"], "edge1:4740"),
    .init(
      "exporters.allow", #"[10.0.0.0/8, 192.0.2.1, "2001:db8::/32"]"#, ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"],
      "router.example"),
    .init("exporters.deny", #"[10.9.0.0/16, "2001:db8::5"]"#, ["10.9.0.0/16", "2001:db8::5"], "10.0.0.0/33"),
    .init("exporters.maximumRate", "5000", "-1"),
    .init("exporters.clock", "trust", "believe"),
    .init("exporters.maximumClockSkew", "60", "0"),
    .init("exporters.samplingRate", "1000", "0"),
    .init(
      "exporters.samplingRates", #"{"192.0.2.1": 100, "2001:db8::1": 7}"#, ["192.0.2.1=100", "2001:db8::1=7"],
      "192.0.2.1=none"),
    .init(
      "exporters.forcedSamplingRates", #"{"192.0.2.1": 100, "2001:db8::1": 7}"#, ["192.0.2.1=100", "2001:db8::1=7"],
      "192.0.2.1=0"),
    .init("exporters.detectRestarts", "false", "maybe"),
    .init("exporters.shareTemplates", "false", "maybe"),
    .init("exporters.outCountersAreReverse", #"[192.0.2.1, "2001:db8::1"]"#, ["192.0.2.1", "2001:db8::1"], "all"),
    .init("exporters.biflows", "pairs", "both"),
    .init("exporters.elementsFile", Fixtures.path("elements.csv"), "two words"),
    .init("exporters.maximumSessions", "12", "0"),
    .init("exporters.maximumTemplates", "99", "65281"),
    .init("exporters.templateLifetime", "3600", "59"),
    .init("exporters.earlyData.timeout", "60", "86401"),
    .init("exporters.earlyData.maximumSize", "128Mi", "64k"),
    .init("exporters.earlyData.maximumSizePerSession", "1Mi", "-1"),
    .init("labels.prefixes", "/etc/sagflow/prefixes.csv", "two words"),
    .init("labels.exporters", "/etc/sagflow/exporters.csv", "two words"),
    .init("labels.interfaces", "/etc/sagflow/interfaces.csv", "two words"),
    .init("labels.asNames", "/etc/sagflow/as.csv", "two words"),
    .init("labels.asDatabase", "/var/lib/GeoIP/GeoLite2-ASN.mmdb", "two words"),
    .init("labels.countryDatabase", "/var/lib/GeoIP/GeoLite2-Country.mmdb", "two words"),
    .init("labels.interval", "60", "0"),
    .init("aggregation.enabled", "false", "maybe"),
    .init("aggregation.activeTimeout", "1800", "86401"),
    .init("aggregation.inactiveTimeout", "20", "-1"),
    .init(
      "aggregation.key", "[src_addr/24/48, dst_addr/16/32, proto]", ["src_addr/24/48", "dst_addr/16", "proto"],
      "Src-Addr"),
    .init("aggregation.maximumFlows", "5000", "1e6"),
    .init("aggregation.endOfFlow", "true", "1"),
    .init("store.path", "/srv/flows", ""),
    .init("store.rotation", "600", "420"),
    .init("store.maximumFileSize", "1G", "1K"),
    .init("store.rowGroupRows", "131072", "1000"),
    .init("store.compressionLevel", "3", "20"),
    .init("store.extra", "true", "json"),
    .init("store.retention.age", "2592000", "3599"),
    .init("store.retention.size", "500G", "1"),
    .init("journal.enabled", "false", "no thanks"),
    .init("journal.path", "/var/lib/sagflow/journal", "[a, b]"),
    .init("journal.maximumSize", "500G", "1"),
    .init("journal.bufferSize", "100M", "1"),
    .init("journal.syncInterval", "5", "3601"),
    .init(
      "relay.targets", #"["192.0.2.20:9995", "[2001:db8::20]:4739"]"#, ["192.0.2.20:9995", "[2001:db8::20]:4739"],
      "0.0.0.0:9995"),
    .init("relay.exporters", #"[192.0.2.0/24, "2001:db8::1"]"#, ["192.0.2.0/24", "2001:db8::1"], "192.0.2.0/33"),
    .init("relay.keepSource", "true", "maybe"),
    .init("relay.queue", "64Mi", "1"),
    .init(
      "outputs",
      #"[{name: a, type: clickhouse, parallel: 4, timeout: 60, urls: ["https://ch.example:8443"], table: "net"}, {name: b, type: s3, from: now, region: "eu-central-1", bucket: "flows", pathStyle: true, partSize: 16Mi}]"#,
      [], ""),
    .init("http.enabled", "false", "no thanks"),
    .init("http.listen", "\"[::1]:80\"", ["[::1]:80"], "localhost:9996"),
    .init("http.public", "true", "all"),
    .init("http.tokenFile", "/etc/sagflow/token", "a token"),
    .init("http.hosts", "[flows.example.com, collector]", ["flows.example.com", "collector"], "flows.example.com:443"),
    .init("http.resolve", "true", "dns"),
    .init("alerts.interval", "60", "0"),
    .init("alerts.builtIn.exporterSilent", "600", "29"),
    .init("alerts.builtIn.exporterLoss", "5", "101"),
    .init("alerts.builtIn.diskFree", "10", "-1"),
    .init("alerts.builtIn.storeFailure", "false", "no thanks"),
    .init("alerts.builtIn.rowsLost", "false", "no thanks"),
    .init("alerts.builtIn.kernelDrops", "false", "no thanks"),
    .init("alerts.builtIn.outputBehind", "600", "59"),
    .init(
      "alerts.actions",
      #"[{name: noc, webhook: "https://noc.example/x?y=1", headerFile: "/etc/sagflow/noc.token"}, {name: page, program: ["/usr/bin/page", "-n 3"]}]"#,
      [], ""),
    .init(
      "alerts.rules",
      #"[{name: dns, filter: "proto udp and src port 53", above: 100M, for: 60, actions: []}, {name: low, measure: flowsPerSecond, window: 60, belowUsual: 0.2, floor: 5}]"#,
      [], ""),
    .init("log.level", "debug", "verbose"),
    .init("log.format", "json", "xml"),
    .init("smartAccessGateway.region", "cn-shanghai", "cn shanghai"),
    .init("smartAccessGateway.endpoint", "smartag-vpc.cn-shanghai.aliyuncs.com", "two words"),
    .init("smartAccessGateway.collector", "192.0.2.10:2055", "a b"),
    .init("smartAccessGateway.netflowVersion", "v10", "7"),
  ]

  /// Samples of settings that variables and options can also set.
  static let plain = all.filter { !["alerts.actions", "alerts.rules", "outputs"].contains($0.key) }

  private init(_ key: String, _ value: String, _ refused: String) {
    self.init(key, value, [value], refused)
  }

  private init(_ key: String, _ yaml: String, _ elements: [String], _ refused: String) {
    self.key = key
    self.yaml = yaml
    self.elements = elements
    self.refused = refused
  }

  /// The setting in its section, with the value on the last line.
  var document: String { nested(yaml) }

  func nested(_ value: String) -> String {
    let parts = key.split(separator: ".")
    return parts.indices.map { depth in
      String(repeating: "  ", count: depth) + parts[depth] + ":" + (depth == parts.count - 1 ? " \(value)" : "")
    }.joined(separator: "\n") + "\n"
  }

  var line: Int { key.split(separator: ".").count }

  /// Start of the value; columns are counted from 1.
  var column: Int {
    let parts = key.split(separator: ".")
    return 2 * (parts.count - 1) + (parts.last?.count ?? 0) + 3
  }

  /// `SAGFLOW_AGGREGATION_ACTIVE_TIMEOUT` for `aggregation.activeTimeout`, derived independently of the product.
  var variable: String {
    var name = "SAGFLOW_"
    for character in key {
      if character == "." {
        name += "_"
      } else if character.isUppercase {
        name += "_\(character)"
      } else {
        name += character.uppercased()
      }
    }
    return name
  }
}
