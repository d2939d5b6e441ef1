import ClickHouse
import Foundation
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
      ("[{name: a, region: r, bucket: abc}]\n", "1:11: outputs[0].type: is missing; expected clickhouse, s3 or oss"),
      ("[{name: a, type: kafka}]\n", "1:27: outputs[0].type: expected clickhouse, s3 or oss, found 'kafka'"),
      (
        "\n  - {name: a, type: s3, region: r, bucket: abc}\n  - {name: a, type: s3, region: r, bucket: abd}\n",
        "3:12: outputs[1].name: 'a' is the name of another one"
      ),
      ("[{name: a/b, type: s3, region: r, bucket: abc}]\n", "outputs[0].name: expected a name of letters"),
      ("[{name: a, type: clickhouse}]\n", "outputs[0].urls: expected at least one: a URL, https://"),
      ("[{name: a, type: clickhouse, urls: []}]\n", "outputs[0].urls: expected at least one: a URL, https://"),
      ("[{name: a, type: clickhouse, urls: ['http://u:p@h/']}]\n", "outputs[0].urls: expected a URL, https://"),
      (
        "[{name: a, type: clickhouse, urls: ['http://h'], bucket: abc}]\n",
        "outputs[0].bucket: is not of type clickhouse"
      ),
      ("[{name: a, type: clickhouse, urls: ['http://h'], table: 'a`b'}]\n", "outputs[0].table: expected a word"),
      ("[{name: a, type: s3, region: r}]\n", "outputs[0].bucket: is missing; expected a bucket's name"),
      ("[{name: a, type: s3, bucket: abc}]\n", "outputs[0].region: is missing; give it, or an endpoint"),
      (
        "[{name: a, type: s3, endpoint: 'https://h/path', bucket: abc}]\n", "outputs[0].endpoint: expected HOST"
      ),
      ("[{name: a, type: oss, region: cn_hangzhou, bucket: abc}]\n", "outputs[0].region: expected a region such as"),
      ("[{name: a, type: s3, region: r, bucket: -abc}]\n", "outputs[0].bucket: expected a bucket's name"),
      ("[{name: a, type: s3, region: r, bucket: ab}]\n", "outputs[0].bucket: expected a bucket's name"),
      ("[{name: a, type: s3, region: r, bucket: abc, urls: ['http://h']}]\n", "outputs[0].urls: is not of type s3"),
      ("[{name: a, type: s3, region: r, bucket: abc, prefix: /x}]\n", "outputs[0].prefix: expected the beginning"),
      (
        "[{name: a, type: s3, region: r, bucket: abc, partSize: 1M}]\n", "outputs[0].partSize: expected octets from 5Mi"
      ),
      ("[{name: a, type: s3, region: r, bucket: abc, parallel: 0}]\n", "outputs[0].parallel: expected a whole number"),
      ("[{name: a, type: s3, region: r, bucket: abc, timeout: 2d}]\n", "outputs[0].timeout: expected a duration"),
      ("[{name: a, type: s3, region: r, bucket: abc, from: then}]\n", "outputs[0].from: expected oldest or now"),
      ("[{name: a, type: oss, region: r, bucket: abc, pathStyle: true}]\n", "outputs[0].pathStyle: is not of type oss"),
      ("[{name: a, type: s3, region: r, bucket: abc, encryptionKey: k}]\n", "outputs[0].encryptionKey: has no"),
      ("[{name: a, type: s3, region: r, buckt: abc}]\n", "outputs[0].buckt: unknown key; did you mean bucket?"),
      ("{name: a}\n", "1:10: outputs: expected a list of maps of name, type"),
    ])
  func problems(text: String, start: String) throws {
    let found = try complaints("outputs: \(text)")
    #expect(found.contains { $0.contains(start) }, "\(found)")
    #expect(found.allSatisfy { $0.hasPrefix("c.yaml:") }, "\(found)")
  }

  @Test("outputs are in the file alone, and a server's password is in the environment without being a setting")
  func elsewhere() throws {
    #expect(
      try complaints("", environment: ["SAGFLOW_OUTPUTS": "x"]) == [
        "SAGFLOW_OUTPUTS: outputs is in the configuration file only; unset it"
      ])
    #expect(try complaints("", environment: ["SAGFLOW_CLICKHOUSE_PASSWORD": "secret"]).isEmpty)
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
    let blocks = text.components(separatedBy: "```yaml\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }.filter { $0.hasPrefix("outputs:") }
    #expect(!blocks.isEmpty)
    for block in blocks { #expect(try !load(block).values.live.outputs.isEmpty) }
  }
}
