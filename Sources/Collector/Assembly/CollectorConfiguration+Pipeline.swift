import FlowFilter
import FlowPipeline
import FlowStore
import Flows
import Foundation
import Journal
import Logging
import NetFlow

extension CollectorConfiguration {
  /// What the configuration asks of a worker's pipeline; what all may hold of flows and early data is shared out among
  /// `workers`.
  ///
  /// - Throws: `FlowKeyError` if the key is none.
  public func pipelineOptions(workers: Int = 1) throws(FlowKeyError) -> PipelineOptions {
    var options = PipelineOptions()
    options.key = try FlowKey(parsing: aggregation.key)
    options.aging = agingConfiguration(workers: workers)
    options.decoder = decoderOptions
    options.filter = recordFilter
    options.decoder.rules.limits.earlyOctets = exporters.earlyData.maximumSize / max(1, workers)
    options.window = Int64(store.rotation)
    return options
  }

  func agingConfiguration(workers: Int) -> AgingConfiguration {
    AgingConfiguration(
      enabled: aggregation.enabled, activeTimeout: aggregation.activeTimeout,
      inactiveTimeout: aggregation.inactiveTimeout,
      maximumFlows: max(1, aggregation.maximumFlows / max(1, workers)), endOfFlow: aggregation.endOfFlow)
  }

  /// The filter that was checked when the configuration was loaded.
  var recordFilter: RecordFilter {
    RecordFilter((try? FlowFilter(parsing: filter)) ?? .any, collector: Self.hostName)
  }

  var decoderOptions: FlowDecoderOptions {
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = exporters.maximumSessions
    options.rules.limits.templatesPerSession = exporters.maximumTemplates
    options.rules.limits.templateLifetime =
      exporters.templateLifetime > 0 ? Int64(exporters.templateLifetime) * 1000 : nil
    options.rules.limits.earlyOctetsPerSession = exporters.earlyData.maximumSizePerSession
    options.rules.limits.earlyTimeout = Int64(exporters.earlyData.timeout) * 1000
    options.maximumClockSkew = exporters.clock == .trust ? nil : Int64(exporters.maximumClockSkew) * 1000
    options.samplingRate = UInt32(clamping: exporters.samplingRate)
    options.samplingRates = exporters.samplingRates.mapValues { UInt32(clamping: $0) }
    options.forcedSamplingRates = exporters.forcedSamplingRates.mapValues { UInt32(clamping: $0) }
    options.outCountersAreReverse = Set(exporters.outCountersAreReverse)
    options.rules.detectsRestarts = exporters.detectRestarts
    options.rules.sharesTemplates = exporters.shareTemplates
    options.keepsExtra = store.extra
    return options
  }

  /// Where and how a worker writes its flows.
  ///
  /// - Parameter createdBy: program and version, for the files' metadata.
  public func storeOptions(worker: Int = 0, createdBy: String) -> FlowStoreOptions {
    var options = FlowStoreOptions(path: store.path, host: Self.hostName)
    options.worker = worker
    options.rotation = Int64(store.rotation)
    options.maximumFileSize = Int64(store.maximumFileSize)
    options.rowGroupRows = store.rowGroupRows
    options.compressionLevel = store.compressionLevel
    options.createdBy = createdBy
    options.metadata = storeMetadata
    return options
  }

  /// Where journal and checkpoints go.
  func stateDirectory(_ logger: Logger) -> StateDirectory {
    StateDirectory(
      journal.path.isEmpty ? "\(store.path)/.journal" : journal.path, host: Self.hostName, logger: logger)
  }

  /// What each file tells of the settings in force.
  var storeMetadata: [(key: String, value: String)] {
    [
      ("sagflow.aggregation", aggregation.enabled ? "on" : "off"),
      ("sagflow.active_timeout_s", String(aggregation.activeTimeout)),
      ("sagflow.inactive_timeout_s", String(aggregation.inactiveTimeout)),
      ("sagflow.key", aggregation.key.joined(separator: ",")),
    ]
  }

  public var retention: Retention {
    Retention(age: Int64(store.retention.age), size: Int64(store.retention.size))
  }

  /// The host's name as it can stand in a file's name.
  private static var hostName: String {
    let name = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
    let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "_" }
    return safe.isEmpty ? "localhost" : String(safe)
  }
}
