import ClickHouse
import FlowLines
import FlowModel
import FlowText
import Foundation
import Kafka
import ObjectStorage
import Settings
import Shipping
import TestSupport
import Testing

@Suite("Settings of outputs")
struct OutputSettingsTests {
  @Test("outputs arrive as what they mean, in their order")
  func meanings() throws {
    let values = try load(
      """
      outputs:
        - name: analytics
          type: clickhouse
          urls: [https://ch1.example:8443, "http://[2001:db8::1]:8123/"]
          database: net
          table: flows_local
          user: collector
          passwordFile: clickhouse.password
          cluster: main
          timeout: 1m
          parallel: 4
          from: now
        - {name: lake, type: s3, region: eu-central-1, bucket: my-flows}
        - name: lake-cn
          type: OSS
          endpoint: https://oss-cn-hangzhou-internal.aliyuncs.com
          region: cn-hangzhou
          bucket: my-flows
          prefix: flows/
          storageClass: IA
          encryption: KMS
          encryptionKey: 9468da86-3509-4f8d-a61e-6eab1eac0000
          partSize: 16Mi

      """
    ).values.live.outputs
    try #require(values.map(\.name) == ["analytics", "lake", "lake-cn"])
    #expect(values.map(\.kind) == [.clickhouse, .s3, .oss])
    #expect((values[0].shipping.parallel, values[0].shipping.start) == (4, .now))
    #expect(values[1].shipping == ShipperOptions(name: "lake"))
    guard case .clickHouse(let server) = values[0].destination, case .objects(let lake) = values[1].destination,
      case .objects(let other) = values[2].destination
    else {
      Issue.record("\(values)")
      return
    }
    #expect(server.urls == ["https://ch1.example:8443", "http://[2001:db8::1]:8123/"])
    #expect(
      [server.database, server.table, server.user, server.cluster] == ["net", "flows_local", "collector", "main"])
    #expect(server.passwordFile.hasSuffix("/clickhouse.password"), "it is beside the file: \(server.passwordFile)")
    #expect(server.timeout == 60)
    var expected = ObjectStorageOptions()
    (expected.region, expected.bucket) = ("eu-central-1", "my-flows")
    #expect(lake == expected)
    expected.service = .oss
    (expected.endpoint, expected.region) = ("https://oss-cn-hangzhou-internal.aliyuncs.com", "cn-hangzhou")
    (expected.prefix, expected.storageClass, expected.encryption) = ("flows/", "IA", "KMS")
    (expected.encryptionKey, expected.partLength) = ("9468da86-3509-4f8d-a61e-6eab1eac0000", 16 << 20)
    #expect(other == expected)
  }

  @Test(
    "what is wrong with an output is found at its line, with its number and key",
    arguments: [
      ("[{type: s3, region: r, bucket: abc}]\n", "1:11: outputs[0].name: is missing"),
      (
        "[{name: a, region: r, bucket: abc}]\n",
        "1:11: outputs[0].type: is missing; expected clickhouse, s3, oss, kafka, jsonl or csv"
      ),
      (
        "[{name: a, type: syslog}]\n",
        "1:27: outputs[0].type: expected clickhouse, s3, oss, kafka, jsonl or csv, found 'syslog'"
      ),
      (
        "\n  - {name: a, type: s3, region: r, bucket: abc}\n  - {name: a, type: s3, region: r, bucket: abd}\n",
        "3:12: outputs[1].name: 'a' is a duplicate name"
      ),
      ("[{name: a/b, type: s3, region: r, bucket: abc}]\n", "outputs[0].name: expected a name of letters"),
      ("[{name: a, type: clickhouse}]\n", "outputs[0].urls: expected at least one: a URL, https://"),
      ("[{name: a, type: clickhouse, urls: []}]\n", "outputs[0].urls: expected at least one: a URL, https://"),
      ("[{name: a, type: clickhouse, urls: ['http://u:p@h/']}]\n", "outputs[0].urls: expected a URL, https://"),
      (
        "[{name: a, type: clickhouse, urls: ['http://h'], bucket: abc}]\n",
        "outputs[0].bucket: does not apply to type clickhouse"
      ),
      ("[{name: a, type: clickhouse, urls: ['http://h'], table: 'a`b'}]\n", "outputs[0].table: expected a word"),
      ("[{name: a, type: s3, region: r}]\n", "outputs[0].bucket: is missing; expected a bucket name"),
      ("[{name: a, type: s3, bucket: abc}]\n", "outputs[0].region: is missing; set it, or an endpoint"),
      (
        "[{name: a, type: s3, endpoint: 'https://h/path', bucket: abc}]\n", "outputs[0].endpoint: expected HOST"
      ),
      ("[{name: a, type: oss, region: cn_hangzhou, bucket: abc}]\n", "outputs[0].region: expected a region such as"),
      ("[{name: a, type: s3, region: r, bucket: -abc}]\n", "outputs[0].bucket: expected a bucket name"),
      ("[{name: a, type: s3, region: r, bucket: ab}]\n", "outputs[0].bucket: expected a bucket name"),
      (
        "[{name: a, type: s3, region: r, bucket: abc, urls: ['http://h']}]\n",
        "outputs[0].urls: does not apply to type s3"
      ),
      ("[{name: a, type: s3, region: r, bucket: abc, prefix: /x}]\n", "outputs[0].prefix: expected a prefix of names"),
      (
        "[{name: a, type: s3, region: r, bucket: abc, partSize: 1M}]\n", "outputs[0].partSize: expected bytes from 5Mi"
      ),
      ("[{name: a, type: s3, region: r, bucket: abc, parallel: 0}]\n", "outputs[0].parallel: expected a whole number"),
      ("[{name: a, type: s3, region: r, bucket: abc, timeout: 2d}]\n", "outputs[0].timeout: expected a duration"),
      ("[{name: a, type: s3, region: r, bucket: abc, from: then}]\n", "outputs[0].from: expected oldest or now"),
      (
        "[{name: a, type: oss, region: r, bucket: abc, pathStyle: true}]\n",
        "outputs[0].pathStyle: does not apply to type oss"
      ),
      (
        "[{name: a, type: s3, region: r, bucket: abc, encryptionKey: k}]\n",
        "outputs[0].encryptionKey: requires encryption"
      ),
      ("[{name: a, type: s3, region: r, buckt: abc}]\n", "outputs[0].buckt: unknown key; did you mean bucket?"),
      ("[{name: a, type: kafka}]\n", "outputs[0].brokers: expected at least one: HOST:PORT, such as"),
      ("[{name: a, type: kafka, brokers: [b]}]\n", "outputs[0].brokers: expected HOST:PORT, such as"),
      ("[{name: a, type: kafka, brokers: ['b:1,c:2']}]\n", "outputs[0].brokers: expected HOST:PORT, such as"),
      ("[{name: a, type: kafka, brokers: ['b:1'], topic: a/b}]\n", "outputs[0].topic: expected a topic name"),
      ("[{name: a, type: kafka, brokers: ['b:1'], format: avro}]\n", "outputs[0].format: expected protobuf or json"),
      ("[{name: a, type: kafka, brokers: ['b:1'], names: ecs}]\n", "outputs[0].names: applies only to format: json"),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], acks: 1, idempotent: true}]\n",
        "outputs[0].idempotent: requires acks: all"
      ),
      ("[{name: a, type: kafka, brokers: ['b:1'], acks: 0}]\n", "outputs[0].acks: expected all or 1"),
      ("[{name: a, type: kafka, brokers: ['b:1'], keyFile: k}]\n", "outputs[0].keyFile: requires tls: true"),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], tls: true, keyFile: k}]\n",
        "outputs[0].keyFile: is without certificateFile"
      ),
      ("[{name: a, type: kafka, brokers: ['b:1'], user: u}]\n", "outputs[0].user: requires a mechanism: PLAIN, SCRAM"),
      ("[{name: a, type: kafka, brokers: ['b:1'], mechanism: PLAIN}]\n", "outputs[0].mechanism: requires a user"),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], mechanism: GSSAPI}]\n",
        "outputs[0].mechanism: expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"
      ),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], properties: [linger.ms]}]\n",
        "outputs[0].properties: expected NAME=VALUE"
      ),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], properties: [a=1, a=2]}]\n",
        "outputs[0].properties: expected no duplicates, found 'a' twice"
      ),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], properties: [ssl.key.password=x]}]\n",
        "outputs[0].properties: 'ssl.key.password' is a secret"
      ),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], parallel: 2}]\n", "outputs[0].parallel: does not apply to type kafka"
      ),
      (
        "[{name: a, type: kafka, brokers: ['b:1'], urls: ['http://h']}]\n",
        "outputs[0].urls: does not apply to type kafka"
      ),
      ("[{name: a, type: s3, region: r, bucket: abc, live: true}]\n", "outputs[0].live: does not apply to type s3"),
      ("[{name: a, type: s3, region: r, bucket: abc, user: u}]\n", "outputs[0].user: does not apply to type s3"),
      (
        "[{name: a, type: jsonl}]\n",
        "outputs[0].path: is missing; expected the path of a file, or - for standard output"
      ),
      ("[{name: a, type: csv, path: x, names: cef}]\n", "outputs[0].names: expected sagflow, goflow2, ecs"),
      ("[{name: a, type: csv, path: x, from: now}]\n", "outputs[0].from: does not apply to type csv; remove it"),
      (
        "[{name: a, type: jsonl, path: x, parallel: 2}]\n",
        "outputs[0].parallel: does not apply to type jsonl; remove it"
      ),
      (
        "[{name: a, type: jsonl, path: x, timeout: 1m}]\n",
        "outputs[0].timeout: does not apply to type jsonl; remove it"
      ),
      (
        "[{name: a, type: jsonl, path: x, format: json}]\n",
        "outputs[0].format: does not apply to type jsonl; remove it"
      ),
      (
        "[{name: a, type: s3, region: r, bucket: abc, path: x}]\n",
        "outputs[0].path: does not apply to type s3; remove it"
      ),
      (
        "\n  - {name: a, type: jsonl, path: /var/x}\n  - {name: b, type: csv, path: //var/./x}\n",
        "3:32: outputs[1].path: '//var/./x' is the path of another output"
      ),
      (
        "[{name: a, type: jsonl, path: '-'}, {name: b, type: jsonl, path: '-'}]\n",
        "outputs[1].path: '-' is the path of another output"
      ),
      (
        "[{name: a, type: jsonl, path: x}, {name: a, type: s3, region: r, bucket: abc}]\n",
        "outputs[1].name: 'a' is a duplicate name"
      ),
      ("{name: a}\n", "1:10: outputs: expected a list of maps of name, type"),
    ])
  func problems(text: String, start: String) throws {
    let found = try complaints("outputs: \(text)")
    #expect(found.contains { $0.contains(start) }, "\(found)")
    #expect(found.allSatisfy { $0.hasPrefix("c.yaml:") }, "\(found)")
  }

  @Test("an output to Kafka arrives as what it means, and is written as it was read")
  func kafka() throws {
    let written = """
      [{name: topic, type: kafka, from: now, timeout: 30, user: "collector", passwordFile: "/etc/sagflow/kafka", \
      brokers: ["k1.example:9093", "[2001:db8::1]:9093"], topic: "net.flows", format: json, live: false, \
      partitioner: consistent, acks: 1, compression: zstd, linger: 5, queue: 1Gi, clientName: "a", tls: true, \
      authorityFile: "/etc/ca.pem", certificateFile: "/etc/c.pem", keyFile: "/etc/k.pem", mechanism: SCRAM-SHA-256, \
      properties: ["linger.ms=7", "message.max.bytes=2000000"], names: ecs}]
      """
    let values = try load("outputs: \(written)\n").values
    let output = try #require(values.live.outputs.first)
    var expected = KafkaOptions()
    (expected.brokers, expected.topic) = (["k1.example:9093", "[2001:db8::1]:9093"], "net.flows")
    (expected.format, expected.names, expected.partitioner) = (.json, .ecs, .consistent)
    expected.isLive = false
    (expected.acknowledgements, expected.compression, expected.linger) = (.leader, .zstd, 5)
    (expected.maximumQueue, expected.timeout, expected.clientName) = (1 << 30, 30, "a")
    (expected.isEncrypted, expected.authorityFile) = (true, "/etc/ca.pem")
    (expected.certificateFile, expected.keyFile) = ("/etc/c.pem", "/etc/k.pem")
    (expected.mechanism, expected.user, expected.passwordFile) = ("SCRAM-SHA-256", "collector", "/etc/sagflow/kafka")
    expected.properties = ["linger.ms": "7", "message.max.bytes": "2000000"]
    #expect(output.destination == .kafka(expected))
    #expect((output.shipping.parallel, output.shipping.start) == (1, .now))
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == "outputs" })
    #expect(setting.text(in: values) == written)

    let plain = try load(
      "outputs: [{name: a, type: kafka, brokers: ['b:9092'], tls: yes, keyFile: k, certificateFile: c}]\n")
    guard case .kafka(let options) = plain.values.live.outputs.first?.destination else {
      Issue.record("\(plain.values.live.outputs)")
      return
    }
    #expect(options.isLive && options.isIdempotent && options.topic == "flows" && options.timeout == 60)
    #expect(options.keyFile.hasPrefix("/") && options.keyFile.hasSuffix("/k"), "it is beside the file")
  }

  @Test("outputs of lines are beside those that ship files, and come behind them when they are written")
  func lines() throws {
    let values = try load(
      """
      outputs:
        - {name: rows, type: jsonl, path: "-"}
        - {name: lake, type: s3, region: r, bucket: flows}
        - {name: table, type: CSV, path: rows/flows.csv, names: nfdump}

      """
    ).values
    #expect(values.live.outputs.map(\.name) == ["lake"])
    var (rows, table) = (LineOptions(), LineOptions())
    (table.path, table.format, table.names) = ("rows/flows.csv", .csv, .nfdump)
    rows.path = "-"
    #expect(values.lines == [LineSetting(name: "rows", rows), LineSetting(name: "table", table)])
    #expect(values.lines.map(\.kind) == [.jsonl, .csv])
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == "outputs" })
    let written =
      #"[{name: lake, type: s3, region: "r", bucket: "flows"}, {name: rows, type: jsonl, path: "-"}, "#
      + #"{name: table, type: csv, path: "rows/flows.csv", names: nfdump}]"#
    #expect(setting.text(in: values) == written)
    #expect(try load("outputs: \(written)\n").values == values)
  }

  @Test("on reload outputs that ship files change, and those of lines wait for the next start")
  func reload() throws {
    let running = try load("outputs: [{name: a, type: jsonl, path: x}]\n").values
    let loaded = try load(
      "outputs: [{name: b, type: s3, region: r, bucket: abc}, {name: a, type: csv, path: x}]\n"
    ).values
    let reload = ConfigurationReload(from: running, to: loaded)
    #expect(reload.values.live.outputs.map(\.name) == ["b"])
    #expect(reload.values.lines.map(\.kind) == [.jsonl])
    let (lake, old, new) = (
      #"{name: b, type: s3, region: "r", bucket: "abc"}"#, #"{name: a, type: jsonl, path: "x"}"#,
      #"{name: a, type: csv, path: "x"}"#
    )
    #expect(
      reload.changes.map(\.description) == [
        "outputs is now [\(lake), \(old)], was [\(old)]",
        "outputs stays [\(lake), \(old)]; restart to apply [\(lake), \(new)]",
      ])
    #expect(reload.changes.map(\.needsRestart) == [false, true])
    // The next reload reports only changes that still require a restart.
    let again = ConfigurationReload(from: reload.values, to: loaded)
    #expect(again.changes == [reload.changes[1]])
  }

  @Test("a program without Kafka refuses outputs of this type, at their lines, and says what to do")
  func withoutKafka() throws {
    let found = try complaints(
      "outputs:\n  - {name: a, type: s3, region: r, bucket: abc}\n  - {name: b, type: kafka, brokers: ['b:9092']}\n",
      hasKafka: false)
    #expect(found == ["c.yaml:3:21: outputs[1].type: \(KafkaDestination.unavailable)"])
    #expect(KafkaDestination.unavailable.contains("--traits Kafka"))
  }

  @Test("outputs are in the file alone, and servers' passwords are in the environment without being settings")
  func elsewhere() throws {
    #expect(
      try complaints("", environment: ["SAGFLOW_OUTPUTS": "x"]) == [
        "SAGFLOW_OUTPUTS: outputs is in the configuration file only; unset it"
      ])
    for name in ["SAGFLOW_CLICKHOUSE_PASSWORD", "SAGFLOW_KAFKA_PASSWORD"] {
      #expect(try complaints("", environment: [name: "secret"]).isEmpty)
    }
  }

  private static func document(_ name: String) throws -> String {
    let path = #filePath.replacing("Tests/SettingsTests/OutputSettingsTests.swift", with: name)
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("the manual has every key of outputs, and its examples are right")
  func manual() throws {
    let text = try Self.document("docs/outputs.md")
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == "outputs" })
    for field in ConfigurationSchema.fields(of: setting) {
      #expect(text.contains("| `\(field.name)` | \(field.expected)"), "\(field.name)")
    }
    for file in ["docs/outputs.md", "docs/kafka.md", "docs/lines.md"] {
      let blocks = try Self.document(file).components(separatedBy: "```yaml\n").dropFirst()
        .compactMap { $0.components(separatedBy: "```").first }.filter { $0.hasPrefix("outputs:") }
      #expect(!blocks.isEmpty, "\(file)")
      for block in blocks {
        let values = try load(block).values
        #expect(!values.live.outputs.isEmpty || !values.lines.isEmpty, "\(file)")
      }
    }
  }
}
