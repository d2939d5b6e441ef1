public import Enrichment
package import FlowAggregation
import FlowFilter
public import FlowStore
import Foundation
package import NetFlow

extension CollectorConfiguration {
  /// Returns the aging options of one of `workers`, each with its share of the flow limit.
  package func agingConfiguration(workers: Int) -> AgingConfiguration {
    AgingConfiguration(
      enabled: aggregation.enabled, activeTimeout: live.aggregation.activeTimeout,
      inactiveTimeout: live.aggregation.inactiveTimeout,
      maximumFlows: max(1, live.aggregation.maximumFlows / max(1, workers)), endOfFlow: live.aggregation.endOfFlow)
  }

  /// Returns the decoder options of one of `workers`, each with its share of early data.
  package func decoderOptions(workers: Int) -> FlowDecoderOptions {
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = exporters.maximumSessions
    options.rules.limits.templatesPerSession = exporters.maximumTemplates
    options.rules.limits.templateLifetime =
      exporters.templateLifetime > 0 ? exporters.templateLifetime * 1000 : nil
    options.rules.limits.earlyOctets = exporters.earlyData.maximumSize / max(1, workers)
    options.rules.limits.earlyOctetsPerSession = exporters.earlyData.maximumSizePerSession
    options.rules.limits.earlyTimeout = exporters.earlyData.timeout * 1000
    options.keepsExtra = store.extra
    let live = live.exporters
    options.maximumClockSkew = live.clock == .trust ? nil : live.maximumClockSkew * 1000
    options.samplingRate = live.samplingRate
    options.samplingRates = live.samplingRates
    options.forcedSamplingRates = live.forcedSamplingRates
    options.outCountersAreReverse = Set(live.outCountersAreReverse)
    options.biflows = live.biflows
    options.elements = live.elementsFile.names
    options.rules.detectsRestarts = live.detectRestarts
    options.rules.sharesTemplates = live.shareTemplates
    let addresses = live.addresses
    options.rules.isTrusted = { addresses.names($0) }
    return options
  }

  /// Returns the options of a worker's store.
  ///
  /// - Parameter createdBy: program and version, for the files' metadata.
  public func storeOptions(worker: Int = 0, createdBy: String) -> FlowStoreOptions {
    var options = FlowStoreOptions(path: store.path, host: Self.hostName)
    options.worker = worker
    options.rotation = store.rotation
    options.maximumFileSize = store.maximumFileSize
    options.rowGroupRows = store.rowGroupRows
    options.compressionLevel = store.compressionLevel
    options.createdBy = createdBy
    options.metadata = storeMetadata
    return options
  }

  /// The settings recorded in each file's metadata.
  package var storeMetadata: [(key: String, value: String)] {
    [
      ("sagflow.aggregation", aggregation.enabled ? "on" : "off"),
      ("sagflow.active_timeout_s", String(live.aggregation.activeTimeout)),
      ("sagflow.inactive_timeout_s", String(live.aggregation.inactiveTimeout)),
      ("sagflow.key", aggregation.key.words.joined(separator: ",")),
    ]
  }

  /// Paths of the files with labels.
  public var enrichmentOptions: EnrichmentOptions {
    func path(_ text: String) -> String? { text.isEmpty ? nil : text }
    var options = EnrichmentOptions()
    options.prefixes = path(live.labels.prefixes)
    options.exporters = path(live.labels.exporters)
    options.interfaces = path(live.labels.interfaces)
    options.systems = path(live.labels.asNames)
    options.systemDatabase = path(live.labels.asDatabase)
    options.countryDatabase = path(live.labels.countryDatabase)
    return options
  }

  /// The directory of journal and checkpoints.
  package var statePath: String { journal.path.isEmpty ? "\(store.path)/.journal" : journal.path }

  /// The host's name in a form suitable for file names.
  package static var hostName: String {
    let name = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
    let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "_" }
    return safe.isEmpty ? "localhost" : String(safe)
  }
}
