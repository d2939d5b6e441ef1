import Logging
import Settings
import Testing

@Suite("Changes by a reload of the configuration")
struct ConfigurationReloadTests {
  @Test("nothing changes when nothing differs")
  func same() {
    let reload = ConfigurationReload(from: CollectorConfiguration(), to: CollectorConfiguration())
    #expect(reload.changes.isEmpty)
    #expect(reload.values == CollectorConfiguration())
  }

  @Test("a changed setting is applied if it can change while running, else waits", arguments: SettingSample.all)
  func everySetting(sample: SettingSample) throws {
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == sample.key })
    let running = CollectorConfiguration()
    let loaded = try load(sample.document).values
    let reload = ConfigurationReload(from: running, to: loaded)
    try #require(reload.changes.map(\.key) == [sample.key])
    let old = setting.text(in: running)
    if setting.change == .live {
      #expect(reload.values == loaded)
      #expect(reload.changes[0].description == "\(sample.key) is now \(sample.yaml), was \(old)")
    } else {
      #expect(reload.values == running)
      #expect(reload.changes[0].description == "\(sample.key) stays \(old); restart to apply \(sample.yaml)")
    }
    // A second reload of the same file then reports only changes that still require a restart.
    let again = ConfigurationReload(from: reload.values, to: loaded)
    #expect(again.changes == reload.changes.filter(\.needsRestart))
  }

  @Test("these settings change while running")
  func liveSettings() {
    let live = ConfigurationSchema.settings.filter { $0.change == .live }.map(\.key)
    #expect(
      live == [
        "filter", "tls.certificate", "tls.key", "tls.clientCa", "tls.clientNames", "exporters.allow", "exporters.deny",
        "exporters.maximumRate", "exporters.clock",
        "exporters.maximumClockSkew", "exporters.samplingRate", "exporters.samplingRates",
        "exporters.forcedSamplingRates", "exporters.detectRestarts", "exporters.shareTemplates",
        "exporters.outCountersAreReverse", "exporters.biflows", "exporters.elementsFile", "labels.prefixes",
        "labels.exporters", "labels.interfaces", "labels.asNames", "labels.asDatabase", "labels.countryDatabase",
        "labels.interval",
        "aggregation.activeTimeout", "aggregation.inactiveTimeout", "aggregation.maximumFlows", "aggregation.endOfFlow",
        "store.retention.age", "store.retention.size", "outputs", "http.resolve", "alerts.interval",
        "alerts.builtIn.exporterSilent", "alerts.builtIn.exporterLoss", "alerts.builtIn.diskFree",
        "alerts.builtIn.storeFailure", "alerts.builtIn.rowsLost", "alerts.builtIn.kernelDrops",
        "alerts.builtIn.outputBehind", "alerts.actions", "alerts.rules", "log.level", "smartAccessGateway.region",
        "smartAccessGateway.endpoint",
        "smartAccessGateway.collector", "smartAccessGateway.netflowVersion",
      ])
  }

  @Test("live and waiting changes of one reload are told apart")
  func mixed() throws {
    let loaded = try load("aggregation: {activeTimeout: 60}\nstore: {path: /srv}\nlog: {level: error}\n").values
    let reload = ConfigurationReload(from: CollectorConfiguration(), to: loaded)
    #expect(
      reload.changes.map(\.description) == [
        "aggregation.activeTimeout is now 60, was 300", "store.path stays flows; restart to apply /srv",
        "log.level is now error, was info",
      ])
    #expect(reload.values.live.aggregation.activeTimeout == 60)
    #expect(reload.values.store.path == "flows")
    #expect(reload.values.live.logLevel == .error)
  }
}
