package import Alerts
package import Enrichment
package import FlowAggregation
import FlowFilter
public import FlowPipeline
package import FlowStore
import Foundation
import Journal
package import Logging
package import NetFlow
package import Relay
public import Settings
package import StreamReception

extension CollectorConfiguration {
  /// Returns the options of a worker's pipeline; limits of flows and early data are divided among `workers`.
  public func pipelineOptions(workers: Int = 1) -> PipelineOptions {
    var options = PipelineOptions()
    options.key = aggregation.key
    options.aging = agingConfiguration(workers: workers)
    options.decoder = decoderOptions(workers: workers)
    options.admission = admissionOptions
    options.filter = recordFilter
    options.window = store.rotation
    return options
  }

  /// Returns the relay options; its memory is divided among `workers`.
  package func relayOptions(workers: Int) -> RelayOptions {
    var options = RelayOptions()
    options.targets = relay.targets
    options.exporters = NetworkSet(relay.exporters)
    options.keepsSource = relay.keepSource
    options.queue = relay.queue / max(1, workers)
    return options
  }

  /// Rules for accepted datagrams.
  public var admissionOptions: AdmissionOptions {
    var options = AdmissionOptions()
    options.addresses = live.exporters.addresses
    options.maximumRate = live.exporters.maximumRate
    return options
  }

  var recordFilter: RecordFilter { RecordFilter(live.filter.filter, collector: Self.hostName) }

  /// Returns the root of journal and checkpoints.
  func stateRoot(_ logger: Logger) -> StateRoot {
    StateRoot(statePath, host: Self.hostName, logger: logger)
  }
}

/// Everything that a reload changes in a running collector: the options derived from `LiveSettings`.
package struct LiveOptions: Sendable {
  package let admission: AdmissionOptions
  package let aging: AgingConfiguration
  package let decoder: FlowDecoderOptions
  package let filter: RecordFilter
  package let storeMetadata: [(key: String, value: String)]
  package let enrichment: EnrichmentOptions
  /// Interval between checks of label files, seconds.
  package let enrichmentInterval: Int
  /// Files for TLS connections.
  package let tls: TLSFiles
  package let retention: Retention
  package let outputs: [OutputSetting]
  /// Whether flows are needed as soon as they leave the cache.
  package let isPrompt: Bool
  package let resolvesNames: Bool
  package let alerts: AlertOptions
  package let logLevel: Logger.Level

  /// - Parameters:
  ///   - configuration: the running one with the live settings of the loaded one.
  ///   - workers: number of workers that share the limits.
  package init(_ configuration: CollectorConfiguration, workers: Int) {
    admission = configuration.admissionOptions
    aging = configuration.agingConfiguration(workers: workers)
    decoder = configuration.decoderOptions(workers: workers)
    filter = configuration.recordFilter
    storeMetadata = configuration.storeMetadata
    enrichment = configuration.enrichmentOptions
    enrichmentInterval = configuration.live.labels.interval
    tls = configuration.tlsFiles
    retention = configuration.live.retention
    outputs = configuration.live.outputs
    isPrompt = !configuration.lines.isEmpty || outputs.contains(where: \.isLive)
    resolvesNames = configuration.live.http.resolve
    alerts = configuration.live.alerts
    logLevel = configuration.live.logLevel
  }
}
