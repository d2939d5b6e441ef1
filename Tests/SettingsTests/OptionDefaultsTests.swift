import Collector
import FlowAggregation
import FlowFilter
import FlowPipeline
import FlowStore
import NetFlow
import Settings
import Testing

@Suite("Defaults are those of the option types")
struct OptionDefaultsTests {
  private let defaults = CollectorConfiguration()

  @Test("the default configuration asks for the pipeline's default options")
  func pipeline() {
    let options = defaults.pipelineOptions()
    var expected = PipelineOptions()
    expected.filter.collector = CollectorConfiguration.hostName
    #expect(options.aging == expected.aging)
    #expect(options.key == expected.key)
    #expect(options.window == expected.window)
    #expect(options.filter.condition == .any)
    #expect("\(options.decoder)" == "\(expected.decoder)")
    #expect("\(options)" == "\(expected)")
  }

  @Test("the default configuration asks for the store's default options")
  func store() {
    let options = defaults.storeOptions(createdBy: "sagflow")
    var expected = FlowStoreOptions(path: defaults.store.path, host: CollectorConfiguration.hostName)
    expected.metadata = options.metadata
    #expect("\(options)" == "\(expected)")
    #expect(defaults.live.retention == Retention())
  }

  @Test("what all workers may hold is shared out among them")
  func shares() {
    let options = defaults.pipelineOptions(workers: 4)
    #expect(options.aging.maximumFlows == AgingConfiguration().maximumFlows / 4)
    #expect(options.decoder.rules.limits.earlyOctets == SessionLimits().earlyOctets / 4)
    #expect(defaults.pipelineOptions(workers: .max).aging.maximumFlows == 1)
  }

  @Test("0 means without bound, and trust means that no clock is off")
  func absent() throws {
    let values = try load("exporters: {templateLifetime: 0, clock: trust}").values
    let options = values.decoderOptions(workers: 1)
    #expect(options.rules.limits.templateLifetime == nil)
    #expect(options.maximumClockSkew == nil)
  }

  @Test("seconds of settings are milliseconds of options")
  func units() throws {
    let values = try load(
      "exporters: {templateLifetime: 60, maximumClockSkew: 7, earlyData: {timeout: 5}}\n"
    ).values
    let options = values.decoderOptions(workers: 1)
    #expect(options.rules.limits.templateLifetime == 60_000)
    #expect(options.rules.limits.earlyTimeout == 5000)
    #expect(options.maximumClockSkew == 7000)
  }
}
