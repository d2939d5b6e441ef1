import Collector
import FlowStore
import Settings
import Testing

@Suite("Live settings are those that a reload applies")
struct LiveSettingsTests {
  /// Settings that commands read on each run; the running collector does not use them.
  private static func isOfCommands(_ key: String) -> Bool { key.hasPrefix("smartAccessGateway.") }

  @Test("a setting is marked live if it is in LiveSettings, and only then", arguments: SettingSample.all)
  func marked(sample: SettingSample) throws {
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == sample.key })
    let loaded = try load(sample.document).values
    #expect((loaded.live != LiveSettings()) == (setting.change == .live))
    var restored = loaded
    restored.live = LiveSettings()
    #expect((restored != CollectorConfiguration()) == (setting.change == .restart))
  }

  @Test("a reload changes what runs for each live setting, and for no other", arguments: SettingSample.all)
  func applied(sample: SettingSample) throws {
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == sample.key })
    let running = CollectorConfiguration()
    let reload = ConfigurationReload(from: running, to: try load(sample.document).values)
    let before = "\(LiveOptions(running, workers: 2))"
    let after = "\(LiveOptions(reload.values, workers: 2))"
    #expect((before != after) == (setting.change == .live && !Self.isOfCommands(sample.key)))
  }

  @Test("a reload takes all live settings at once and nothing else")
  func whole() throws {
    let text =
      "filter: port 53\nstore: {path: /srv, retention: {age: 30d}}\naggregation: {key: [proto], endOfFlow: true}\n"
    let loaded = try load(text).values
    let values = ConfigurationReload(from: CollectorConfiguration(), to: loaded).values
    var expected = CollectorConfiguration()
    expected.live = loaded.live
    #expect(values == expected)
    #expect(values.live.retention.age == 30 * 86_400)
  }
}
