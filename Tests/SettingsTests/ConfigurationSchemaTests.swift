import FlowStore
import Logging
import NetworkBytes
import Settings
import Testing

@Suite("The schema of the configuration")
struct ConfigurationSchemaTests {
  @Test("there is a sample for every setting and no other")
  func samplesAreComplete() {
    #expect(SettingSample.all.map(\.key) == ConfigurationSchema.settings.map(\.key))
  }

  @Test(
    "an empty file, a file of comments and empty sections mean the defaults",
    arguments: [
      "", "\n\n", "# nothing\n", "---\n", "store:\nlog:\n", "store:\n  retention:\n  # age: 3\n", "{}",
    ])
  func emptyFiles(yaml: String) throws {
    let loaded = try load(yaml)
    #expect(loaded.values == CollectorConfiguration())
    #expect(ConfigurationSchema.settings.allSatisfy { loaded.origin(of: $0.key) == .standard })
  }

  @Test("no file means the defaults")
  func noFile() throws {
    #expect(try CollectorConfiguration.load(file: nil, environment: [:]).values == CollectorConfiguration())
  }

  @Test("a key in the file changes its own setting and no other, and tells its line", arguments: SettingSample.all)
  func fromFile(sample: SettingSample) throws {
    let loaded = try load(sample.document)
    try expectOnly(sample, in: loaded)
    guard case .file(let path, let line, let column) = loaded.origin(of: sample.key) else {
      Issue.record("origin is \(loaded.origin(of: sample.key))")
      return
    }
    #expect(path.hasSuffix("c.yaml"))
    #expect(line == sample.line)
    #expect(column == sample.column)
  }

  @Test("an environment variable changes its own setting and no other", arguments: SettingSample.plain)
  func fromEnvironment(sample: SettingSample) throws {
    let environment = [sample.variable: sample.elements.joined(separator: ",")]
    let loaded = try load("", environment: environment)
    try expectOnly(sample, in: loaded)
    #expect(loaded.origin(of: sample.key) == .environment(sample.variable))
  }

  @Test("an option changes its own setting and no other", arguments: SettingSample.plain)
  func fromOption(sample: SettingSample) throws {
    let override = ConfigurationOverride(option: "--some", key: sample.key, elements: sample.elements)
    let loaded = try load("", overrides: [override])
    try expectOnly(sample, in: loaded)
    #expect(loaded.origin(of: sample.key) == .option("--some"))
  }

  @Test(
    "an option stands before the environment, that before the file, that before the default",
    arguments: [
      "aggregation.activeTimeout", "aggregation.maximumFlows", "exporters.samplingRate", "exporters.maximumSessions",
    ])
  func precedence(key: String) throws {
    let sample = try #require(SettingSample.all.first { $0.key == key })
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == key })
    let option = [ConfigurationOverride(option: "--x", key: key, elements: ["4000"])]
    let environment = [sample.variable: "3000"]
    func value(_ loaded: EffectiveConfiguration) -> String { setting.text(in: loaded.values) }
    #expect(try value(load(sample.nested("2000"), environment: environment, overrides: option)) == "4000")
    #expect(try value(load(sample.nested("2000"), environment: environment)) == "3000")
    #expect(try value(load(sample.nested("2000"))) == "2000")
    #expect(try value(load("")) == setting.text(in: CollectorConfiguration()))
  }

  @Test("what is printed for a value is read back as the same value", arguments: SettingSample.all)
  func roundTrip(sample: SettingSample) throws {
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == sample.key })
    let values = try load(sample.document).values
    #expect(setting.text(in: values) == sample.yaml)
    #expect(try load(sample.nested(setting.text(in: values))).values == values)
  }

  @Test("values arrive as what they mean")
  func meanings() throws {
    let values = try load(
      """
      listen:
        - 10.0.0.1:9995
        - "[::]:2055"
      receive: {bufferSize: 16mib}
      exporters:
        clock: Trust
        samplingRates:
          192.0.2.1: 100
          2001:db8::1: 1000
      aggregation.activeTimeout: 5m
      store: {rotation: 1h, maximumFileSize: 64MB, retention: {age: 30d, size: 2T}}
      log: {level: Warning}
      """
    ).values
    let v4 = try #require(IPAddress("10.0.0.1"))
    let endpoints = [Endpoint(address: v4, port: 9995), Endpoint(address: .unspecified, port: 2055)]
    #expect(values.listen == endpoints.map { ListenSetting(.udp, ScopedEndpoint($0)) })
    #expect(values.receive.bufferSize == 16 << 20)
    #expect(values.live.exporters.clock == .trust)
    let rates = Dictionary(uniqueKeysWithValues: values.live.exporters.samplingRates.map { ("\($0.key)", $0.value) })
    #expect(rates == ["192.0.2.1": 100, "2001:db8::1": 1000])
    #expect(values.live.aggregation.activeTimeout == 300)
    #expect(values.store.rotation == 3600)
    #expect(values.store.maximumFileSize == 64_000_000)
    #expect(values.live.retention.age == 30 * 86_400)
    #expect(values.live.retention.size == 2_000_000_000_000)
    #expect(values.live.logLevel == .warning)
  }

  @Test("workers 0 means one for every two processors, at least one", arguments: [(1, 1), (2, 1), (3, 1), (16, 8)])
  func workers(processors: Int, count: Int) {
    var receive = CollectorConfiguration.Receive()
    #expect(receive.workerCount(processors: processors) == count)
    receive.workers = 5
    #expect(receive.workerCount(processors: processors) == 5)
  }

  private func expectOnly(_ sample: SettingSample, in loaded: EffectiveConfiguration) throws {
    let defaults = CollectorConfiguration()
    for setting in ConfigurationSchema.settings {
      if setting.key == sample.key {
        #expect(setting.text(in: loaded.values) == sample.yaml)
        #expect(setting.text(in: loaded.values) != setting.text(in: defaults), "the sample is the default")
      } else {
        #expect(setting.text(in: loaded.values) == setting.text(in: defaults))
        #expect(loaded.origin(of: setting.key) == .standard)
      }
    }
    #expect(loaded.values != defaults)
  }
}
